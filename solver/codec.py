"""Problems and solutions as canonical JSON: UTF-8, sorted keys, no spaces, integers, a last newline."""

import codecs
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from solver.errors import Fault, InvalidProblem
from solver.problem import MOST_NUMBER, Frozen, Problem, Torn
from solver.shape import faults_of_shape, mend
from solver.solution import Solution
from solver.validate import faults_of
from solver.words_of_faults import fault

D = TypeVar("D", bound=Frozen)

_FORMAT = 1
_MOST_TURNS = 8


def load_problem(data: bytes) -> Problem:
    """Read a problem; whitespace and the order of keys are free.

    Raises
    ------
    InvalidProblem
        The document is no JSON, of another format, or faulty; carries every fault found.
    """
    return _load(data, Problem)


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
    data = data.removeprefix(codecs.BOM_UTF8)
    faults: list[Fault] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            faults.extend(fault(k, "repeated_key", times=n) for k, n in times.items() if n > 1)
        return found

    raw = _object(data, unique)
    found = raw.get("format")
    if type(found) is not int or found != _FORMAT:
        raise InvalidProblem([fault("format", "format", known=_FORMAT, found=json.dumps(found))])
    document: Frozen | None = None
    try:
        document = model.model_validate_json(data, strict=True)
    except ValidationError as error:
        faults += faults_of_shape(error, raw)
        if model is Problem:
            document = _torn(raw, error)
    if isinstance(document, Problem):
        faults += _others(faults_of(document), faults)
    if faults:
        raise InvalidProblem(faults)
    assert isinstance(document, model)
    return document


def _object(data: bytes, unique: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON object that the bytes are."""
    try:
        raw = json.loads(data.decode(), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        told = fault("document", "not_json", line=error.lineno, column=error.colno)
    except UnicodeDecodeError:
        told = fault("document", "not_text")
    except RecursionError:
        told = fault("document", "too_deep")
    except ValueError:
        # Python converts no number of thousands of digits.
        told = fault("document", "less_than_equal", le=MOST_NUMBER)
    else:
        if isinstance(raw, dict):
            return raw
        told = fault("document", "not_object")
    raise InvalidProblem([told])


def _torn(raw: dict[str, Any], error: ValidationError) -> Torn | None:
    """Return what can be read of a problem with faults of shape."""
    for turn in range(_MOST_TURNS):
        mend(raw, error, turn)
        try:
            return Torn.model_validate_json(json.dumps(raw), strict=True)
        except ValidationError as left:
            error = left
    return None


def _others(found: Iterable[Fault], told: Iterable[Fault]) -> list[Fault]:
    """Return the faults that lie elsewhere than those told, and not in what stands in for them."""
    places = {fault.where for fault in told}
    above = {place for where in places for place in _above(where)}
    return [
        fault
        for fault in found
        if places.isdisjoint(_above(fault.where)) and (fault.where not in above or fault.where.endswith("]"))
    ]


def _above(where: str) -> list[str]:
    """Return a place and those that hold it: ``a[b].c``, ``a[b]``, ``a``."""
    return [where, *(where[: at.start()] for at in re.finditer(r"[.\[]", where))]
