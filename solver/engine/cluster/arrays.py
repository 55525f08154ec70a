"""A compiled problem laid out as the arrays that `fields` describes."""

from collections.abc import Sequence

import numpy as np

from solver.engine.cluster import fields
from solver.engine.cluster.arena import Arena, starts
from solver.engine.cluster.rows import KNOWN, NodeRows
from solver.engine.loads import PeriodLoad, WorthWay
from solver.engine.model import Model, Payload, Seat, Template
from solver.engine.nodes import Node
from solver.engine.times import OptionBits

Masks = np.ndarray[tuple[int], np.dtype[np.uint64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

_COST = 0.002
"""What a unit of the weighted rest, for each learner, weighs against how much a place is wanted."""
_KEPT_WORDS = 1 << 24
"""Words for remembered masks, 128 MiB at most; what is never used takes no memory."""
_KEPT_A_SEAT = 12
_TELLS = {
    Payload.CONTEXT: fields.TELL_CONTEXT,
    Payload.AMOUNT: fields.TELL_AMOUNT,
    Payload.LOAD: fields.TELL_LOAD,
    Payload.AREA: fields.TELL_AREA,
    Payload.LOAD_AND_AREA: fields.TELL_LOAD_AND_AREA,
}


def knows(model: Model) -> bool:
    """Tell whether the arrays can hold a model: they know its nodes, and no number is too large for them."""
    roles = max((len(t.roles) for t in model.templates), default=0)
    minutes = max((t.contact_minutes for t in model.templates), default=0)
    areas = max([*model.areas, len(model.problem.areas)]) + 3
    return (
        all(isinstance(node, KNOWN) for node in _nodes_of(model))
        and max(map(len, model.bundles), default=0) <= fields.BUNDLE_AT_MOST
        and roles < fields.TIMES
        and max(model.tags_of, default=0) < 1 << 62
        and (minutes + 1) * fields.TIMES * areas < 1 << fields.PAYLOAD_BITS
        and len({t.bits.index for t in model.templates}) < 1 << fields.SET_BITS
    )


def _nodes_of(model: Model) -> list[Node]:
    """Return every node once."""
    found: dict[int, Node] = {}
    for bindings in model.bindings:
        found.update((id(b.node), b.node) for b in bindings)
    for template in model.templates:
        found.update((id(node), node) for node, _ in template.lines)
        for role in template.roles:
            found.update((id(node), node) for node in role.nodes)
    return list(found.values())


class Layout:
    """The arrays of a model with no session placed.

    Attributes
    ----------
    ints, masks, floats
        ``I``, ``B``, ``F`` of the compiled functions.
    first_option
        Number of the first option of each template's set.
    first_seat
        For each template the number of the first seat of each role.
    """

    def __init__(self, model: Model, pressure: Sequence[float]) -> None:
        self._model = model
        self._arena = Arena()
        self._rows: dict[tuple[int, int], int] = {}
        self._masks: list[Masks] = []
        self._mask_end = 0
        bits = {t.bits.index: t.bits for t in model.templates}
        self._set_at = {index: at for at, index in enumerate(bits)}
        self._sets = list(bits.values())
        self._words = max([1, *map(_words, self._sets)])
        self._nodes = _nodes_of(model)
        self._node_at = {id(node): at for at, node in enumerate(self._nodes)}
        self._write_sets()
        self._write_resources()
        self._write_templates()
        self._write_roles()
        self._write_nodes()
        self._write_aims()
        self._write_plan()
        self._write_scratch()
        self.ints = self._arena.array()
        self.masks = self._all_masks()
        self.floats = self._prices(pressure)
        self._chain_uses()

    # --- what never changes ----------------------------------------------------------------------------

    def _write_sets(self) -> None:
        arena, sets = self._arena, self._sets
        arena.block(fields.S_OPTION, first := starts(b.size for b in sets))
        arena.block(fields.S_WORD, starts(map(_words, sets)))
        spans = [[(m[0][0], max(end for _, end in m)) for m in b.meetings] for b in sets]
        arena.block(fields.S_LONGEST, (max((hi - lo for lo, hi in s), default=0) for s in spans))
        every = [m for b in sets for m in b.meetings]
        arena.block(fields.O_MEETING, starts(map(len, every)))
        arena.block(fields.M_START, (start for meetings in every for start, _ in meetings))
        arena.block(fields.M_END, (end for meetings in every for _, end in meetings))
        arena.block(fields.O_FIRST, (lo for s in spans for lo, _ in s))
        arena.block(fields.O_LAST, (hi for s in spans for _, hi in s))
        words = [s[k : k + 64] for s in spans for k in range(0, len(s), 64)]
        arena.block(fields.W_FROM, (word[0][0] for word in words))
        arena.block(fields.W_UNTIL, (max(hi for _, hi in word) for word in words))
        arena.head[fields.WORDS] = self._words
        self.first_option = [first[self._set_at[t.bits.index]] for t in self._model.templates]

    def _row(self, bits: OptionBits, mask: int) -> int:
        """Return where a mask of a set's options lies among the masks."""
        key = (bits.index, mask)
        if key not in self._rows:
            words = max(1, _words(bits))
            self._rows[key] = self._mask_end
            self._masks.append(np.frombuffer(mask.to_bytes(8 * words, "little"), dtype=np.uint64))
            self._mask_end += words
        return self._rows[key]

    def _all_masks(self) -> Masks:
        kept = int(self.ints[fields.K_SIZE]) * self._words
        scratch = int(self.ints[fields.ROLES] + 4) * self._words
        found: Masks = np.zeros(self._mask_end + kept + scratch, dtype=np.uint64)
        if self._masks:
            found[: self._mask_end] = np.concatenate(self._masks)
        self.ints[fields.KEPT] = self._mask_end
        self.ints[fields.SCRATCH] = self._mask_end + kept
        return found

    def _write_resources(self) -> None:
        model, arena = self._model, self._arena
        arena.block(fields.RES_LINE, starts(map(len, model.bindings)))
        arena.block(
            fields.BINDINGS,
            (
                value
                for bindings in model.bindings
                for b in bindings
                for value in (self._node_at[id(b.node)], _TELLS[b.payload], b.tags)
            ),
        )
        exclusive = [-1 if node is None else self._node_at[id(node)] for node in model.exclusive_of]
        arena.block(fields.RES_EXCLUSIVE, exclusive)
        there = [node for node in exclusive if node >= 0]
        arena.block(fields.EXCLUSIVES, there)
        arena.head[fields.N_EXCLUSIVE] = len(there)
        arena.block(fields.X_AREA, (model.areas[context.place] for context in model.contexts))
        arena.head[fields.N_CONTEXT] = len(model.contexts)
        self._areas = 1 + max(
            [*model.areas, *(max(n.far, default=0) for n in self._nodes if isinstance(n, WorthWay))]
        )
        arena.head[fields.N_PLACE] = self._areas

    def _write_templates(self) -> None:
        model, arena, templates = self._model, self._arena, self._model.templates
        hopeless = {t.bundle for t in templates if t.dead} - {-1}
        arena.block(fields.T_SET, (self._set_at[t.bits.index] for t in templates))
        arena.block(fields.T_BASE, (self._row(t.bits, t.base) for t in templates))
        arena.block(fields.T_ROLE, starts(len(t.roles) for t in templates))
        arena.block(fields.T_ACT, first := starts(len(t.activities) for t in templates))
        arena.block(fields.T_LINE, starts(len(t.lines) for t in templates))
        arena.block(fields.TL_NODE, (self._node_at[id(node)] for t in templates for node, _ in t.lines))
        arena.block(fields.TL_PAYLOAD, (self._payload(node, p) for t in templates for node, p in t.lines))
        arena.block(fields.T_CLASS, (t.priority for t in templates))
        arena.block(fields.T_WORTH, (t.worth for t in templates))
        arena.block(fields.T_MINUTES, (t.contact_minutes for t in templates))
        arena.block(fields.T_BUNDLE, (t.bundle for t in templates))
        arena.block(fields.T_SAME_PLACE, (t.same_place for t in templates))
        arena.block(fields.T_SHARED, (t.shared for t in templates))
        arena.block(fields.T_LATE, (t.late_tags for t in templates))
        arena.block(fields.T_SURE, (t.sure_tags for t in templates))
        arena.block(fields.T_GRANTED, starts(len(t.granted) for t in templates))
        arena.block(fields.GRANTED_TO, (v for t in templates for pair in t.granted for v in pair))
        arena.block(fields.T_OWED, starts(len(t.owed) for t in templates))
        arena.block(fields.OWED_TO, (v for t in templates for pair in t.owed for v in pair))
        arena.head[fields.SHORTAGE] = any(t.owed for t in templates)
        arena.block(fields.T_UNPLACED, (t.unplaced for t in templates))
        prices: dict[bytes, int] = {}
        arena.block(fields.T_REST, [self._prices_at(prices, t.rest) for t in templates])
        arena.block(fields.T_CHANGE, [self._prices_at(prices, t.change) for t in templates])
        hosts = (next((i for i, role in enumerate(t.roles) if role.hosts), -1) for t in templates)
        arena.block(fields.T_HOST, hosts)
        alive = [not t.dead and t.bundle not in hopeless for t in templates]
        arena.block(fields.T_ALIVE, alive)
        arena.block(fields.N_WAIT, (len(t.activities) for t in templates))
        arena.block(fields.WAIT, (a for t in templates for a in reversed(t.activities)))
        wait_at = [0] * len(model.template_of)
        for t in templates:
            for spot, activity in enumerate(reversed(t.activities)):
                wait_at[activity] = spot
        arena.block(fields.WAIT_AT, wait_at)
        wanting = [t.index for t, there in zip(templates, alive, strict=True) if there and t.activities]
        arena.head[fields.N_WANTING] = len(wanting)
        arena.block(fields.WANTING, wanting + [0] * (len(templates) - len(wanting)))
        at = dict(zip(wanting, range(len(wanting)), strict=True))
        arena.block(fields.WANTING_AT, (at.get(t.index, -1) for t in templates))
        assert first[-1] == len(model.template_of)

    def _prices_at(self, known: dict[bytes, int], prices: list[int]) -> int:
        if not any(prices):
            return -1
        found = np.array(prices, dtype=np.int64)
        key = found.tobytes()
        if key not in known:
            known[key] = self._arena.append(found)
        return known[key]

    def _payload(self, node: Node, payload: int) -> int:
        if not isinstance(node, PeriodLoad):
            return payload
        minutes, times = self._model.loads[payload]
        return minutes * fields.TIMES + times

    def _write_roles(self) -> None:
        arena, templates = self._arena, self._model.templates
        roles = [(t, role) for t in templates for role in t.roles]
        seats = [(t, seat) for t, role in roles for seat in role.seats]
        arena.block(fields.ORDER_OF, (k for t in templates for k in t.order))
        arena.block(fields.R_AMOUNT, (role.amount for _, role in roles))
        arena.block(fields.R_SEAT, first := starts(len(role.seats) for _, role in roles))
        arena.block(fields.R_NODE, starts(len(role.nodes) for _, role in roles))
        arena.block(fields.RN_NODE, (self._node_at[id(n)] for _, role in roles for n in role.nodes))
        arena.block(fields.C_RES, (seat.resource for _, seat in seats))
        arena.block(fields.C_MASK, (self._row(t.bits, seat.mask) for t, seat in seats))
        arena.block(fields.C_TAGGED, starts(len(seat.tagged) for _, seat in seats))
        arena.block(
            fields.TAGGED,
            (v for t, seat in seats for tags, mask in seat.tagged for v in (tags, self._row(t.bits, mask))),
        )
        arena.block(fields.C_PLACE, (seat.place for _, seat in seats))
        arena.block(fields.C_TAGS, (seat.tags for _, seat in seats))
        arena.block(fields.C_CONTEXT, (seat.context for _, seat in seats))
        arena.block(fields.C_REST, (v for _, s in seats for v in (s.cost, s.cost_per_meeting)))
        arena.block(fields.C_CHANGE, (v for _, s in seats for v in (s.change, s.change_per_meeting)))
        self._n_seats = len(seats)
        each = iter(first)
        self.first_seat = [[next(each) for _ in t.roles] for t in templates]

    # --- nodes -----------------------------------------------------------------------------------------

    def _longest(self) -> list[int]:
        """Return for each node the longest meeting that it can be told of."""
        found = [0] * len(self._nodes)
        longest = {b.index: b.longest for b in self._sets}
        by_resource = [0] * len(self._model.bindings)
        for t in self._model.templates:
            mine = longest[t.bits.index]
            for seat in (seat for role in t.roles for seat in role.seats):
                by_resource[seat.resource] = max(by_resource[seat.resource], mine)
            for node, _ in t.lines:
                at = self._node_at[id(node)]
                found[at] = max(found[at], mine)
        for bindings, mine in zip(self._model.bindings, by_resource, strict=True):
            for b in bindings:
                at = self._node_at[id(b.node)]
                found[at] = max(found[at], mine)
        return found

    def _write_nodes(self) -> None:
        longest = self._longest()
        rows = NodeRows(self._model.problem.grid, self._arena, self._areas)
        self._arena.block(
            fields.NODES,
            [v for node, mine in zip(self._nodes, longest, strict=True) for v in rows.of(node, mine)],
        )

    # --- what is granted -------------------------------------------------------------------------------

    def _write_aims(self) -> None:
        model, arena = self._model, self._arena
        classes, quotas = len(model.worth_of_class), len(model.quotas)
        arena.head[fields.SERVED] = arena.room(classes)
        arena.head[fields.GRANTED] = arena.room(len(model.participants))
        arena.head[fields.MET] = arena.room(quotas)
        arena.block(fields.TARGETS, (v for pair in model.targets.items() for v in pair))
        arena.block(fields.TARGET_OF, (model.targets.get(k, 0) for k in range(len(model.participants))))
        arena.block(fields.QUOTAS, model.quotas)
        group_of = {q: g for g, (_, members) in enumerate(model.quota_groups) for q in members}
        arena.block(fields.Q_GROUP, (group_of[q] for q in range(quotas)))
        aims: list[tuple[int, int]] = []
        for position in range(classes):
            aims += [(0, g) for g, (before, _) in enumerate(model.quota_groups) if before == position]
            aims.append((1, position))
        arena.block(fields.AIMS, (v for aim in aims for v in aim))
        arena.head[fields.FLOORS] = arena.room(classes, -1)
        size = len(aims) + len(model.targets) + 2 + classes
        heads = {
            fields.N_CLASS: classes,
            fields.N_QUOTA: quotas,
            fields.N_TARGET: len(model.targets),
            fields.N_AIM: len(aims),
            fields.N_VALUE: size,
            fields.REST: sum(t.unplaced * len(t.activities) for t in model.templates),
        }
        heads |= {name: arena.room(size) for name in (fields.NOW, fields.HERE, fields.BEST)}
        arena.head |= heads

    # --- the plan --------------------------------------------------------------------------------------

    def _write_plan(self) -> None:
        model, arena = self._model, self._arena
        number = len(model.template_of)
        arena.head[fields.N_ACT] = number
        arena.block(fields.ACT_T, model.template_of)
        roles = starts(len(model.templates[t].roles) for t in model.template_of)
        arena.block(fields.ACT_SEAT, roles)
        for name in (fields.AT_OPTION, fields.BEST_OPTION):
            arena.head[name] = arena.room(number, -1)
        for name in (fields.AT_SEAT, fields.BEST_SEAT):
            arena.head[name] = arena.room(roles[-1], -1)
        arena.block(fields.BUNDLE_OF, starts(map(len, model.bundles)))
        arena.block(fields.MEMBERS, (a for bundle in model.bundles for a in bundle))
        self._n_uses = sum(self._uses_of(t) * len(t.activities) for t in model.templates)
        arena.head[fields.USES] = arena.room(fields.USE_SIZE * (self._n_uses + 1))

    def _lines_of(self, template: Template) -> int:
        """Return the most lines that a placement can have."""

        def of(seat: Seat) -> int:
            return len(self._model.bindings[seat.resource])

        lines = len(template.lines)
        return lines + sum(max(map(of, role.seats), default=0) + len(role.nodes) for role in template.roles)

    def _uses_of(self, template: Template) -> int:
        """Return the most uses of nodes that a session can make."""
        return self._lines_of(template) * max(map(len, template.bits.meetings), default=1)

    def _chain_uses(self) -> None:
        first = int(self.ints[fields.USES])
        next_of = first + fields.USE_SIZE * np.arange(1, self._n_uses + 2)
        self.ints[first + 4 : first + fields.USE_SIZE * (self._n_uses + 1) : fields.USE_SIZE] = next_of
        self.ints[first + fields.USE_SIZE * self._n_uses + 4] = -1
        self.ints[fields.FREE] = first

    def _write_scratch(self) -> None:
        model, arena = self._model, self._arena
        roles = max((len(t.roles) for t in model.templates), default=0)
        number = len(model.template_of)
        most_lines = max(map(self._lines_of, model.templates), default=0) + 1
        arena.head[fields.ROLES] = roles
        kept = min(_KEPT_WORDS // self._words, _KEPT_A_SEAT * self._n_seats + 4_096)
        slots = 1 << (2 * kept).bit_length()
        arena.block(fields.FIXED, (fields.ALWAYS if a in model.kept else 0 for a in range(number)))
        rooms = {
            fields.H_KEY: slots,
            fields.H_ROW: slots,
            fields.K_SEEN: kept,
            fields.POSITION: roles + 2,
            fields.CONTEXT: roles + 2,
            fields.TAGS: roles + 2,
            fields.SEATS: roles + 1,
            fields.FOUND: roles + 2,
            fields.CONTESTED: roles + 2,
            fields.LINE_NODE: most_lines,
            fields.LINE_PAYLOAD: most_lines,
            fields.HOLD: fields.HOLD_ROOM + 1,
            fields.HOLD_BEST: fields.HOLD_ROOM + 1,
            fields.MARK: number,
            fields.STACK: 2 * fields.STACK_ROOM,
            fields.TRAIL: 1 + fields.TRAIL_SIZE * fields.TRAIL_ROOM,
            fields.TRAIL_SEAT: (roles + 1) * fields.TRAIL_ROOM,
            fields.LIST: fields.LIST_ROOM,
            fields.BUNDLES: len(model.bundles) + 1,
        }
        for name, size in rooms.items():
            arena.head[name] = arena.room(size)
        arena.head |= {fields.H_SIZE: slots, fields.K_SIZE: kept, fields.LEAST: -1}

    def _prices(self, pressure: Sequence[float]) -> Floats:
        prices = [
            pressure[seat.resource] + _COST * (seat.cost + seat.cost_per_meeting) / t.size
            if len(role.seats) > 1
            else 0.0
            for t in self._model.templates
            for role in t.roles
            for seat in role.seats
        ]
        head = [fields.F_SIZE + 0.0, float(fields.F_SIZE + len(prices))]
        return np.array([*head, *prices, *([0.0] * fields.LIST_ROOM)])


def _words(bits: OptionBits) -> int:
    return -(-bits.size // 64)
