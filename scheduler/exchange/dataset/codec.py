"""Reading a dataset with every fault at once, and writing it in its one form."""

import json
import re
from typing import Any

from pydantic import ValidationError

from scheduler.errors import FieldError, Invalid
from scheduler.exchange.dataset.checks import check_rows
from scheduler.exchange.dataset.faults import Fault
from scheduler.exchange.dataset.fields import Row
from scheduler.exchange.dataset.rows import LIST_NAMES, ROW_TYPES, Dataset

FORMAT = 1
CONTROL = re.compile(r"(?<!\\)(?:\\\\)*\\u00[01][0-9a-f]")
"""A control character but tab and line ends, as JSON escapes it: not every database can store a NUL."""
Rows = dict[str, list[tuple[int, Row]]]


def read_dataset(data: bytes | str) -> Dataset:
    """Return the dataset in `data`, whole and consistent.

    Raises
    ------
    scheduler.errors.Invalid
        With every fault: the list, the row's number and key, the field.
    """
    rows, about, faults = parse(data)
    faults += check_rows(rows, keys_of_broken=frozenset((f.list_name, f.key) for f in faults if f.key))
    if faults:
        raise Invalid([FieldError(fault.path, fault.code, dict(fault.params)) for fault in faults])
    lists = {name: tuple(row for _, row in rows[name]) for name in LIST_NAMES}
    return Dataset.model_validate({"about": about, **lists})


def parse(data: bytes | str) -> tuple[Rows, str, list[Fault]]:
    """Read the rows one by one, so that a broken row hides no fault of another one."""
    rows: Rows = {name: [] for name in LIST_NAMES}
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        return rows, "", [Fault("dataset", 0, "", "", "not_json", {"reason": str(error)})]
    if not isinstance(document, dict):
        return rows, "", [Fault("dataset", 0, "", "", "not_an_object")]
    faults = [
        Fault("dataset", 0, "", name, "unknown_field")
        for name in document
        if name not in LIST_NAMES and name not in ("format", "about")
    ]
    if document.get("format") != FORMAT:
        faults.append(Fault("dataset", 0, "", "format", "unknown_format", {"expected": FORMAT}))
    about = document.get("about", "")
    if not isinstance(about, str):
        faults.append(Fault("dataset", 0, "", "about", "wrong_type"))
        about = ""
    for name in LIST_NAMES:
        entries = document.get(name, [])
        if not isinstance(entries, list):
            faults.append(Fault(name, 0, "", "", "not_a_list"))
            continue
        for number, entry in enumerate(entries, start=1):
            text = json.dumps(entry)
            if CONTROL.search(text):
                faults.append(Fault(name, number, "", "", "control_character"))
                continue
            try:
                row = ROW_TYPES[name].model_validate_json(text)
            except ValidationError as error:
                faults += [shape_fault(name, number, entry, dict(item)) for item in error.errors()]
            else:
                rows[name].append((number, row))
    return rows, about, faults


def shape_fault(name: str, number: int, entry: Any, item: dict[str, Any]) -> Fault:
    """Turn one of pydantic's findings into a fault."""
    key = ""
    if isinstance(entry, dict):
        values = [entry.get(field) for field in ROW_TYPES[name].key_fields]
        if all(isinstance(value, str) for value in values):
            key = "/".join(map(str, values))
    params = {k: v for k, v in item.get("ctx", {}).items() if isinstance(v, str | int)}
    params["reason"] = item["msg"]
    return Fault(name, number, key, ".".join(map(str, item["loc"])), item["type"], params)


def dump_dataset(dataset: Dataset) -> bytes:
    """Return the dataset as UTF-8 JSON: one row a line, fields as declared, what is usual left out."""
    lines = ["{", f'"format":{dataset.format},', f'"about":{compact(dataset.about)}']
    for name, rows in dataset.lists():
        if rows:
            lines[-1] += ","
            lines.append(f'"{name}":[')
            texts = [compact(row.model_dump(mode="json", exclude_defaults=True)) for row in rows]
            lines += [text + "," for text in texts[:-1]]
            lines += [texts[-1], "]"]
    lines.append("}")
    return ("\n".join(lines) + "\n").encode()


def compact(value: Any) -> str:
    """Return JSON in which Russian stays readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
