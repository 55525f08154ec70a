"""What the rows of a dataset must satisfy together: keys, references, and each noun's own sense."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError

from scheduler.domain.kinds import resource_faults
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.domain.resource import CompetencyGrant, FeatureInput, ResourceInput
from scheduler.domain.settings import RegionSettings
from scheduler.errors import Invalid
from scheduler.exchange.dataset.faults import Fault
from scheduler.exchange.dataset.fields import Names, Row
from scheduler.exchange.dataset.rows import (
    AccountRow,
    AvailabilityPart,
    CampaignRow,
    DistanceRow,
    GroupRow,
    InfrastructureRow,
    MembershipRow,
    OfferRow,
    PersonRow,
    ProgrammeRow,
    RequestRow,
    ResourceRow,
    SettingRow,
    SiteRow,
    TownRow,
)

R = TypeVar("R", bound=Row)
LONGEST_CAMPAIGN_DAYS = 366
EARLIEST_ON, LATEST_ON = date(2000, 1, 1), date(2199, 12, 31)
Finding = tuple[str, str, Mapping[str, str | int]]
"""Field, code of the fault, parameters."""


def check_rows(
    rows: Mapping[str, list[tuple[int, Row]]], keys_of_broken: frozenset[tuple[str, str]] = frozenset()
) -> list[Fault]:
    """Return every fault of rows that are well-formed one by one.

    Parameters
    ----------
    rows
        Rows with their numbers, by list.
    keys_of_broken
        List and key of rows that could not be read: references to them are not faults of their own.
    """
    register = Register(rows, keys_of_broken)
    faults: list[Fault] = []
    for name, entries in rows.items():
        counts: Counter[str] = Counter()
        for number, row in entries:
            counts[row.row_key] += 1
            findings = list(unknown_references(row, register))
            if counts[row.row_key] > 1:
                findings.append((",".join(row.key_fields), "not_unique", {"value": row.row_key}))
            findings += CHECKS.get(name, no_findings)(row, register)
            faults += [Fault(name, number, row.row_key, *finding) for finding in findings]
    faults += repeated_modules(rows)
    return faults


class Register:
    """The rows by list and key."""

    def __init__(
        self, rows: Mapping[str, list[tuple[int, Row]]], keys_of_broken: frozenset[tuple[str, str]]
    ) -> None:
        self._rows = {name: {row.row_key: row for _, row in entries} for name, entries in rows.items()}
        self._known = {name: set(found) for name, found in self._rows.items()}
        self._known["modules"] = {m.code for p in self.all(ProgrammeRow, "programmes") for m in p.modules}
        for name, key in keys_of_broken:
            self._known[name].add(key)
        self._modules_uncertain = any(name == "programmes" for name, _ in keys_of_broken)

    def all(self, kind: type[R], name: str) -> Iterator[R]:
        """Yield the rows of a list."""
        for row in self._rows.get(name, {}).values():
            assert isinstance(row, kind)
            yield row

    def get(self, kind: type[R], name: str, key: str | None) -> R | None:
        """Return a row, None where there is none of this key."""
        row = self._rows.get(name, {}).get(key or "")
        assert row is None or isinstance(row, kind)
        return row

    def knows(self, name: str, key: str) -> bool:
        """Tell whether a reference finds its row."""
        return key in self._known[name] or (name == "modules" and self._modules_uncertain)


def unknown_references(part: BaseModel, register: Register, at: str = "") -> Iterator[Finding]:
    """Yield each value that names no row, wherever it stands in a row."""
    for field, info in type(part).model_fields.items():
        metadata = tuple(info.metadata)
        yield from unknown_in(info.annotation, metadata, getattr(part, field), register, f"{at}{field}")


def unknown_in(
    annotation: Any, metadata: tuple[Any, ...], value: Any, register: Register, at: str
) -> Iterator[Finding]:
    """Yield the unknown references in one value of an annotated type."""
    if get_origin(annotation) is Annotated:
        annotation, *marks = get_args(annotation)
        metadata += tuple(marks)
    if value is None:
        return
    if isinstance(value, BaseModel):
        yield from unknown_references(value, register, f"{at}.")
    elif isinstance(value, tuple):
        inner = get_args(annotation)
        for i, item in enumerate(value):
            yield from unknown_in(inner[0] if inner else None, (), item, register, f"{at}.{i}")
    elif isinstance(value, str):
        marks_of_union = [
            m for a in get_args(annotation) if get_origin(a) is Annotated for m in get_args(a)[1:]
        ]
        for mark in (*metadata, *marks_of_union):
            if isinstance(mark, Names) and not register.knows(mark.list_name, value):
                yield at, "not_found", {"value": value, "list": mark.list_name}


def no_findings(row: Row, register: Register) -> Iterable[Finding]:
    """Find nothing: most lists need no more than keys and references."""
    return ()


def repeated_modules(rows: Mapping[str, list[tuple[int, Row]]]) -> Iterator[Fault]:
    """Yield module codes that stand in more than one place."""
    seen: set[str] = set()
    for number, row in rows.get("programmes", []):
        assert isinstance(row, ProgrammeRow)
        for i, module in enumerate(row.modules):
            if module.code in seen:
                yield Fault(
                    "programmes",
                    number,
                    row.row_key,
                    f"modules.{i}.code",
                    "not_unique",
                    {"value": module.code},
                )
            seen.add(module.code)


def repeated(field: str, values: Iterable[object]) -> Iterator[Finding]:
    """Yield the values that occur more than once in a row's list."""
    for value, count in Counter(values).items():
        if count > 1:
            yield field, "repeated", {"value": str(value)}


def zone_findings(field: str, name: str) -> Iterator[Finding]:
    """Yield a time zone that the zone database does not have."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield field, "unknown_timezone", {"value": name}


def order(
    field: str, start: date | int | None, end: date | int | None, strict: bool = True
) -> Iterator[Finding]:
    """Yield a window that ends before it begins."""
    if start is None or end is None:
        return
    if end < start or (strict and end == start):  # type: ignore[operator]  # both ends are of one type
        yield field, "order", {"from": str(start), "until": str(end)}


def availability_findings(parts: tuple[AvailabilityPart, ...]) -> Iterator[Finding]:
    """Yield what is wrong with availability."""
    for i, part in enumerate(parts):
        at = f"availability.{i}"
        yield from order(f"{at}.until_min", part.from_min, part.until_min)
        yield from order(f"{at}.until_on", part.from_on, part.until_on, strict=False)
        if part.kind == "weekly" and part.weekday is None:
            yield f"{at}.weekday", "weekday_needed", {}
        if part.kind != "weekly" and part.from_on is None:
            yield f"{at}.from_on", "date_needed", {}


def check_setting(row: SettingRow, register: Register) -> Iterator[Finding]:
    """Check that a setting has a value of its type: no run could begin otherwise."""
    try:
        WorkCalendar.parse(RegionSettings.effective([row], row.valid_from).table("calendar"))
    except Invalid as error:
        for fault in error.errors:
            yield "value", fault.code, dict(fault.params)
    except ValidationError as error:
        for item in error.errors():
            yield ".".join(["value", *map(str, item["loc"])]), "wrong_type", {}


def check_town(row: TownRow, register: Register) -> Iterator[Finding]:
    """Check a town."""
    yield from zone_findings("timezone", row.timezone)


def check_distance(row: DistanceRow, register: Register) -> Iterator[Finding]:
    """Check a distance: two towns, each pair once."""
    if row.a == row.b:
        yield "b", "same_town", {"value": row.a}
    elif row.a > row.b and register.get(DistanceRow, "distances", f"{row.b}/{row.a}"):
        yield "a,b", "not_unique", {"value": f"{row.b}/{row.a}"}


def check_membership(row: MembershipRow, register: Register) -> Iterator[Finding]:
    """Check a membership."""
    yield from order("left_on", row.joined_on, row.left_on)


def check_site(row: SiteRow, register: Register) -> Iterator[Finding]:
    """Check a site and its bells."""
    yield from zone_findings("timezone", row.timezone)
    for i, (start, end) in enumerate(row.bells):
        yield from order(f"bells.{i}", start, end)
        if i and start < row.bells[i - 1][1]:
            yield f"bells.{i}", "overlap", {"from": start, "until": row.bells[i - 1][1]}


def check_infrastructure(row: InfrastructureRow, register: Register) -> Iterator[Finding]:
    """Check a list: each kind once, one list a season."""
    yield from repeated("items", (item.kind for item in row.items))
    same = [
        other.code
        for other in register.all(InfrastructureRow, "infrastructure_lists")
        if (other.competency, other.season) == (row.competency, row.season)
    ]
    if same[0] != row.code:
        yield "season", "not_unique", {"value": row.season}


def check_resource(row: ResourceRow, register: Register) -> Iterator[Finding]:
    """Check a resource: its owner's site and person, availability, what its kind asks."""
    yield from availability_findings(row.availability)
    for fault in resource_faults(as_input(row)):
        yield fault.field.removesuffix("_id"), fault.code, dict(fault.params)
    site = register.get(SiteRow, "sites", row.site)
    if site and site.participant != row.owner:
        yield "site", "no_site_of_owner", {"value": row.site, "owner": row.owner}
    person = register.get(PersonRow, "people", row.person)
    if person and person.participant != row.owner:
        yield "person", "person_of_owner", {"value": person.code, "owner": row.owner}
    if row.person is not None and row.kind != "trainer":
        yield "person", "only_for_trainer", {"value": row.person}


def as_input(row: ResourceRow) -> ResourceInput:
    """Return the resource as its kind checks it; equal codes get equal ids, which ones does not matter."""
    codes = sorted({c.code for c in row.competencies} | {f.kind for f in row.features})
    return ResourceInput(
        kind=row.kind,
        owner_id=0,
        site_id=0,
        name=row.name,
        mode=row.mode,
        capacity=row.capacity,
        setup_min=row.setup_min,
        cleanup_min=row.cleanup_min,
        person_id=None if row.person is None else 0,
        competencies=tuple(CompetencyGrant(competency_id=codes.index(c.code)) for c in row.competencies),
        features=tuple(
            FeatureInput(equipment_kind_id=codes.index(f.kind), count=f.count) for f in row.features
        ),
        units=row.units,
    )


def check_offer(row: OfferRow, register: Register) -> Iterator[Finding]:
    """Check an offer against its resource."""
    yield from order("valid_until", row.valid_from, row.valid_until, strict=False)
    for i, (_, start, end) in enumerate(row.windows):
        yield from order(f"windows.{i}", start, end)
    resource = register.get(ResourceRow, "resources", row.resource)
    if resource and row.capacity > resource.capacity:
        yield "capacity", "offer_capacity", {"value": row.capacity, "capacity": resource.capacity}


def check_campaign(row: CampaignRow, register: Register) -> Iterator[Finding]:
    """Check a campaign."""
    yield from zone_findings("timezone", row.timezone)
    yield from order("ends_on", row.starts_on, row.ends_on)
    if (row.ends_on - row.starts_on).days > LONGEST_CAMPAIGN_DAYS:
        yield "ends_on", "campaign_long", {"limit_days": LONGEST_CAMPAIGN_DAYS}
    if not EARLIEST_ON <= row.starts_on <= LATEST_ON:
        yield "starts_on", "too_far", {}


def check_group(row: GroupRow, register: Register) -> Iterator[Finding]:
    """Check a learner group."""
    yield from availability_findings(row.availability)
    yield from repeated("curriculum", ((c.competency, c.campaign) for c in row.curriculum))
    if row.minors > row.size:
        yield "minors", "too_many", {"value": row.minors, "limit": row.size}
    if row.under_16 and not row.minors:
        yield "under_16", "no_minors", {}
    for monday_on in row.weeks:
        if monday_on.weekday() != 0:
            yield f"weeks.{monday_on}", "not_monday", {"value": str(monday_on)}
    site = register.get(SiteRow, "sites", row.site)
    if site and site.participant != row.participant:
        yield "site", "no_site_of_owner", {"value": row.site, "owner": row.participant}


def check_programme(row: ProgrammeRow, register: Register) -> Iterator[Finding]:
    """Check a programme, its parties and modules."""
    parties = {party.participant for party in row.parties}
    yield from repeated("parties", (party.participant for party in row.parties))
    yield from repeated("modules", (module.position for module in row.modules))
    if row.base not in parties:
        yield "base", "not_a_party", {"value": row.base}
    for i, module in enumerate(row.modules):
        yield from hours_findings(f"modules.{i}.hours", module.hours, module.session_hours)
        if module.provider is not None and module.provider not in parties:
            yield f"modules.{i}.provider", "not_a_party", {"value": module.provider}


def hours_findings(field: str, hours: int, session_hours: int) -> Iterator[Finding]:
    """Yield hours that sessions of the given length do not fill."""
    if hours % session_hours:
        yield field, "not_a_multiple", {"value": hours, "of": session_hours}


def check_request(row: RequestRow, register: Register) -> Iterator[Finding]:
    """Check a request against its campaign, group, module and kind."""
    yield from hours_findings("hours", row.hours, row.session_hours)
    yield from order("until_on", row.from_on, row.until_on, strict=False)
    yield from order("day_until_min", row.day_from_min, row.day_until_min)
    yield from repeated("weekdays", row.weekdays)
    if (row.kind == "module") != (row.module is not None):
        yield "module", "only_module" if row.module else "module_needed", {"kind": row.kind}
    if (row.kind == "exam") != (row.exam_days is not None):
        yield "exam_days", "only_exam" if row.exam_days else "exam_days_needed", {"kind": row.kind}
    if row.equipment_count > 0 and row.equipment_kind is None:
        yield "equipment_kind", "equipment_kind_needed", {"count": row.equipment_count}
    group = register.get(GroupRow, "learner_groups", row.group)
    if group and group.participant != row.participant:
        yield "group", "not_own", {"value": row.group, "participant": row.participant}
    campaign = register.get(CampaignRow, "campaigns", row.campaign)
    if campaign is None:
        return
    dates = {"starts_on": str(campaign.starts_on), "ends_on": str(campaign.ends_on)}
    if row.from_on < campaign.starts_on or row.until_on > campaign.ends_on:
        yield "from_on", "outside_campaign", dates
    members = {
        m.participant
        for m in register.all(MembershipRow, "memberships")
        if m.cluster == campaign.cluster
        and m.joined_on <= row.from_on
        and (m.left_on or date.max) > row.from_on
    }
    if row.participant not in members:
        yield "participant", "not_in_cluster", {"value": row.participant, "cluster": campaign.cluster}


def check_account(row: AccountRow, register: Register) -> Iterator[Finding]:
    """Check that each role says where it holds."""
    for i, role in enumerate(row.roles):
        needs = "cluster" if role.role in ("coordinator", "observer") else "participant"
        if getattr(role, needs) is None:
            yield f"roles.{i}.{needs}", "required", {}
        if role.role == "trainer" and row.person is None:
            yield "person", "required", {}


CHECKS: dict[str, Callable[[Any, Register], Iterable[Finding]]] = {
    "settings": check_setting,
    "towns": check_town,
    "distances": check_distance,
    "memberships": check_membership,
    "sites": check_site,
    "infrastructure_lists": check_infrastructure,
    "resources": check_resource,
    "offers": check_offer,
    "campaigns": check_campaign,
    "learner_groups": check_group,
    "programmes": check_programme,
    "requests": check_request,
    "accounts": check_account,
}
