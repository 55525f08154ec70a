"""What study groups ask for: free slots of single colleges and the modules of network programmes."""

from dataclasses import replace

from scheduler.exchange.demo.cast import MAIN_CAMPAIGN, SECOND_CAMPAIGN
from scheduler.exchange.demo.dice import Dice
from scheduler.exchange.demo.drafts import WEEK, Draft, reachable
from scheduler.exchange.demo.facts import Facts
from scheduler.exchange.demo.groups import STUDY_GROUPS, Group
from scheduler.exchange.demo.programmes import PROGRAMMES, SESSION_HOURS, module_code
from scheduler.exchange.demo.standards import TOP_50, TOP_REGION, TOP_REGION_SPECIALITIES
from scheduler.exchange.demo.topics import BUILDING_WANTS, TOPICS, WANTS
from scheduler.exchange.demo.workshops import MOVABLE, Workshop

CNC = ("06", "07")
WELDING = ("10",)
CONTESTED = (*CNC, *WELDING)
HAZARDOUS = (*CONTESTED, "48", "L01", "L02", "L04", "25", "33", "49", "R6")
"""Minors may be at these machines for four clock hours a day, so that their sessions are two pairs."""
STUDY_ENDS_MIN = 1200
"""Study groups go home by then; what is opened later is for adults."""
INFLATED = {("smolapo", "06"): 1.5, ("smolapo", "07"): 1.5, ("sagia", "10"): 1.3}
"""Large colleges that ask for more than their curricula hold: fairness must not reward it."""
BROUGHT = {"06": "cmm_hand", "10": "ndt_vt", "16": "oscilloscope", "19": "plc_kit", "33": "diag_scanner"} | {
    "45": "scanner3d",
    "48": "align_laser",
}
"""Movable equipment that some sessions want beside the workshop's own."""


class Demand:
    """Makes the drafts of study groups; the dice decide what real life would."""

    def __init__(self, facts: Facts, towns: dict[str, str]) -> None:
        self._facts = facts
        self._towns = towns
        self._subgroups = {c.code: c.practice_subgroup for c in facts.competencies}
        self._top50 = {s.code for s in facts.specialities if s.top50}
        self._dice = Dice(2027)

    def free_slots(self) -> list[Draft]:
        """Return the requests of single colleges for both campaigns."""
        drafts = []
        for group in STUDY_GROUPS:
            for campaign, wants in ((MAIN_CAMPAIGN, WANTS), (SECOND_CAMPAIGN, BUILDING_WANTS)):
                for competency, count in wants.get(group.speciality, ()):
                    drafts += self._series(group, competency, count, campaign)
        return drafts

    def modules(self) -> list[Draft]:
        """Return a request for every module and group of the network programmes."""
        groups = {group.code: group for group in STUDY_GROUPS}
        return [
            Draft(
                code=f"{code}-{module_code(programme, position)}",
                group=groups[code],
                competency=module.competency,
                title=module.name,
                hours=module.hours,
                session_hours=SESSION_HOURS,
                weeks=(3 * position - 2, 3 * position + (7 if module.competency in CNC else 4)),
                day_until_min=STUDY_ENDS_MIN,
                travel_limit_min=limit,
                kind="module",
                tags=programme.tags,
                module=module_code(programme, position),
                provider=module.provider,
            )
            for programme in PROGRAMMES
            for code, limit in programme.groups
            for position, module in enumerate(programme.modules, start=1)
        ]

    def _series(self, group: Group, competency: str, count: int, campaign: str) -> list[Draft]:
        """Return the requests of one group for one competency, one a topic, spread over the semester."""
        subgroup = self._subgroup(group, competency)
        limit, rooms = self._limit(group, competency, subgroup)
        if not rooms:
            # Beyond every limit; such a group learns this at home, with what its college has.
            return []
        last_week = 15 if group.course == 4 else 18 if group.graduates else 22
        drafts = []
        for k in range(count):
            session_hours = self._session_hours(group, competency, rooms)
            length = max(10, last_week // count + 5)
            first = 1 + (last_week - length) * k // max(1, count - 1)
            draft = Draft(
                code=f"{group.code}-{competency.lower()}-{k + 1}",
                group=group,
                competency=competency,
                title=TOPICS[competency][k % len(TOPICS[competency])],
                hours=session_hours * self._sessions(competency, session_hours),
                session_hours=session_hours,
                weeks=(first, min(last_week, first + length - 1)),
                travel_limit_min=limit,
                day_until_min=STUDY_ENDS_MIN,
                campaign=campaign,
                weekdays=self._weekdays(competency, rooms),
                tags=self._tags(group),
                subgroup_size=None if subgroup == self._subgroups[competency] else subgroup,
                min_gap_days=2 if self._dice.below(8) == 0 else 0,
                inflation=INFLATED.get((group.participant, competency), 1.0),
                scaled=competency in CONTESTED,
            )
            own = any(w.owner == group.participant for w in rooms)
            if own and competency not in CONTESTED and self._dice.below(3) == 0:
                draft = replace(draft, provider=group.participant)
            drafts.append(draft)
        drafts[-1].equipment = self._brought(group, competency, subgroup, rooms)
        return drafts

    def _subgroup(self, group: Group, competency: str) -> int:
        """Return the subgroup's size: the competency's, or what the workshops that it means hold."""
        if competency == "L01":
            return 8
        return 5 if group.participant == "yait" and competency == "06" else self._subgroups[competency]

    def _limit(self, group: Group, competency: str, subgroup: int) -> tuple[int, list[Workshop]]:
        """Return a limit of travel and what lies within it; longer for adults and for what is rare."""
        limits = (60, 75, 90) if group.minors else (60, 90, 120)
        wanted = self._dice.below(3)
        rooms: list[Workshop] = []
        for limit in limits[wanted:]:
            rooms = reachable(self._facts, self._towns, group, competency, subgroup, limit)
            if rooms:
                return limit, rooms
        return limits[-1], rooms

    def _session_hours(self, group: Group, competency: str, rooms: list[Workshop]) -> int:
        """Return the length of a session: whole pairs, short ones only near home."""
        home = self._towns[f"{group.participant}-main"]
        near = all(self._towns[f"{w.owner}-{w.site}"] == home for w in rooms)
        if competency in CONTESTED:
            return 4
        if near and competency in ("05", "16", "R6") and self._dice.below(3) == 0:
            return 2
        if not (group.minors and competency in HAZARDOUS) and self._dice.below(4) == 0:
            return 6
        return 4

    def _sessions(self, competency: str, session_hours: int) -> int:
        """Return how many sessions a chain has before contested ones are stretched."""
        if competency in CONTESTED:
            return 3 + self._dice.below(3)
        return {2: 3, 4: 2, 6: 1}[session_hours] + (self._dice.below(3) == 0)

    def _weekdays(self, competency: str, rooms: list[Workshop]) -> tuple[int, ...]:
        """Return the days on which the group can be away; at least two of them find an open workshop."""
        opened = {day for w in rooms for days, _, _ in (*w.opened, *w.own_use) for day in days}
        if competency not in CONTESTED and self._dice.below(2):
            chosen = tuple(self._dice.some_of(WEEK, 4))
            if len(opened & set(chosen)) >= 2:
                return chosen
        return WEEK

    def _tags(self, group: Group) -> tuple[str, ...]:
        """Return the lists that the group's speciality stands in."""
        tags = [TOP_50] if group.speciality in self._top50 else []
        if group.speciality in TOP_REGION_SPECIALITIES:
            tags.append(TOP_REGION)
        return tuple(tags)

    def _brought(
        self, group: Group, competency: str, subgroup: int, rooms: list[Workshop]
    ) -> tuple[str, int] | None:
        """Return movable equipment for a topic, where a workshop within reach has it at its site."""
        kind = BROUGHT.get(competency)
        owners = {w.owner for w in rooms if w.site == "main"}
        stock = [count for _, owner, _, of, _, count in MOVABLE if of == kind and owner in owners]
        if kind is None or not stock or group.participant not in owners or self._dice.below(2):
            return None
        return kind, min(max(stock), -(-subgroup // 3))
