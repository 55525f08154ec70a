"""A plan under construction: what is placed, what that blocks, what it is worth."""

from collections.abc import Iterator

from solver.engine.model import Choice, Line, Model, Seat, Template
from solver.engine.shapes import Shapes


class State:
    """Placements of a model's activities, with every node kept in step.

    Attributes
    ----------
    at
        For every activity ``(option, choice)``, or None.
    waiting
        For every template its unplaced activities; which of them is placed next makes no difference.
    served
        Learner-minutes placed, by priority class.
    granted
        Learner-minutes placed that count for the fair share, by participant.
    reserved
        Learner-minutes placed that count for each quota.
    rest, change
        Weighted costs; of change only those of what is placed.
    trail
        Changes since it was last emptied, for `undo`; ``(activity, option, choice, placed)``.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.at: list[tuple[int, Choice] | None] = [None] * len(model.template_of)
        self.waiting: list[list[int]] = [list(reversed(t.activities)) for t in model.templates]
        self.served = [0] * len(model.worth_of_class)
        self.granted = [0] * len(model.participants)
        self.reserved = [0] * len(model.quotas)
        self.rest = sum(t.unplaced * len(t.activities) for t in model.templates)
        self._shapes = Shapes(model) if any(s.weight is not None for s in model.lowered.structures) else None
        if self._shapes is not None:
            self.rest += self._shapes.start
        self.change = 0
        self.trail: list[tuple[int, int, Choice, bool]] = []
        self._footprints: list[dict[Choice, list[Line]]] = [{} for _ in model.templates]

    # --- changing --------------------------------------------------------------------------------

    def place(self, activity: int, option: int, choice: Choice) -> None:
        """Place an activity; the caller has made sure that it fits."""
        template = self.model.templates[self.model.template_of[activity]]
        bits = template.bits
        for node, payload in self.footprint(template, choice):
            node.add(bits, option, payload, activity)
        self.at[activity] = (option, choice)
        self.trail.append((activity, option, choice, True))
        self.waiting[template.index].remove(activity)
        self._count(template, option, choice, 1)
        if self._shapes is not None:
            self.rest += self._shape(self._shapes, activity, option, choice, 1)

    def remove(self, activity: int) -> tuple[int, Choice]:
        """Take an activity out and return where it was."""
        placed = self.at[activity]
        assert placed is not None
        option, choice = placed
        template = self.model.templates[self.model.template_of[activity]]
        bits = template.bits
        for node, payload in self.footprint(template, choice):
            node.remove(bits, option, payload, activity)
        self.at[activity] = None
        self.trail.append((activity, option, choice, False))
        self.waiting[template.index].append(activity)
        self._count(template, option, choice, -1)
        if self._shapes is not None:
            self.rest += self._shape(self._shapes, activity, option, choice, -1)
        return placed

    def _count(self, template: Template, option: int, choice: Choice, sign: int) -> None:
        self.served[template.priority] += sign * template.worth
        for participant, worth in template.granted:
            self.granted[participant] += sign * worth
        for quota, worth in template.owed:
            self.reserved[quota] += sign * worth
        rest, change = self.price(template, option, choice)
        self.rest += sign * (rest - template.unplaced)
        self.change += sign * change

    @property
    def shaped(self) -> bool:
        """Whether there are soft structures: then a place costs more or less with what is placed."""
        return self._shapes is not None

    def shape_price(self, activity: int, option: int, choice: Choice) -> int:
        """Weighted cost of soft structures that an unplaced activity would add here; below 0: would save."""
        if self._shapes is None:
            return 0
        found = self._shape(self._shapes, activity, option, choice, 1)
        self._shape(self._shapes, activity, option, choice, -1)
        return found

    def _shape(self, shapes: Shapes, activity: int, option: int, choice: Choice, sign: int) -> int:
        template = self.model.templates[self.model.template_of[activity]]
        resources = self.model.problem.resources
        taken = {
            role.name: resources[role.seats[position].resource].id
            for role, position in zip(template.roles, choice, strict=True)
        }
        return shapes.move(activity, template.bits.meetings[option], taken, sign)

    def price(self, template: Template, option: int, choice: Choice) -> tuple[int, int]:
        """Weighted rest and change of one placement."""
        rest, change = template.rest[option], template.change[option]
        meetings = len(template.bits.meetings[option])
        for role, position in zip(template.roles, choice, strict=True):
            seat = role.seats[position]
            rest += seat.cost + seat.cost_per_meeting * meetings
            change += seat.change + seat.change_per_meeting * meetings
        return rest, change

    def undo(self) -> None:
        """Take back every change since the trail was last emptied."""
        trail, self.trail = self.trail, []
        for activity, option, choice, placed in reversed(trail):
            if placed:
                self.remove(activity)
            else:
                self.place(activity, option, choice)
        self.trail.clear()

    def forget(self) -> None:
        """Drop what is remembered of choices, after seats of templates have changed."""
        self._footprints = [{} for _ in self.model.templates]

    def clear(self) -> None:
        """Take everything out."""
        for activity, placed in enumerate(self.at):
            if placed is not None:
                self.remove(activity)

    # --- asking ----------------------------------------------------------------------------------

    def footprint(self, template: Template, choice: Choice) -> list[Line]:
        """Every node that a placement with this choice binds, once."""
        kept = self._footprints[template.index]
        found = kept.get(choice)
        if found is None:
            merged = self.model.merged(self.lines(template, choice))
            assert merged is not None
            found = kept[choice] = merged
        return found

    def where(self, template: Template, choice: Choice) -> tuple[int, int]:
        """Context and tags that a choice gives the activity."""
        context = tags = 0
        for role, position in zip(template.roles, choice, strict=True):
            seat = role.seats[position]
            tags |= seat.tags
            if role.hosts:
                context = seat.context
        return context, tags

    def lines(self, template: Template, choice: Choice) -> list[Line]:
        """Nodes that a placement with this choice asks; one may come twice."""
        context, tags = self.where(template, choice)
        found = list(template.lines)
        for role, position in zip(template.roles, choice, strict=True):
            resource = role.seats[position].resource
            found += self.model.lines(resource, role.amount, template.load, context, tags)
            if role.nodes:
                found += role.lines(resource)
        return found

    def fixed_mask(self, template: Template, choice: Choice) -> int:
        """Options that the choice allows whatever else is placed."""
        _, tags = self.where(template, choice)
        mask = template.base
        for role, position in zip(template.roles, choice, strict=True):
            mask &= _seat_mask(role.seats[position], tags)
        if template.same_place and not self._one_place(template, choice):
            return 0
        return mask

    def _one_place(self, template: Template, choice: Choice) -> bool:
        seats = (role.seats[position] for role, position in zip(template.roles, choice, strict=True))
        return len({seat.place for seat in seats if seat.place >= 0}) <= 1

    def own_mask(self, template: Template) -> int:
        """Options that the activity's own windows and nodes leave, wherever it is."""
        mask = template.base
        for node, payload in template.lines:
            if not mask:
                return 0
            mask &= ~node.blocked(template.bits, payload)
        return mask

    def feasible(self, template: Template) -> Iterator[tuple[Choice, int]]:
        """Yield every choice with the options at which one more activity of the template fits now."""
        mask = self.own_mask(template)
        if not mask or template.dead:
            return
        choice = [0] * len(template.roles)
        yield from self._settle(template, 0, choice, mask, 0, template.sure_tags)

    def _settle(
        self, template: Template, depth: int, choice: list[int], mask: int, context: int, tags: int
    ) -> Iterator[tuple[Choice, int]]:
        if depth == len(template.order):
            final = tuple(choice)
            if mask := self._confirm(template, final, mask):
                yield final, mask
            return
        at = template.order[depth]
        role = template.roles[at]
        bits, load = template.bits, template.load
        for position, seat in enumerate(role.seats):
            now_context = seat.context if role.hosts else context
            now_tags = tags | seat.tags
            left = mask & _seat_mask(seat, now_tags)
            for node in role.nodes:
                left &= ~node.blocked(bits, seat.resource)
            if not left:
                continue
            for node, payload in self.model.lines(seat.resource, role.amount, load, now_context, now_tags):
                left &= ~node.blocked(bits, payload)
                if not left:
                    break
            else:
                choice[at] = position
                yield from self._settle(template, depth + 1, choice, left, now_context, now_tags)

    def _confirm(self, template: Template, choice: Choice, mask: int) -> int:
        """Ask again what was asked before all tags, or all uses of a node, were known."""
        if template.same_place and not self._one_place(template, choice):
            return 0
        if not (template.late_tags or template.shared):
            return mask
        mask &= self.fixed_mask(template, choice)
        merged = self.model.merged(self.lines(template, choice))
        if merged is None:
            return 0
        for node, payload in merged:
            if not mask:
                return 0
            mask &= ~node.blocked(template.bits, payload)
        return mask

    def fits(self, template: Template, option: int, choice: Choice) -> bool:
        """Tell whether one more activity of the template fits exactly here."""
        bit = 1 << option
        if not self.fixed_mask(template, choice) & bit:
            return False
        merged = self.model.merged(self.lines(template, choice))
        return merged is not None and not any(n.blocked(template.bits, p) & bit for n, p in merged)

    def blockers(self, template: Template, option: int, choice: Choice) -> set[int]:
        """Activities that stand in the way of a placement that the fixed masks allow."""
        found: set[int] = set()
        bit = 1 << option
        for node, payload in self.footprint(template, choice):
            if node.blocked(template.bits, payload) & bit:
                found |= node.holders(template.bits, option, payload)
        return found

    def possible(self, template: Template, choice: Choice) -> bool:
        """Tell whether a choice uses no exclusive resource twice."""
        return self.model.merged(self.lines(template, choice)) is not None

    # --- whole plans -------------------------------------------------------------------------------

    def snapshot(self) -> list[tuple[int, Choice] | None]:
        """Placements as they are now; `restore` brings them back."""
        return list(self.at)

    def restore(self, wanted: list[tuple[int, Choice] | None]) -> None:
        """Change as little as needed to make the placements those of a snapshot."""
        for activity, placed in enumerate(self.at):
            if placed is not None and placed != wanted[activity]:
                self.remove(activity)
        for activity, there in enumerate(wanted):
            if there is not None and self.at[activity] is None:
                self.place(activity, *there)


def _seat_mask(seat: Seat, tags: int) -> int:
    mask = seat.mask
    for needed, tagged in seat.tagged:
        if needed & tags:
            mask &= tagged
    return mask
