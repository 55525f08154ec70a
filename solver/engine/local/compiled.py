"""The decorators of this package's compiled functions."""

from solver.engine.jit import decorators

entry, compiled, inlined = decorators(
    "local",
    (
        "anneal",
        "begin",
        "chains",
        "change",
        "company",
        "compiled",
        "layout",
        "moves",
        "nodes",
        "peek",
        "places",
        "relations",
        "settle",
        "shapes",
    ),
)
