"""A request before its hours are settled, and where its sessions could take place."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scheduler.domain.request import RequestKind, SessionKind
from scheduler.exchange.dataset.rows import RequestRow
from scheduler.exchange.demo.cast import ENDS_ON, MAIN_CAMPAIGN
from scheduler.exchange.demo.facts import Facts
from scheduler.exchange.demo.groups import Group, monday
from scheduler.exchange.demo.workshops import WORKSHOPS, Workshop

FIRST_SUBMITTED_AT = datetime(2026, 10, 12, 9, tzinfo=UTC)
WEEK = (0, 1, 2, 3, 4, 5)


@dataclass
class Draft:
    """A request in the making; `weeks` are its first and last, `inflation` how much it asks above need."""

    code: str
    group: Group
    competency: str
    title: str
    hours: int
    session_hours: int
    weeks: tuple[int, int]
    travel_limit_min: int
    kind: RequestKind = "free_slot"
    session_kind: SessionKind = "study_practice"
    campaign: str = MAIN_CAMPAIGN
    weekdays: tuple[int, ...] = WEEK
    day_until_min: int | None = None
    tags: tuple[str, ...] = ()
    paid: bool = False
    subgroup_size: int | None = None
    partial: bool = True
    module: str | None = None
    provider: str | None = None
    needs_trainer: bool = True
    equipment: tuple[str, int] | None = None
    exam_days: int | None = None
    min_gap_days: int = 0
    overnight: bool = False
    needs_bus: bool = False
    odd_weeks: bool | None = None
    inflation: float = 1.0
    scaled: bool = field(default=False)
    """Whether its hours are stretched until the competency is asked for as often as wanted."""

    @property
    def learner_hours(self) -> int:
        """Hours times learners."""
        return self.hours * self.group.size

    def row(self, number: int) -> RequestRow:
        """Return the request, the `number`-th that came in."""
        return RequestRow(
            code=self.code,
            campaign=self.campaign,
            participant=self.group.participant,
            kind=self.kind,
            session_kind=self.session_kind,
            form="network" if self.module else "single",
            funding="paid" if self.paid else "state",
            tags=self.tags,
            group=self.group.code,
            competency=self.competency,
            module=self.module,
            title=self.title,
            hours=self.hours,
            session_hours=self.session_hours,
            subgroup_size=self.subgroup_size,
            partial=self.partial,
            from_on=monday(self.weeks[0]),
            until_on=min(monday(self.weeks[1]) + timedelta(days=6), ENDS_ON),
            weekdays=self.weekdays,
            day_until_min=self.day_until_min,
            travel_limit_min=self.travel_limit_min,
            min_gap_days=self.min_gap_days,
            needs_trainer=self.needs_trainer,
            equipment_kind=self.equipment[0] if self.equipment else None,
            equipment_count=self.equipment[1] if self.equipment else 0,
            provider=self.provider,
            exam_days=self.exam_days,
            overnight=self.overnight,
            needs_bus=self.needs_bus,
            odd_weeks=self.odd_weeks,
            submitted_at=FIRST_SUBMITTED_AT + timedelta(hours=3 * number),
        )


def reachable(
    facts: Facts, towns: dict[str, str], group: Group, competency: str, subgroup: int, limit_min: int
) -> list[Workshop]:
    """Return the workshops that hold a subgroup within the limit of one-way travel.

    Travel is by bus for a group with minors, else by car; `towns` are the sites' towns.
    """
    home = towns[f"{group.participant}-main"]
    by = 2 if group.minors else 1
    return [
        w
        for w in WORKSHOPS
        if competency in w.competencies
        and w.capacity >= subgroup
        and facts.minutes[home, towns[f"{w.owner}-{w.site}"]][by] <= limit_min
    ]


def fit(drafts: list[Draft], target_learner_hours: int) -> None:
    """Stretch or shrink the hours of scaled drafts, in whole sessions, until their sum meets the target.

    Afterwards the sum is off by less than one session of the largest group.
    """
    asked = sum(draft.learner_hours for draft in drafts)
    for draft in drafts:
        step = draft.session_hours
        draft.hours = max(1, round(draft.hours * target_learner_hours / asked / step)) * step
    # Round the errors away one session at a time, a different draft each time.
    for turn in range(10 * len(drafts)):
        draft = drafts[turn * 7 % len(drafts)]
        missing = target_learner_hours - sum(d.learner_hours for d in drafts)
        step = draft.session_hours * draft.group.size
        if abs(missing) < step // 2:
            return
        if missing >= step // 2:
            draft.hours += draft.session_hours
        elif draft.hours > draft.session_hours:
            draft.hours -= draft.session_hours
