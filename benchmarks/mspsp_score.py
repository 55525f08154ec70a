"""Judge of plans for multi-skill projects: reads the data file and the plan's text, and nothing else."""

import re
from itertools import pairwise
from pathlib import Path


def _list(text: str, name: str) -> list[int]:
    body = text.split(f"{name} =", 1)[1].split("[", 1)[1].split("]", 1)[0]
    return [int(word) for word in body.split(",") if word.strip()]


def _table(text: str, name: str) -> list[list[str]]:
    body = text.split(f"{name} =", 1)[1].split("[", 1)[1].split("]", 1)[0]
    rows = (row.replace(",", " ").split() for row in body.split("|"))
    return [row for row in rows if row]


def judge(data: str, plan: str) -> tuple[int, list[str]]:
    """Return the end of the last activity, and every fault of the plan.

    Every activity starts once all before it have ended; each skill that it needs is contributed by as many
    people as it needs, who master it; nobody contributes twice at once or to two activities at once.
    """
    data = "\n" + re.sub(r"%.*", "", data)
    lengths = _list(data, "\ndur")
    starts = _list(plan, "start")
    contributions = [[int(word) for word in row] for row in _table(plan, "contrib")]
    masters = _table(data, "\nmastery")
    faults = []
    if len(starts) != len(lengths) or len(contributions) != len(lengths):
        return 0, [f"{len(starts)} starts and {len(contributions)} rows for {len(lengths)} activities"]
    faults += [f"activity {i} starts at {start}" for i, start in enumerate(starts, 1) if start < 0]
    for a, b in zip(_list(data, "\npred"), _list(data, "\nsucc"), strict=True):
        if starts[b - 1] < starts[a - 1] + lengths[a - 1]:
            faults.append(f"activity {b} starts at {starts[b - 1]}, before {a} has ended")
    for i, (row, needed) in enumerate(zip(contributions, _table(data, "\nsreq"), strict=True), 1):
        for skill, count in enumerate(needed, 1):
            if row.count(skill) != int(count):
                faults.append(f"activity {i} has {row.count(skill)} of skill {skill}, needs {count}")
        for person, skill in enumerate(row, 1):
            if skill and masters[person - 1][skill - 1] != "true":
                faults.append(f"{person} does not master skill {skill}, contributed to activity {i}")
    for person in range(len(masters)):
        held = sorted(
            (start, start + length, i)
            for i, (start, length) in enumerate(zip(starts, lengths, strict=True), 1)
            if contributions[i - 1][person] and length
        )
        for (_, end, a), (start, _, b) in pairwise(held):
            if start < end:
                faults.append(f"{person + 1} is in activities {a} and {b} at once")
    return max(s + length for s, length in zip(starts, lengths, strict=True)), faults


def judge_files(data: Path, plan: Path) -> tuple[int, list[str]]:
    """Judge a plan's file."""
    return judge(data.read_text(), plan.read_text())
