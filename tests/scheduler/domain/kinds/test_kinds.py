import pytest

from scheduler.domain.kinds import KIND_BY_NAME, KINDS, resource_faults
from scheduler.domain.kinds.hostel import NIGHT_MIN
from scheduler.domain.request import SessionKind
from scheduler.domain.resource import CompetencyGrant, FeatureInput, ResourceInput

GRANT = (CompetencyGrant(competency_id=1),)


def faults(**fields: object) -> set[tuple[str, str]]:
    values = {"owner_id": 1, "site_id": 1, "name": "x", "capacity": 1, **fields}
    resource = ResourceInput.model_validate(values)
    return {(error.field, error.code) for error in resource_faults(resource)}


@pytest.mark.parametrize(
    "complete",
    [
        {"kind": "workshop", "capacity": 8, "competencies": GRANT},
        {"kind": "workshop", "capacity": 8, "mode": "pooled", "competencies": GRANT},
        {
            "kind": "equipment",
            "capacity": 2,
            "features": (FeatureInput(equipment_kind_id=1, count=2),),
            "units": ("1", "2"),
        },
        {"kind": "internship", "capacity": 4, "competencies": GRANT},
        {"kind": "trainer", "person_id": 1, "competencies": GRANT},
        {"kind": "hostel", "capacity": 12, "setup_min": NIGHT_MIN},
        {"kind": "bus", "capacity": 20, "setup_min": 90, "cleanup_min": 90},
    ],
    ids=lambda fields: fields["kind"],
)
def test_a_complete_resource_has_no_fault(complete: dict[str, object]) -> None:
    assert faults(**complete) == set()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "workshop"}, {("competencies", "competency_needed")}),
        ({"kind": "workshop", "competencies": GRANT, "units": ("1",)}, {("units", "no_units")}),
        (
            {"kind": "equipment", "capacity": 2, "units": ("1",)},
            {("features", "one_equipment_kind"), ("units", "units_count")},
        ),
        (
            {"kind": "internship", "mode": "exclusive"},
            {("mode", "mode_of_kind"), ("competencies", "competency_needed")},
        ),
        (
            {"kind": "trainer", "capacity": 2, "mode": "pooled"},
            {
                ("mode", "mode_of_kind"),
                ("person_id", "required"),
                ("capacity", "one_person"),
                ("competencies", "competency_needed"),
            },
        ),
        (
            {"kind": "hostel", "mode": "exclusive", "setup_min": 60, "cleanup_min": 5},
            {("mode", "mode_of_kind"), ("setup_min", "night_needed"), ("cleanup_min", "too_many")},
        ),
        ({"kind": "bus", "units": ("A",)}, {("units", "no_units")}),
        ({"kind": "boat"}, {("kind", "unknown_kind")}),
        (
            {"kind": "workshop", "competencies": (*GRANT, *GRANT)},
            {("competencies", "repeated")},
        ),
    ],
)
def test_all_faults_are_told_at_once(fields: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_every_kind_of_session_has_a_place_and_names_are_unique() -> None:
    placed = frozenset[str]().union(*(kind.session_kinds for kind in KINDS))

    assert len(KIND_BY_NAME) == len(KINDS)
    assert placed == set(SessionKind.__args__)  # type: ignore[attr-defined]
    assert all(bool(kind.session_kinds) == (kind.role == "room") for kind in KINDS)
