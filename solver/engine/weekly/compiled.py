"""The decorators of this package's compiled functions."""

from solver.engine.jit import decorators

entry, compiled, inlined = decorators("weekly", ("compiled", "days", "ejection", "fields", "plan", "rooms"))
