from scheduler.domain.fairness import gini_permille, jain_permille


def test_equal_shares_are_perfectly_fair() -> None:
    assert (jain_permille([700] * 5), gini_permille([700] * 5)) == (1000, 0)


def test_one_who_has_everything_is_as_unfair_as_can_be() -> None:
    shares = [1000, 0, 0, 0]

    assert (jain_permille(shares), gini_permille(shares)) == (250, 750)


def test_nobody_and_nothing_are_no_unfairness() -> None:
    assert (jain_permille([]), gini_permille([])) == (1000, 0)
    assert (jain_permille([0, 0]), gini_permille([0, 0])) == (1000, 0)
