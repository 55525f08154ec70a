"""Figures of requests and offers, worked out by hand on the tiny cluster."""

from pathlib import Path

import pytest

from scheduler.exchange.dataset import Dataset, read_dataset
from scheduler.exchange.workload import offered_hours, requested_hours, session_count

CAMPAIGN = "tiny-2027"


@pytest.fixture(scope="module")
def tiny() -> Dataset:
    return read_dataset((Path(__file__).parents[3] / "fixtures" / "tiny.json").read_bytes())


def with_offer(tiny: Dataset, code: str, **changes: object) -> Dataset:
    offers = [o.model_copy(update=changes) if o.code == code else o for o in tiny.offers]
    return tiny.model_copy(update={"offers": tuple(offers)})


def test_learners_times_hours_are_requested(tiny: Dataset) -> None:
    assert requested_hours(tiny, CAMPAIGN, {"06"}) == 12 * 8 + 8 * 4
    assert requested_hours(tiny, CAMPAIGN, {"06", "10"}) == 12 * 8 + 8 * 4 + 8 * 8 + 12 * 4
    assert requested_hours(tiny, "another", {"06"}) == 0


def test_a_withdrawn_request_asks_for_nothing(tiny: Dataset) -> None:
    requests = [r.model_copy(update={"state": "withdrawn"}) for r in tiny.requests]
    assert requested_hours(tiny.model_copy(update={"requests": tuple(requests)}), CAMPAIGN, {"06"}) == 0


def test_whole_pairs_inside_windows_are_offered(tiny: Dataset) -> None:
    alpha = 2 * 3 * 2 * 6  # two Wednesdays, three pairs of two hours, six places
    gamma = 2 * 2 * 2 * 2 * 4  # two weeks, two days, two pairs, four places
    assert offered_hours(tiny, CAMPAIGN, {"06"}) == alpha + gamma
    cut = with_offer(tiny, "o-alpha-cnc", windows=((2, 511, 835),))
    assert offered_hours(cut, CAMPAIGN, {"06"}) == alpha * 2 // 3 + gamma


def test_an_offer_holds_no_more_than_its_capacity_dates_and_weekly_hours(tiny: Dataset) -> None:
    base = offered_hours(tiny, CAMPAIGN, {"10"})
    assert base == 2 * 2 * 2 * 2 * 8
    assert offered_hours(with_offer(tiny, "o-beta-weld", capacity=4), CAMPAIGN, {"10"}) == base // 2
    assert offered_hours(with_offer(tiny, "o-beta-weld", hours_per_week=5), CAMPAIGN, {"10"}) == 2 * 5 * 8
    ended = with_offer(tiny, "o-beta-weld", valid_until=tiny.campaigns[0].starts_on)
    assert offered_hours(ended, CAMPAIGN, {"10"}) == 2 * 2 * 8
    assert offered_hours(with_offer(tiny, "o-beta-weld", state="closed"), CAMPAIGN, {"10"}) == 0


def test_holidays_hold_nothing(tiny: Dataset) -> None:
    calendar = {"statutory": ["2027-01-13"]}
    settings = tuple(row.model_copy(update={"value": calendar}) for row in tiny.settings)
    holiday = tiny.model_copy(update={"settings": settings})
    assert offered_hours(tiny, CAMPAIGN, {"10"}) - offered_hours(holiday, CAMPAIGN, {"10"}) == 4 * 8


def test_sessions_are_chains_times_meetings(tiny: Dataset) -> None:
    first = tiny.requests[0]
    assert session_count(first, group_size=12, practice_subgroup=6) == 2 * 2
    assert session_count(first, group_size=13, practice_subgroup=6) == 3 * 2
    longer = first.model_copy(update={"hours": 9, "subgroup_size": 12})
    assert session_count(longer, group_size=12, practice_subgroup=6) == 3
    exam = first.model_copy(update={"kind": "exam", "exam_days": 2})
    assert session_count(exam, group_size=12, practice_subgroup=6) == 2
