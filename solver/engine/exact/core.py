"""Proof that some activities cannot all be placed: a set that is infeasible alone and minimal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ortools.sat.python import cp_model

from solver.engine.exact.climb import FEASIBLE, INFEASIBLE, OPTIMAL, UNKNOWN, Climb, Plan


class Presence(Protocol):
    """A model that says by a literal whether an activity is placed."""

    model: cp_model.CpModel

    def present(self, activity: str) -> Any:
        """Literal that an activity is placed."""
        ...

    def decode(self, value: Callable[[Any], int]) -> Plan | None:
        """Return the plan that values stand for."""
        ...


class Prover:
    """Finds and verifies cores of a model in which nothing has to be placed yet."""

    def __init__(self, climb: Climb, model: Presence, valid: Callable[[Plan], bool]) -> None:
        self._climb = climb
        self._model = model
        self._valid = valid

    def core(self, must: Sequence[str]) -> tuple[str, ...] | None:
        """Return a verified core within `must`; None when none could be verified in the time left.

        A core is infeasible by itself in two runs that share no setting, one without presolve, and each of
        its members can be left out: then a plan is found that the checker accepts.
        """
        members = list(must)
        if self._status(members) != INFEASIBLE:
            return None
        members = self._shrunk(members)
        if not members or self._status(members, plain=True) != INFEASIBLE:
            return None
        for member in members:
            others = [name for name in members if name != member]
            if self._status(others) not in (OPTIMAL, FEASIBLE):
                return None
        return tuple(members)

    def _shrunk(self, members: list[str]) -> list[str]:
        """Drop members in halving blocks as long as the others stay infeasible."""
        block = len(members) // 2
        while block and not self._climb.clock.over():
            at = 0
            while at < len(members):
                others = members[:at] + members[at + block :]
                if self._status(others) == INFEASIBLE:
                    members = others
                else:
                    at += block
            block //= 2
        return members

    def _status(self, must: Sequence[str], *, plain: bool = False) -> int:
        if self._climb.clock.over():
            return UNKNOWN
        model = self._model.model.clone()
        model.clear_objective()  # type: ignore[no-untyped-call]
        for name in must:
            index = self._model.present(name).index
            model.add_bool_or([model.get_bool_var_from_proto_index(index)])
        solver = self._climb.solver(self._climb.clock.left_s)
        if plain:
            solver.parameters.cp_model_presolve = False
            solver.parameters.symmetry_level = 0
            solver.parameters.random_seed += 1
            solver.parameters.num_workers = 1
        status = self._climb.solve(solver, model, quiet=True)
        if status in (OPTIMAL, FEASIBLE):
            plan = self._model.decode(solver.value)
            if plan is None or not self._valid(plan):
                return UNKNOWN
        return status
