"""Rows of figures to a page: medians and spread over the seeds, beside what others reached."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from benchmarks.ablation import VARIANTS
from benchmarks.repair import VARIANTS as REPAIRED
from benchmarks.sizes import VARIANTS as SIZES
from solver.baselines import BASELINES

Row: TypeAlias = Mapping[str, Any]
PUBLISHED = Path(__file__).with_name("published.json")
NOTES = Path(__file__).with_name("NOTES.md")
_HEAD = (
    "Made by `python -m benchmarks.report`; one line of `results.jsonl` is one instance and seed. "
    "Figures are medians over the seeds, with the lowest and highest in brackets where they differ."
)


@dataclass(frozen=True, slots=True)
class Family:
    """A family of instances.

    Attributes
    ----------
    suffixes
        Of its files; empty: it is generated.
    limit_s
        Seconds for each instance.
    figures
        Columns of its table, by the names in the rows.
    flags
        What its command is told besides.
    variants
        Names that its command tells apart, for one that generates what it measures.
    processes
        That such a command works with.
    """

    title: str
    suffixes: tuple[str, ...]
    limit_s: float
    figures: tuple[str, ...]
    flags: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    processes: int = 1


FAMILIES: Mapping[str, Family] = {
    "cluster": Family("Generated clusters", (), 60, ()),
    "ablation": Family(
        "Parts of the cluster's search, on generated clusters",
        (),
        30,
        ("greedy_h", "unserved_h", "rest", "steps_a_second"),
        variants=tuple(VARIANTS),
    ),
    "parts": Family(
        "Parts of the searches for timetables and projects",
        (),
        30,
        ("unplaced", "rest", "bound", "seconds"),
        processes=1,
    ),
    "sizes": Family(
        "First plan, memory and stop by size",
        (),
        60,
        ("sessions", "first_s", "first_h", "better_s", "unserved_h", "stop_s", "memory_mb"),
        variants=SIZES,
        processes=2,
    ),
    "repair": Family(
        "Repair of sampled disruptions, of each seed 50",
        (),
        5,
        (
            *("sessions", "cases", "failed", "median_s", "most_s", "moves", "moves_near", "change_near"),
            *("change_proved", "lost_proved", "frozen_moved", "violations"),
        ),
        variants=REPAIRED,
        processes=2,
    ),
    "cbctt": Family(
        "Curriculum-based timetabling (UD2)",
        (".ctt", ".ectt"),
        300,
        ("cost", "capacity", "days", "compactness", "stability", "best_s"),
    ),
    "fet": Family(
        "Schools as FET files",
        (".fet",),
        120,
        ("activities", "placed", "uncovered", "soft", "judge", "seconds"),
        ("--judge",),
    ),
    "mspsp": Family("Multi-skill projects", (".dzn",), 60, ("makespan", "bound", "proved", "seconds")),
    "itc2019": Family(
        "ITC-2019, class part",
        (".xml", ".xml.xz"),
        600,
        ("valid", "unplaced", "cost", "time", "room", "distribution", "best_s"),
    ),
}


def render(rows: Sequence[Row], instances: Path | None) -> str:
    """Return the page of all rows, in Markdown."""
    published: Mapping[str, Mapping[str, Mapping[str, float]]] = json.loads(PUBLISHED.read_text())
    parts = [
        "# Results",
        _HEAD,
        _machines(rows),
    ]
    for name, family in FAMILIES.items():
        own = [row for row in rows if row["family"] == name]
        if own:
            parts.append(f"## {family.title}")
            beside = _plans(own) if name == "cluster" else _table(family, own, published.get(name, {}))
            parts.append(beside)
            if name in _SUMMARIES:
                parts += _SUMMARIES[name](own, published.get(name, {}), instances)
    if NOTES.exists():
        parts.append(NOTES.read_text().strip())
    return "\n\n".join(parts) + "\n"


def _machines(rows: Iterable[Row]) -> str:
    seen = dict.fromkeys((r["cpu"], r["python"], r["libraries"]) for r in rows)
    return "\n".join(f"- {cpu}; Python {python}; {libraries}" for cpu, python, libraries in seen)


def _by_instance(rows: Iterable[Row]) -> dict[tuple[str, float], list[Row]]:
    found: dict[tuple[str, float], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["instance"], row["limit_s"]].append(row)
    return dict(sorted(found.items()))


def _table(family: Family, rows: Sequence[Row], published: Mapping[str, Mapping[str, float]]) -> str:
    others = list(dict.fromkeys(name for known in published.values() for name in known))
    figures = family.figures or tuple(
        dict.fromkeys(k for r in rows for k, v in r.items() if k not in _OF_EVERY_ROW and _plain(v))
    )
    head = ["instance", "limit, s", "seeds", *figures, *others]
    lines = [head, ["---"] * len(head)]
    for (instance, limit_s), own in _by_instance(rows).items():
        known = published.get(instance, {})
        cells = [instance, f"{limit_s:g}", str(len(own))]
        cells += [_spread([row.get(figure) for row in own]) for figure in figures]
        cells += [f"{known[name]:g}" if name in known else "" for name in others]
        lines.append(cells)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _plans(rows: Sequence[Row]) -> str:
    """Return our figures and those of both baselines side by side, one figure a line, for every instance."""
    tables = []
    for (instance, limit_s), own in _by_instance(rows).items():
        title = f"{instance}, {limit_s:g} s, {len(own)} seeds"
        lines = [[title, "ours", *BASELINES], ["---"] * (2 + len(BASELINES))]
        for figure in own[0]:
            told = any(figure.endswith(f"_{name}") for name in BASELINES)
            if figure in _OF_EVERY_ROW or told or not _plain(own[0][figure]):
                continue
            others = [f"{figure}_{name}" for name in BASELINES]
            cells = [_spread([r.get(key) for r in own]) if key in own[0] else "" for key in (figure, *others)]
            lines.append([figure, *cells])
        tables.append("\n".join("| " + " | ".join(cells) + " |" for cells in lines))
    return "\n\n".join(tables)


_OF_EVERY_ROW = {
    "family",
    "instance",
    "seed",
    "workers",
    "limit_s",
    "cpu",
    "python",
    "libraries",
    "commit",
}


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, int | float | str)


def _spread(values: Sequence[Any]) -> str:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(values):
        shown = dict.fromkeys("–" if v is None else {True: "yes", False: "no"}.get(v, str(v)) for v in values)
        return " / ".join(shown)
    middle, low, high = median(numbers), min(numbers), max(numbers)
    return f"{middle:g}" if low == high else f"{middle:g} [{low:g}–{high:g}]"


def _ratios(
    rows: Sequence[Row], published: Mapping[str, Mapping[str, float]], instances: Path | None
) -> list[str]:
    """Geometric means of (cost + 1) / (best + 1), ours and each other's, on the instances that both have."""
    best = {name: known["best published"] for name, known in published.items() if "best published" in known}
    ours = {
        name: median(row["cost"] for row in own)
        for (name, _), own in _by_instance(rows).items()
        if name in best and all("cost" in row for row in own)
    }
    lines = []
    if ours:
        lines.append(f"- ours, {len(ours)} instances: {_mean(ours, best):.3f}")
    for other in dict.fromkeys(n for known in published.values() for n in known if n != "best published"):
        theirs = {n: known[other] for n, known in published.items() if other in known and n in ours}
        if theirs:
            same = {name: ours[name] for name in theirs}
            lines.append(
                f"- {other}, {len(theirs)} instances: {_mean(theirs, best):.3f}, "
                f"ours on these: {_mean(same, best):.3f}"
            )
    return ["Geometric mean of (cost + 1) / (best + 1):", "\n".join(lines)] if lines else []


def _mean(costs: Mapping[str, float], best: Mapping[str, float]) -> float:
    return exp(sum(log((cost + 1) / (best[name] + 1)) for name, cost in costs.items()) / len(costs))


def _proofs(
    rows: Sequence[Row], published: Mapping[str, Mapping[str, float]], instances: Path | None
) -> list[str]:
    """How many were proved, ours and published on the same instances."""
    proved = {row["instance"] for row in rows if row.get("proved")}
    every = {row["instance"] for row in rows}
    lines = [f"Proved optimal: {len(proved)} of {len(every)}."]
    known = instances / "mspsp" / "published.csv" if instances is not None else None
    if known is not None and known.exists():
        with known.open() as file:
            theirs = {
                r["instance"].removesuffix(".dzn"): (int(r["makespan"]), r["proved_optimal"] == "1")
                for r in csv.DictReader(file)
            }
        both = every & theirs.keys()
        longer = sum(
            min(row["makespan"] for row in rows if row["instance"] == name) > theirs[name][0]
            for name in both
            if any(row.get("makespan") for row in rows if row["instance"] == name)
        )
        lines.append(
            f"Published on these {len(both)}: {sum(theirs[name][1] for name in both)} proved; "
            f"our makespan is longer than the published one on {longer}."
        )
    return lines


_Summary: TypeAlias = Callable[
    [Sequence[Row], Mapping[str, Mapping[str, float]], Path | None],
    list[str],
]
_SUMMARIES: Mapping[str, _Summary] = {"cbctt": _ratios, "mspsp": _proofs}
