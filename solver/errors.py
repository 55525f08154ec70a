"""Errors of the solver, each with the data that a caller needs to show it.

::

    SolverError
    ├── InvalidProblem      every fault of a problem or solution document at once
    ├── StoppedEarly        a solve that was stopped before its first plan
    └── UnknownRule         a rule kind that the registry does not hold
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document: where it is and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class SolverError(Exception):
    """Base of all errors that the solver raises on purpose."""


class InvalidProblem(SolverError):
    """A problem or solution document is unusable; carries every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


class StoppedEarly(SolverError):
    """The solve was stopped before it had a first plan."""

    def __init__(self) -> None:
        super().__init__("stopped before a first plan was found")


class UnknownRule(SolverError):
    """A rule names a kind that is not in the registry."""

    def __init__(self, kind: str, known: tuple[str, ...]) -> None:
        self.kind = kind
        self.known = known
        super().__init__(f"unknown rule kind {kind!r}; known kinds: {', '.join(known)}")
