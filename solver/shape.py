"""Faults of a document's shape in words, and what can be read of a problem that has some."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from solver.errors import Fault
from solver.problem import UNREADABLE
from solver.template import Words
from solver.words_of_faults import FAULTS

_LIKE = {
    "int_from_float": "int_type",
    "int_parsing": "int_type",
    "int_parsing_size": "int_type",
    "bool_parsing": "bool_type",
    "string_sub_type": "string_type",
    "list_type": "tuple_type",
    "frozen_set_type": "tuple_type",
    "mapping_type": "dict_type",
    "model_type": "dict_type",
    "model_attributes_type": "dict_type",
}
"""Types of errors that say the same to people."""

_SETS = ("option_sets", "candidate_sets")
_OBJECTS = frozenset({"places", "resources", "requests", "activities", "rules", "requirements"})
_NAMES = frozenset(
    {
        *("id", "name", "area", "home", "kind", "place", "participant", "priority"),
        *("request", "chain", "times", "role", "candidates", "resource"),
    }
)
_STAND_INS: Mapping[str, Any] = {
    "grid": {},
    # So long that nothing lies beyond it.
    "weeks": 1428,
    "size": 1,
    "contact_minutes": 0,
    # Like no meeting that is in order.
    "meetings": [[-1, 0]],
    "priorities": [UNREADABLE],
    "option_sets": {UNREADABLE: []},
    "candidate_sets": {UNREADABLE: []},
} | {name: [{}] for name in _OBJECTS}


def faults_of_shape(error: ValidationError, raw: Any = None, where: str = "") -> list[Fault]:
    """Return pydantic's errors as faults with texts of ours.

    Parameters
    ----------
    raw
        The document, to name items of its lists by their ids; None: they are named by number, with dots.
    where
        What the places begin with.
    """
    return [
        _fault(_where(raw, e["loc"]) if raw is not None else _dotted(where, e["loc"]), e["type"], e)
        for e in error.errors(include_url=False, include_input=False)
    ]


def _fault(where: str, kind: str, error: Mapping[str, Any]) -> Fault:
    found = error.get("ctx", {})
    if kind == "json_invalid":
        # Python reads a few things that are no JSON.
        line, column = re.findall(r"\d+", found["error"])[-2:]
        return Fault(where, FAULTS["not_json"], {"line": line, "column": column})
    words = found.get("words")
    if isinstance(words, Words):
        return Fault(where, words, found["facts"])
    code = _LIKE.get(kind, kind)
    if code not in FAULTS:
        return Fault(where, FAULTS["other"], {"type": kind})
    facts = {name: value for name, value in found.items() if isinstance(value, int | str)}
    if code == "literal_error":
        facts["expected"] = str(facts["expected"]).replace(" or ", ", ")
    return Fault(where, FAULTS[code], facts)


def _dotted(where: str, path: Sequence[int | str]) -> str:
    # A fault of a key has a last step of its own.
    return ".".join([where, *(str(step) for step in path if step != "[key]")])


def _where(raw: Any, path: Sequence[int | str]) -> str:
    """Return a path in which an item of a list is named by its id, if it has one, else by its number."""
    where = ""
    for at, step in enumerate(path):
        try:
            raw = raw[step]
        except (LookupError, TypeError):
            raw = None
        if isinstance(step, int):
            named = raw.get("id", raw.get("activity")) if isinstance(raw, dict) else None
            where += f"[{named if isinstance(named, str) else step}]"
        elif at == 1 and path[0] in (*_SETS, "labels"):
            where += f"[{step}]"
        else:
            where += f".{step}" if where else step
    return where or "document"


def mend(raw: dict[str, Any], error: ValidationError, turn: int) -> None:
    """Put a stand-in in the place of every value that is at fault, so that the rest can be read.

    A field that may be left out is left out; names begin with `UNREADABLE`. What stands in may lack
    fields itself, so that it takes a few turns.
    """
    for number, found in enumerate(error.errors(include_url=False, include_context=False)):
        _mend(raw, found["loc"], found["type"] == "extra_forbidden", f"{UNREADABLE}{turn}-{number}")


def _mend(raw: dict[str, Any], path: Sequence[int | str], extra: bool, name: str) -> None:
    for parent, steps in reversed(list(_held(raw, path))):
        step = steps[-1]
        if isinstance(parent, list) and isinstance(step, int) and _is_object(steps):
            if step < len(parent):
                parent[step] = {}
            return
        if isinstance(parent, dict) and isinstance(step, str):
            if extra:
                parent.pop(step, None)
            elif path[0] == "distances":
                # The table and its heads have to agree.
                raw["distances"] = {"areas": [UNREADABLE]}
            elif steps[0] in _SETS and len(steps) == 2:
                parent[step] = []
            elif step in _NAMES:
                # An item without an id is named by its number.
                parent[step] = f"{UNREADABLE}{steps[-2]}" if step == "id" else name
            elif step in _STAND_INS:
                parent[step] = deepcopy(_STAND_INS[step])
            else:
                parent.pop(step, None)
                if step == "capacity":
                    # They have to agree.
                    parent.pop("units", None)
            return


def _held(raw: Any, path: Sequence[int | str]) -> Iterator[tuple[Any, Sequence[int | str]]]:
    """Yield what holds each step of a path, with the path up to that step."""
    for at, step in enumerate(path):
        yield raw, path[: at + 1]
        try:
            raw = raw[step]
        except (LookupError, TypeError):
            return


def _is_object(steps: Sequence[int | str]) -> bool:
    return len(steps) > 1 and (steps[-2] in _OBJECTS or (len(steps) == 3 and steps[0] in _SETS))
