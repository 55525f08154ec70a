"""The decorators of this package's compiled functions."""

from solver.engine.jit import decorators

entry, compiled, inlined = decorators(
    "cluster",
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
