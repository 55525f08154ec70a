"""The decorators of this package's compiled functions."""

from solver.engine.jit import decorators

PACKAGE = "cluster"

entry, compiled, inlined = decorators(
    PACKAGE,
    (
        "bits",
        "compiled",
        "contested",
        "fields",
        "masks",
        "moves",
        "nodes",
        "places",
        "plan",
        "search",
        "uses",
        "worth",
    ),
)
