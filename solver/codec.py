"""Problems and solutions as canonical JSON: UTF-8, sorted keys, no spaces, integers, a last newline."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from solver.errors import Fault, InvalidProblem
from solver.problem import Frozen, Problem
from solver.solution import Solution
from solver.validate import validate

D = TypeVar("D", bound=Frozen)

_FORMAT = 1


def load_problem(data: bytes) -> Problem:
    """Read a problem; whitespace and the order of keys are free.

    Raises
    ------
    InvalidProblem
        The document is no JSON, of another format, or faulty; carries every fault found.
    """
    problem = _load(data, Problem)
    validate(problem)
    return problem


def dump_problem(problem: Problem) -> bytes:
    """Return the canonical bytes; equal problems give equal bytes."""
    return _dump(problem)


def load_solution(data: bytes) -> Solution:
    """Read a solution; whether it fits its problem is for the checker to say.

    Raises
    ------
    InvalidProblem
        The document is no JSON, of another format, or faulty; carries every fault found.
    """
    return _load(data, Solution)


def dump_solution(solution: Solution) -> bytes:
    """Return the canonical bytes; equal solutions give equal bytes."""
    return _dump(solution)


def sha256_of(problem: Problem) -> str:
    """Return the SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(_dump(problem)).hexdigest()


def _dump(document: Frozen) -> bytes:
    text = json.dumps(
        document.model_dump(), default=sorted, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode() + b"\n"


def _load(data: bytes, model: type[D]) -> D:
    faults: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            faults.extend(Fault(k, f"is written {n} times in one object") for k, n in times.items() if n > 1)
        return found

    try:
        raw = json.loads(data, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise InvalidProblem([Fault("document", f"is no JSON: {error}")]) from None
    if not isinstance(raw, dict):
        raise InvalidProblem([Fault("document", "is no JSON object")])
    found = raw.get("format")
    if type(found) is not int or found != _FORMAT:
        message = f"this reader knows format {_FORMAT}, the document has {json.dumps(found)}"
        raise InvalidProblem([Fault("format", message)])
    try:
        document = model.model_validate_json(data, strict=True)
    except ValidationError as error:
        faults.extend(
            Fault(_where(raw, e["loc"]), e["msg"])
            for e in error.errors(include_url=False, include_context=False, include_input=False)
        )
    if faults:
        raise InvalidProblem(faults)
    return document


def _where(raw: Any, path: Sequence[int | str]) -> str:
    """Return a path in which an item of a list is named by its id, if it has one."""
    where = ""
    for step in path:
        try:
            raw = raw[step]
        except (LookupError, TypeError):
            raw = None
        if isinstance(step, int):
            named = raw.get("id", raw.get("activity")) if isinstance(raw, dict) else None
            where += f"[{named if isinstance(named, str) else step}]"
        else:
            where += f".{step}" if where else step
    return where or "document"
