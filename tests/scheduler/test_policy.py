"""The whole matrix of roles and actions, written down a second time."""

import pytest

from scheduler.errors import Forbidden
from scheduler.policy import ANONYMOUS, ROLES, SYSTEM, TABLE, Actor, Role, Target, allowed, decide, require

# a: anywhere, o: for the own participant, c: in the own cluster, s: for oneself, -: never.
COLUMNS = ("college", "employer", "coordinator", "trainer", "observer")
EXPECTED = {
    "register.read": "a a a a a",
    "resource.read": "a a a a a",
    "programme.read": "a a a a a",
    "campaign.read": "a a a a a",
    "booking.read": "a a a a a",
    "offer.read": "a a a - a",
    "request.read": "a a a - a",
    "run.read": "a a a - a",
    "version.read": "a a a - a",
    "participant.write": "o o c - -",
    "group.write": "o o c - -",
    "resource.write": "o o - - -",
    "offer.write": "o o - - -",
    "request.write": "o o c - -",
    "programme.write": "o - c - -",
    "programme.agree": "o o - - -",
    "setting.write": "- - a - -",
    "campaign.write": "- - c - -",
    "run.start": "- - c - -",
    "run.stop": "- - c - -",
    "run.accept": "- - c - -",
    "version.edit": "- - c - -",
    "timetable.publish": "- - c - -",
    "booking.create": "o o c - -",
    "booking.cancel": "o o c - -",
    "booking.consent": "o o - - -",
    "feed.read": "o o c s -",
    "feed.revoke": "o o c s -",
    "account.write": "- - c - -",
}

MINE, OTHER = 1, 2
ACTORS = {
    "college": Actor(1, (Role("college", participant_id=MINE),), person_id=MINE),
    "employer": Actor(2, (Role("employer", participant_id=MINE),), person_id=MINE),
    "coordinator": Actor(3, (Role("coordinator", cluster_id=MINE),), person_id=MINE),
    "trainer": Actor(4, (Role("trainer", participant_id=MINE),), person_id=MINE),
    "observer": Actor(5, (Role("observer", cluster_id=MINE),), person_id=MINE),
}
TARGETS = {
    # What each scope reaches, and the rest that no scope but "anywhere" does.
    "o": Target(participant_ids=frozenset({OTHER, MINE})),
    "c": Target(participant_ids=frozenset({OTHER}), cluster_ids=frozenset({OTHER, MINE})),
    "s": Target(participant_ids=frozenset({OTHER}), person_id=MINE),
    "nothing": Target(),
    "others": Target(frozenset({OTHER}), frozenset({OTHER}), OTHER),
}
REASONS = {"-": "role", "o": "not_own", "c": "not_cluster", "s": "not_self"}


def test_the_matrix_is_complete() -> None:
    assert COLUMNS == ROLES
    assert set(EXPECTED) == set(TABLE)


@pytest.mark.parametrize("action", EXPECTED)
@pytest.mark.parametrize("role", COLUMNS)
def test_a_role_may_what_the_matrix_says(action: str, role: str) -> None:
    scope = EXPECTED[action].split()[COLUMNS.index(role)]

    for reach, target in TARGETS.items():
        decision = decide(ACTORS[role], action, target)

        expected = scope == "a" or scope == reach
        assert (reach, decision.allowed) == (reach, expected)
        if not expected:
            assert (reach, decision.reason) == (reach, REASONS[scope])


@pytest.mark.parametrize("action", EXPECTED)
def test_nobody_else_may_anything_but_the_system_everything(action: str) -> None:
    everything = Target(frozenset({MINE}), frozenset({MINE}), MINE)

    assert decide(ANONYMOUS, action, everything).reason == "anonymous"
    assert not allowed(ANONYMOUS, action, everything)
    assert allowed(SYSTEM, action)
    assert not allowed(Actor(9, (Role("system"),), person_id=MINE), action, everything)


def test_a_refusal_carries_its_reason_and_who_may() -> None:
    with pytest.raises(Forbidden) as caught:
        require(ACTORS["coordinator"], "booking.consent", TARGETS["c"])

    assert vars(caught.value) == {
        "action": "booking.consent",
        "reason": "role",
        "roles": ("college", "employer"),
    }
    require(ACTORS["employer"], "booking.consent", TARGETS["o"])


def test_several_roles_add_up() -> None:
    both = Actor(1, (Role("observer", cluster_id=OTHER), Role("college", participant_id=MINE)))

    assert allowed(both, "request.write", TARGETS["o"])
    assert decide(both, "request.write", TARGETS["others"]).reason == "not_own"


def test_an_incomplete_role_reaches_nothing() -> None:
    nowhere = Actor(1, (Role("college"), Role("coordinator"), Role("trainer")))

    reached = [action for action in EXPECTED if allowed(nowhere, action) and "a" not in EXPECTED[action]]

    assert reached == []


def test_an_action_that_nobody_defined_is_a_fault() -> None:
    with pytest.raises(KeyError):
        decide(SYSTEM, "booking.typo")


def test_no_account_can_have_the_role_of_the_system() -> None:
    assert {role.role for role in SYSTEM.roles}.isdisjoint(ROLES)
