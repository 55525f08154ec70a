"""Every code that an input can be refused with has words, and the closed lists are the tables'."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from scheduler.domain import booking, group, offer, programme, register, request, resource, run, version
from scheduler.domain.messages import FIELD_MESSAGES
from scheduler.persistence.tables import register as register_tables
from scheduler.persistence.tables import requests as request_tables
from scheduler.persistence.tables import resources as resource_tables
from scheduler.persistence.tables import timetable

SCHEDULER = Path(__file__).parents[3] / "scheduler"
RAISED = re.compile(r'(?:FieldError|\.fault)\(\s*f?"[^"]*",\s*"(\w+)"')


def fields(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_code_that_a_service_raises_has_words() -> None:
    raised = {
        code
        for folder in ("domain", "services")
        for file in (SCHEDULER / folder).rglob("*.py")
        for code in RAISED.findall(file.read_text())
    }

    assert len(raised) > 30, "the pattern finds the codes no more"
    assert raised <= FIELD_MESSAGES.keys()


@pytest.mark.parametrize("code", FIELD_MESSAGES)
def test_both_languages_use_the_same_parameters(code: str) -> None:
    words = FIELD_MESSAGES[code]

    assert words.ru
    assert fields(words.ru) == fields(words.en)


@pytest.mark.parametrize(
    ("literal", "listed"),
    [
        (register.ParticipantKind, register_tables.PARTICIPANT_KINDS),
        (register.ParticipantState, register_tables.PARTICIPANT_STATES),
        (group.GroupKind, register_tables.GROUP_KINDS),
        (group.WeekKind, register_tables.WEEK_KINDS),
        (resource.Hazard, resource_tables.HAZARD_CLASSES),
        (resource.AvailabilityKind, resource_tables.AVAILABILITY_KINDS),
        (request.RequestKind, request_tables.REQUEST_KINDS),
        (request.SessionKind, request_tables.SESSION_KINDS),
        (request.RequestState, request_tables.REQUEST_STATES),
        (programme.ProgrammeState, request_tables.PROGRAMME_STATES),
        (run.RunState, timetable.RUN_STATES),
        (version.VersionState, timetable.VERSION_STATES),
        (booking.BookingState, (*timetable.HOLDING_STATES, *timetable.FREE_STATES)),
        (offer.Consent, ("standing", "each")),
    ],
)
def test_closed_lists_are_the_same_in_views_and_tables(literal: object, listed: tuple[str, ...]) -> None:
    assert get_args(literal) == tuple(listed)
