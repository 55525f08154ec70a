"""Laying nodes, links and pairs out in the arrays."""

from solver.engine.local import layout
from solver.engine.local.layout import NODE_SIZE
from solver.engine.local.patterns import starts_of
from solver.engine.local.statements import Statements


def write(s: Statements) -> None:
    """Lay out the nodes and links."""
    arena, nodes = s.arena, s.nodes
    arena.number(layout.N_NODE, len(nodes))
    for node in nodes:
        padding = [0] * (NODE_SIZE - 1 - len(node.parameters))
        node.parameters = [node.kind, *node.parameters, *padding]
    arena.ints(layout.NODES, (value for node in nodes for value in node.parameters))
    arena.ints(layout.AMOUNT, (0 for _ in nodes))
    arena.ints(layout.HARD, (node.weight is None for node in nodes))
    arena.floats(layout.WEIGHT, (1.0 if node.weight is None else node.weight for node in nodes))
    arena.ints(layout.BAD, (0 for _ in nodes))
    arena.ints(layout.BAD_AT, (0 for _ in nodes))
    arena.ints(layout.K_ACT, starts_of(len(node.members) for node in nodes))
    arena.ints(layout.MEMBERS, (at for node in nodes for at in sorted(node.members)))
    arena.ints(layout.SKIPS, s.skip_at)
    _write_links(s)
    arena.ints(layout.A_PAIR, starts_of(map(len, s.pairs)))
    arena.ints(layout.PAIRS, (value for entries in s.pairs for entry in entries for value in entry))
    places = [(at, k) for at, choice in enumerate(s.choices) for k in range(len(choice.roles))]
    arena.ints(layout.R_PEER, starts_of(len(s.peers.get(place, ())) for place in places))
    arena.ints(layout.PEERS, (value for p in places for entry in s.peers.get(p, ()) for value in entry))
    arena.ints(layout.A_SAME_PLACE, s.same_place)
    arena.ints(layout.A_PEEK, (_readable(s, at) for at in range(len(s.choices))))
    arena.ints(layout.A_TIE, starts_of(max(0, len(ties) - 1) for ties in s.ties))
    arena.ints(layout.TIES, (other for at, ties in enumerate(s.ties) for other in sorted(ties - {at})))
    arena.ints(layout.MARK, (0 for _ in s.choices))
    arena.ints(layout.CHAIN, (0 for _ in range(1 + 3 * layout.CHAIN_SIZE)))
    _write_contexts(s)


def _readable(s: Statements, at: int) -> bool:
    """Tell whether `peek` reads everything that a move of an activity changes."""
    choice = s.choices[at]
    nodes = [s.nodes[node] for node, _ in s.links[at]]
    if any(argument < 0 for _, argument in s.links[at]):
        return False
    for k, role in enumerate(choice.roles):
        if any(kind != 1 for kind, *_ in s.peers.get((at, k), ())):
            return False
        for seat, of_seat in enumerate(role.seats):
            links = [*s.resource_links[of_seat.resource], *s.seat_links.get((at, k, seat), ())]
            nodes += [s.nodes[node] for node, _ in links]
            if any(s.nodes[node].kind == layout.SHAPE for node, _ in links):
                return False
    clashing = {layout.OCCUPANCY, layout.PAIRWISE}
    return s.same_place[at] < 0 and all(
        (n.kind in clashing and n.weight is None) or (n.kind == layout.SHAPE and n.parameters[8])
        for n in nodes
    )


def _write_links(s: Statements) -> None:
    arena = s.arena
    flat: list[tuple[int, int]] = []
    static, of_resource, of_seat = [], [], []
    for links in s.links:
        static.append(len(flat))
        flat += links
    static.append(len(flat))
    for links in s.resource_links:
        of_resource.append(len(flat))
        flat += links
    of_resource.append(len(flat))
    for at, choice in enumerate(s.choices):
        for k, role in enumerate(choice.roles):
            for seat in range(len(role.seats)):
                of_seat.append(len(flat))
                flat += s.seat_links.get((at, k, seat), ())
    of_seat.append(len(flat))
    arena.ints(layout.A_LINK, static)
    arena.ints(layout.RES_LINK, of_resource)
    arena.ints(layout.C_LINK, of_seat)
    arena.ints(layout.L_NODE, (node for node, _ in flat))
    arena.ints(layout.L_ARG, (argument for _, argument in flat))
    _write_pool(s)


def _write_pool(s: Statements) -> None:
    """Make room for all uses that lists can hold at once."""
    lists = {n for n, node in enumerate(s.nodes) if node.kind == layout.PAIRWISE}
    size = 0
    grid, by_week = s.problem.grid, s.times.buckets == s.problem.grid.weeks
    held = [
        len({grid.week_of(b) if by_week else grid.day_of(b) % grid.days_per_week for b, _ in m})
        for m in s.times.meetings
    ]
    for at, choice in enumerate(s.choices):
        uses = sum(node in lists for node, _ in s.links[at])
        for role in choice.roles:
            uses += max(
                (sum(n in lists for n, _ in s.resource_links[seat.resource]) for seat in role.seats),
                default=0,
            )
        size += uses * max((held[time] for time, _ in choice.times), default=0)
    step = layout.USE_SIZE
    s.arena.ints(layout.USES, (0 if k % step != 3 else k - 3 + step for k in range((size + 1) * step)))
    s.arena.number(layout.FREE_USE, 0)


def _write_contexts(s: Statements) -> None:
    contexts = s.contexts
    host, context, travels = [], [], []
    for at, choice in enumerate(s.choices):
        role = s.problem.place_role_of[choice.activity.id]
        k = next((k for k, r in enumerate(choice.roles) if r.requirement.role == role), -1)
        host.append(-1 if k < 0 else int(s.first_role[at]) + k)
        own = choice.fixed.get(role or "")
        context.append(0 if own is None else contexts.of_resource[own[0]])
        travels.append(s.same_place[at] >= 0 or (k >= 0 and s.placed_matters))
    s.arena.ints(layout.A_HOST, host)
    s.arena.ints(layout.A_CONTEXT, context)
    s.arena.ints(layout.A_TRAVELS, travels)
    contexts.write(s.arena)
