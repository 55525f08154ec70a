"""How a solve is run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Limits and seed of one solve.

    Attributes
    ----------
    time_limit_s
        Wall-clock time from the call to the returned solution.
    workers
        Processes that search; 1 or 2 are used.
    seed
        Of all random choices.
    deterministic_units
        If given, work is counted instead of time, one process searches, and equal problems give equal
        solutions byte for byte. A unit is about a second of one processor.
    memory_limit_mb
        Resident size at which the search ends with the best plan so far; None: no limit.

    Raises
    ------
    ValueError
        A limit is not positive.
    """

    time_limit_s: float = 60.0
    workers: int = 2
    seed: int = 1
    deterministic_units: int | None = None
    memory_limit_mb: int | None = None

    def __post_init__(self) -> None:
        for name in ("time_limit_s", "workers", "deterministic_units", "memory_limit_mb"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be positive, not {value}")
