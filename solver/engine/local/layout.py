"""Where everything lies in the arrays that the compiled search works on.

A problem and the plan in work are one array of integers, one of floats and one of bytes. The first `HEAD`
integers say where each block begins (or hold a count); a compiled function needs no more than the three
arrays, which keeps calls cheap. A *time* is a tuple of meetings that some activity may take, numbered over
the whole problem; a *node* is one statement that is measured while activities come and go; a *link* leads
from an activity, or from a resource, to a node.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np

_number = count()


def _next() -> int:
    return next(_number)


# --- counts ---
N_ACT = _next()
N_TIME = _next()
N_NODE = _next()
N_ROLE = _next()
DAY_SLOTS = _next()
WEEK_DAYS = _next()
N_WEEK = _next()
N_AREA = _next()
RAW = _next()  # sum of the amounts of all hard nodes
N_BAD = _next()  # hard nodes that are broken
PLACED = _next()

# --- times: first start, first end, last end, weeks and weekdays as bits, clock, whether regular ---
T_FIRST = _next()
T_FIRST_END = _next()
T_LAST_END = _next()
T_WEEKS = _next()
T_DAYS = _next()
T_BUCKETS = _next()  # weeks or weekdays as bits, by which lists of uses are parted
T_CLOCK = _next()
T_CLOCK_END = _next()
T_REGULAR = _next()
T_MEET = _next()  # n + 1 positions in M_START, M_END
M_START = _next()
M_END = _next()
T_LOAD = _next()  # 3 * (n + 1) positions in LOADS: by day, week, horizon
LOADS = _next()  # 4 each: period, slots, slots of all meetings, first of this period

# --- activities ---
A_OPT = _next()  # n + 1 positions in O_TIME
O_TIME = _next()
A_ROLE = _next()  # n + 1 positions in the roles
A_LINK = _next()  # n + 1 positions in the links
A_PAIR = _next()  # n + 1 positions in PAIRS
PAIRS = _next()  # 6 each: other, node, relation, side, limit, pauses
A_HOST = _next()  # role that gives the place, or -1
A_CONTEXT = _next()  # context when no choice decides it
A_MINUTES = _next()
A_SAME_PLACE = _next()  # node or -1
A_TRAVELS = _next()  # something measured depends on where the activity is
A_PEEK = _next()  # whether a move can be read before it is made
A_OPEN = _next()  # whether it may be moved
N_OPEN = _next()
OPENS = _next()  # those that may

# --- roles that have a choice, and their candidates ---
A_TIE = _next()  # n + 1 positions in TIES
TIES = _next()  # others that have to start with it
R_ACT = _next()
R_AMOUNT = _next()
R_CAND = _next()  # n + 1 positions in the candidates
R_PEER = _next()  # n + 1 positions in PEERS
PEERS = _next()  # 4 each: kind (0 pair, 1 distinct), node, other role, whether the same
C_RES = _next()
C_LINK = _next()  # n + 1 positions in the links
C_CLASS = _next()  # row of the table of allowed times
RES_LINK = _next()  # n + 1 positions in the links
RES_CONTEXT = _next()
RES_PLACE = _next()
X_AREA = _next()  # area of a context, -1 nowhere
N_CONTEXT = _next()
TRAVEL = _next()  # slots between contexts

# --- links and nodes ---
L_NODE = _next()
L_ARG = _next()
NODES = _next()  # NODE_SIZE each
AMOUNT = _next()
HARD = _next()
BAD = _next()
BAD_AT = _next()
K_ACT = _next()  # n + 1 positions in MEMBERS
MEMBERS = _next()
GRIDS = _next()  # where each grid's n_time + 1 positions begin
USES = _next()  # pool of uses, USE_SIZE each
FREE_USE = _next()  # first free use of the pool
SKIPS = _next()  # where each table of pauses begins

# --- the plan ---
AT_OPT = _next()
AT_TIME = _next()
AT_CAND = _next()
WANT = _next()  # candidates that `place` takes, by role
KEPT = _next()  # candidates that `remove` left, by role
BEST_OPT = _next()
BEST_CAND = _next()

MARK = _next()  # last chain that an activity was in
CHAIN = _next()  # count of chains, then activity, wanted option and old option of each member

HEAD = _next()

# --- floats ---
F_PENALTY = 0
F_COST = 1
F_BEST_COST = 2
F_BEST_RAW = 3
F_HEAD = 8
# the header's further integers say where these begin among the floats
WEIGHT = HEAD
O_COST = HEAD + 1
C_COST = HEAD + 2
C_PER_MEETING = HEAD + 3
A_UNPLACED = HEAD + 4
SIZE = HEAD + 5

CHAIN_SIZE = 24
NODE_SIZE = 12
USE_SIZE = 5  # activity, time, context, next, own position

# --- kinds of node ---
OCCUPANCY = 0
PAIRWISE = 1
SHAPE = 2
LOAD = 3
AREAS = 4
CONCURRENT = 5
DISTINCT = 6
PAIR = 7
REST = 8
SPAN = 9
OWN = 10
AWAY = 11
MOVES = 12


class Arena:
    """Collects blocks and lays them end to end."""

    def __init__(self) -> None:
        self._ints: list[np.ndarray[Any, Any]] = []
        self._floats: list[np.ndarray[Any, Any]] = []
        self._head = np.zeros(SIZE, dtype=np.int64)
        self._end = SIZE
        self._float_end = F_HEAD

    def number(self, name: int, value: int) -> None:
        """Set a count in the header."""
        self._head[name] = value

    def block(self, values: Iterable[int] | np.ndarray[Any, Any]) -> int:
        """Append integers and return where they begin."""
        found = values if isinstance(values, np.ndarray) else np.array(list(values), dtype=np.int64)
        at = self._end
        self._ints.append(found.astype(np.int64, copy=False).ravel())
        self._end += found.size
        return at

    def room(self, size: int, fill: int = 0) -> int:
        """Append `size` equal integers and return where they begin."""
        return self.block(np.full(size, fill, dtype=np.int64))

    def pool(self, size: int) -> int:
        """Append so many pairs, of a value and where the next pair is, and return where they begin."""
        at = self._end
        return self.block(at + k + 1 if k % 2 else 0 for k in range(2 * size))

    def ints(self, name: int, values: Iterable[int] | np.ndarray[Any, Any]) -> None:
        """Append integers as the block of this name."""
        self._head[name] = self.block(values)

    def floats(self, name: int, values: Iterable[float]) -> None:
        """Append floats as the block of this name."""
        found = np.array(list(values), dtype=np.float64)
        self._head[name] = self._float_end
        self._floats.append(found)
        self._float_end += found.size

    def arrays(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return the integers and the floats."""
        ints = np.concatenate([self._head, *self._ints])
        floats = np.concatenate([np.zeros(F_HEAD), *self._floats])
        return np.ascontiguousarray(ints), np.ascontiguousarray(floats)
