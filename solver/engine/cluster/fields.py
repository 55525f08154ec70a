"""Where everything lies in the arrays that the compiled search of a cluster works on.

A problem and the plan in work are one array of integers `I`, one of floats `F`, one of bit masks `B` and the
state `R` of the random numbers. The first `SIZE` integers say where each block begins, or hold a count.
Options are numbered over all option sets, sessions (activities) over the problem; *words* are 64 options of a
set. A *line* is a node that a placement asks, with the payload that it tells the node.
"""

from itertools import count

_number = count()


def _next() -> int:
    return next(_number)


# --- counts and totals ---
N_ACT = _next()
N_CONTEXT = _next()
N_PLACE = _next()
N_CLASS = _next()
WORDS = _next()  # of the largest set
REST = _next()
CHANGE = _next()

# --- templates: n + 1 positions where a block of each begins ---
T_SET = _next()
T_BASE = _next()  # row of B
T_ROLE = _next()  # n + 1 positions in the roles
T_ACT = _next()  # n + 1 positions in WAIT
T_LINE = _next()  # n + 1 positions in TL_NODE, TL_PAYLOAD
TL_NODE = _next()
TL_PAYLOAD = _next()
T_CLASS = _next()
T_WORTH = _next()
T_MINUTES = _next()
T_BUNDLE = _next()
T_SAME_PLACE = _next()
T_SHARED = _next()
T_LATE = _next()
T_SURE = _next()  # tags
T_GRANTED = _next()  # n + 1 positions in GRANTED_TO: participant, worth
GRANTED_TO = _next()
T_OWED = _next()  # n + 1 positions in OWED_TO: quota, worth
OWED_TO = _next()
T_UNPLACED = _next()
T_REST = _next()  # position of the prices of its options, or -1
T_CHANGE = _next()
T_HOST = _next()  # role that gives the place, from 0, or -1
T_ALIVE = _next()

# --- roles and seats ---
ORDER_OF = _next()  # roles of each template in the order in which they are settled, from 0
R_AMOUNT = _next()
R_SEAT = _next()  # n + 1 positions in the seats
R_NODE = _next()  # n + 1 positions in RN_NODE
RN_NODE = _next()
C_RES = _next()
C_MASK = _next()  # row of B
C_TAGGED = _next()  # n + 1 positions in TAGGED: tags, row of B
TAGGED = _next()
C_PLACE = _next()
C_TAGS = _next()
C_CONTEXT = _next()
C_REST = _next()  # once, for each meeting
C_CHANGE = _next()  # once, for each meeting

# --- resources ---
RES_LINE = _next()  # n + 1 positions in BINDINGS: node, what it is told, tags
BINDINGS = _next()
RES_EXCLUSIVE = _next()  # node, or -1
EXCLUSIVES = _next()  # nodes of all exclusive resources
N_EXCLUSIVE = _next()
X_AREA = _next()  # area of a context, -1 nowhere

# --- option sets ---
S_OPTION = _next()  # n + 1 positions in the options
S_WORD = _next()  # n + 1 positions in the words
S_LONGEST = _next()  # longest span of an option
O_MEETING = _next()  # n + 1 positions in M_START, M_END
O_FIRST = _next()
O_LAST = _next()
M_START = _next()
M_END = _next()
W_FROM = _next()
W_UNTIL = _next()

# --- nodes ---
NODES = _next()  # NODE_SIZE each

# --- what is granted ---
SERVED = _next()  # by class
GRANTED = _next()  # by participant
MET = _next()  # by quota
TARGETS = _next()  # participant, target of the fair shares
N_TARGET = _next()
TARGET_OF = _next()  # by participant; 0: takes no part
QUOTAS = _next()  # targets
N_QUOTA = _next()
Q_GROUP = _next()
AIMS = _next()  # 2 each: 0 and a group of quotas, or 1 and a class, or 2 and one whose rest counts at once
N_AIM = _next()
FLOORS = _next()  # by class; below 0: none
N_VALUE = _next()  # length of a worth
NOW = _next()
HERE = _next()
BEST = _next()

# --- the plan ---
ACT_T = _next()
ACT_SEAT = _next()  # n + 1 positions in AT_SEAT
AT_OPTION = _next()
AT_SEAT = _next()
N_WAIT = _next()  # by template
WAIT = _next()  # those that wait, at T_ACT
WAIT_AT = _next()  # position of each session that waits among those of its template
WANTING = _next()  # templates alive with something waiting
N_WANTING = _next()
WANTING_AT = _next()
BEST_OPTION = _next()
BEST_SEAT = _next()
BEST_HERE = _next()
CALM = _next()
BUNDLE_OF = _next()  # n + 1 positions in MEMBERS
MEMBERS = _next()

# --- uses of nodes ---
USES = _next()  # USE_SIZE each: session, start, end, payload, next
FREE = _next()

# --- remembered masks ---
H_KEY = _next()
H_ROW = _next()
H_SIZE = _next()
K_SEEN = _next()
K_USED = _next()
K_SIZE = _next()
KEPT = _next()  # of B
SCRATCH = _next()  # of B: a mask for every depth and some more

# --- scratch ---
POSITION = _next()
CONTEXT = _next()
TAGS = _next()
SEATS = _next()  # of the placement in hand
FOUND = _next()  # option, then seats
CONTESTED = _next()  # option, seats
LINE_NODE = _next()
LINE_PAYLOAD = _next()
HOLD = _next()  # count, sessions in the way
HOLD_BEST = _next()
MARK = _next()  # stamp of a session
STAMP = _next()
FIXED = _next()  # step in which a session was placed on purpose; ALWAYS: in all of them
STEP = _next()
STACK = _next()  # 2 each: template, depth
TRAIL = _next()  # count, then TRAIL_SIZE each: session, option, placed; seats apart
TRAIL_SEAT = _next()
ROLES = _next()  # most of a template
LIST = _next()  # templates in hand
BUNDLES = _next()  # count, those touched
TRIED = _next()
LEAST = _next()  # thousandths of whom a chain serves; below 0: of nobody
WISHED = _next()  # option at which a session would rather stay
SHORTAGE = _next()  # whether some template counts for a quota

SIZE = _next()

# --- floats ---
F_PRICE = 0  # position of the prices of seats
F_WEIGHT = 1  # position of the weights of the list in hand
F_SIZE = 2

NODE_SIZE = 12
# A node: kind, bucket length, buckets, heads, versions, reach, limit, two parameters, longest, version, uses
KIND, LENGTH, BUCKETS, HEADS, VERSIONS, REACH, LIMIT, PARAM, SECOND, LONGEST, VERSION, N_USES = range(12)
USE_SIZE = 5
TRAIL_SIZE = 3
TRAIL_ROOM = 8_000
TRAIL_SPARE = 1_000  # room for what a step may still have to do when it is to end
BUNDLE_AT_MOST = 200
HOLD_ROOM = 64
LIST_ROOM = 64
STACK_ROOM = 512
ALWAYS = 1 << 60  # a step that never comes

# --- kinds of node ---
EXCLUSIVE, POOL, LOAD, AREAS, SPACING, ORDER, WORTH, NIGHT, FILLING, SPAN = range(10)
# --- what a node of a resource is told ---
TELL_CONTEXT, TELL_AMOUNT, TELL_LOAD, TELL_AREA, TELL_LOAD_AND_AREA = range(5)
BESIDE = 1 << 20
TIMES = 16  # a load is minutes * TIMES + how often
PAYLOAD_BITS = 28  # of the key of a remembered mask
SET_BITS = 14
