"""Which refusals stand together on a page."""

from api.web.unplaced import together
from scheduler.domain.model import Ref
from scheduler.domain.run import ReasonView, UnplacedView
from scheduler.policy import ANONYMOUS

REF = Ref(id=1, code="r1", name="Сварка")


def unplaced(number: int, holder: str, **facts: int) -> UnplacedView:
    words = f"не остаётся места; место занимают: {holder}"
    reason = ReasonView(
        rule="capacity", code="excluded", facts=facts, holders=(holder,), options=1, ru=words, en=words
    )
    return UnplacedView(
        run_id=1,
        activity=f"r1/1/{number}",
        request=REF,
        participant=REF,
        group=REF,
        competency=REF,
        learner_minutes=450,
        reasons=(reason,),
    )


def test_whoever_holds_the_place_refusals_of_one_rule_and_its_numbers_are_one() -> None:
    items = [unplaced(1, "а", needed=8), unplaced(2, "б", needed=8), unplaced(3, "в", needed=4)]

    told = together(items, ANONYMOUS)

    assert [(one.sessions, one.learner_minutes, one.may_ask) for one in told] == [
        (2, 900, False),
        (1, 450, False),
    ]
