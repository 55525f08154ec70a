"""Memory of fairness over terms: who got less than its fair share is due more in the next one.

Source: 5.2-2. A credit is in learner-minutes; below zero, somebody got more than its share.
"""


def credit_after(credit: int, due: int, granted: int, keep_permille: int) -> int:
    """Return the credit after a term: ``K(t + 1) = r K(t) + (fair share - got)``, cut to whole minutes.

    Parameters
    ----------
    credit
        What earlier terms left over.
    due
        The fair share of the term, without what a credit added to it.
    keep_permille
        How much of an old credit lasts into the next term.

    >>> credit_after(400, 1000, 900, 500), credit_after(-401, 1000, 1000, 500)
    (300, -200)
    """
    kept = abs(credit) * keep_permille // 1000
    return (kept if credit >= 0 else -kept) + due - granted


def raise_of(entitlement: int, credit: int, most_permille: int) -> int:
    """Return what a credit adds to an entitlement: all of it, but no more than a share of the entitlement.

    >>> raise_of(1000, 150, 200), raise_of(1000, 900, 200), raise_of(1000, -50, 200)
    (150, 200, 0)
    """
    return max(0, min(credit, entitlement * most_permille // 1000))
