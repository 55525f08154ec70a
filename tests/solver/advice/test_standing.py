"""A refusal says by which class and guaranteed share the request stood where it did."""

from solver.advice import Adviser, Speaker
from solver.advice.documents import TermChange
from solver.rules.guaranteed_share import GuaranteedShare
from solver.solution import Reason, Solution, Unplaced


def test_a_refusal_ends_with_the_share_of_its_class() -> None:
    problem = GuaranteedShare().example()
    unsaid = (Reason(rule="search", code="not_found"),)
    nothing = Solution(
        problem_sha256="",
        placements=(),
        unplaced=tuple(Unplaced(activity=a.id, reasons=unsaid) for a in problem.activities),
    )
    adviser = Adviser(problem, nothing)
    (refusal,) = adviser.refusals(["y"])
    assert refusal.reasons[-1].reason.rule == "guaranteed_share"
    assert refusal.reasons[-1].reason.code == "own"
    (other,) = adviser.refusals(["x"])
    assert all(held.reason.rule != "guaranteed_share" for held in other.reasons)


def test_a_guarantee_is_told_by_class_and_competency() -> None:
    problem = GuaranteedShare().example()
    labels = {"camp": "camps", "06": "turning"}
    problem = problem.model_copy(update={"labels": labels})
    term = TermChange(
        rule="guaranteed_share",
        stage="guarantee",
        name="camp:06",
        unit="learner_minutes",
        weight=1,
        before=0,
        after=360,
    )
    said = Speaker(problem, "en").term(term)
    assert said == "short of a guaranteed share: camps, turning (learner-minutes): 0 → 360"
