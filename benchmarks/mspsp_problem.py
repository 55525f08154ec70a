"""A multi-skill project in MiniZinc's data format as a `Problem`, and a plan as a MiniZinc solution."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.problem import (
    Activity,
    Candidate,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Solution


@dataclass(frozen=True, slots=True)
class Instance:
    """What a file says; activities, skills and resources are counted from 1 in it, from 0 here.

    `needs[i][s]` is how many who master skill `s` activity `i` takes, `masters[r][s]` whether `r` does.
    """

    name: str
    lengths: tuple[int, ...]
    needs: tuple[tuple[int, ...], ...]
    masters: tuple[tuple[bool, ...], ...]
    before: tuple[tuple[int, int], ...]


def read(path: Path) -> Instance:
    """Read a ``.dzn`` file.

    Raises
    ------
    ValueError
        An array that is needed is not there, or has another size than the others say.
    """
    text = re.sub(r"%.*", "", path.read_text())
    lengths = _numbers(text, "dur")
    needs = [tuple(map(int, row)) for row in _rows(text, "sreq")]
    masters = [tuple(word == "true" for word in row) for row in _rows(text, "mastery")]
    before = list(zip(_numbers(text, "pred"), _numbers(text, "succ"), strict=True))
    skills = {len(row) for row in [*needs, *masters]}
    if len(needs) != len(lengths) or len(skills) != 1:
        raise ValueError(f"{path}: {len(lengths)} lengths, {len(needs)} rows of needs, skills {skills}")
    return Instance(
        path.stem,
        tuple(lengths),
        tuple(needs),
        tuple(masters),
        tuple((a - 1, b - 1) for a, b in before),
    )


def _numbers(text: str, name: str) -> list[int]:
    found = re.search(rf"\b{name}\s*=\s*\[([^\]|]*)\]", text)
    if found is None:
        raise ValueError(f"the array {name} is missing")
    return [int(word) for word in re.findall(r"-?\d+", found[1])]


def _rows(text: str, name: str) -> list[list[str]]:
    found = re.search(rf"\b{name}\s*=\s*\[\|(.*?)\|\s*\]", text, re.DOTALL)
    if found is None:
        raise ValueError(f"the array {name} is missing")
    return [re.findall(r"\w+", row) for row in found[1].split("|")]


def problem_of(instance: Instance) -> Problem:
    """Pose an instance: every unit of a skill is a role, who masters the skill its candidates.

    Activities of no length only mark the begin and the end; what they order is kept without them.
    """
    horizon = sum(instance.lengths)
    slots_per_week = 24 * 7
    used = [i for i, length in enumerate(instance.lengths) if length]
    return Problem(
        name=instance.name,
        grid=TimeGrid(slot_minutes=60, slots_per_day=24, weeks=-(-horizon // slots_per_week)),
        resources=tuple(Resource(id=f"r{r + 1}", kind="person") for r in range(len(instance.masters))),
        option_sets={
            f"l{length}": tuple(
                TimeOption(meetings=((start, start + length),)) for start in range(horizon - length + 1)
            )
            for length in sorted(set(instance.lengths))
            if length
        },
        candidate_sets={
            f"s{s + 1}": tuple(
                Candidate(resource=f"r{r + 1}") for r, row in enumerate(instance.masters) if row[s]
            )
            for s in range(len(instance.needs[0]))
        },
        requests=tuple(Request(id=f"a{i + 1}", participant="project", priority="only") for i in used),
        activities=tuple(
            Activity(
                id=f"a{i + 1}",
                request=f"a{i + 1}",
                chain=f"a{i + 1}",
                times=f"l{instance.lengths[i]}",
                size=1,
                contact_minutes=60,
                requirements=tuple(
                    Requirement(role=f"s{s + 1}:{k + 1}", candidates=f"s{s + 1}")
                    for s, count in enumerate(instance.needs[i])
                    for k in range(count)
                ),
            )
            for i in used
        ),
        rules=(
            Rule(
                id="people",
                kind="no_overlap",
                params={"resources": [f"r{r + 1}" for r in range(len(instance.masters))]},
            ),
            Rule(
                id="order",
                kind="precedence",
                params={
                    "chains": False,
                    "sequences": [{"stages": [[f"a{a + 1}"], [f"a{b + 1}"]]} for a, b in _order(instance)],
                },
            ),
            Rule(id="all", kind="coverage", weight=1),
            Rule(id="end", kind="makespan", params={"all": True}, weight=1),
        ),
    )


def _order(instance: Instance) -> Iterable[tuple[int, int]]:
    """Yield the order between activities that last, also where it leads over ones that do not."""
    after: dict[int, list[int]] = defaultdict(list)
    for a, b in instance.before:
        after[a].append(b)
    for a, length in enumerate(instance.lengths):
        if not length:
            continue
        found: set[int] = set()
        waiting, seen = list(after[a]), set(after[a])
        while waiting:
            b = waiting.pop()
            if instance.lengths[b]:
                found.add(b)
            else:
                waiting += [c for c in after[b] if c not in seen]
                seen.update(after[b])
        yield from ((a, b) for b in sorted(found))


def solution_text(instance: Instance, solution: Solution) -> str:
    """Write a plan: ``start`` of every activity, ``contrib[activity, resource]`` (a skill, 0: none), the end.

    What lasts no time starts when all before it has ended.
    """
    n, people = len(instance.lengths), len(instance.masters)
    starts: list[int | None] = [None] * n
    given = [[0] * people for _ in range(n)]
    for placement in solution.placements:
        i = int(placement.activity[1:]) - 1
        starts[i] = placement.meetings[0][0]
        for role, resource in placement.resources.items():
            given[i][int(resource[1:]) - 1] = int(role[1:].split(":")[0])
    for _ in range(n):
        for i, length in enumerate(instance.lengths):
            if not length:
                ends = [(starts[a] or 0) + instance.lengths[a] for a, b in instance.before if b == i]
                starts[i] = max(ends, default=0)
    shown = ", ".join("<>" if start is None else str(start) for start in starts)
    rows = "\n".join("  | " + ", ".join(map(str, row)) for row in given)
    end = max((s or 0) + length for s, length in zip(starts, instance.lengths, strict=True))
    return f"start = [{shown}];\ncontrib = [\n{rows} |];\nmakespan = {end};\n----------\n"
