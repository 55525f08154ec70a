"""Every benchmark in one resumable command: ``python -m benchmarks.report INSTANCES``.

`INSTANCES` holds the folders ``cbctt``, ``fet``, ``itc2019``, ``mspsp`` (those that are there are run); the
generated clusters need no files. Each instance and seed is one row of ``benchmarks/results.jsonl``, written
as soon as it is known; what is there for the same limits is not run again. `RESULTS.md` is made from all
rows at the end, or by ``--write-only``.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.inputs import Unreadable, positive, stem
from benchmarks.results import FAMILIES, render

HERE = Path(__file__).parent
ROWS = HERE / "results.jsonl"
PAGE = HERE / "RESULTS.md"
_LIBRARIES = ("ortools", "numba", "numpy")
_CLUSTER_SEEDS = 1000
"""Seeds of reported clusters begin here: tuning uses smaller ones."""
_LARGEST = 2
"""Of each folder so many files, the largest, have their searches run without one part at a time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One instance with one seed."""

    family: str
    instance: str
    seed: int
    limit_s: float
    arguments: tuple[str, ...]
    workers: int | None = None

    @property
    def key(self) -> tuple[str, str, int, float]:
        """What makes a row the result of this job."""
        return self.family, self.instance, self.seed, self.limit_s


def main() -> int:
    """Run what is missing, then write the page."""
    given = _arguments()
    try:
        known = {_key(row) for row in _rows()}
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    if not given.write_only:
        jobs = [job for job in _jobs(given) if job.key not in known]
        for at, job in enumerate(jobs, start=1):
            print(f"{at}/{len(jobs)} {job.family} {job.instance} seed {job.seed}", flush=True)
            _run(job, given.workers)
    PAGE.write_text(render(_rows(), given.instances))
    print(PAGE)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("instances", type=Path, nargs="?", metavar="INSTANCES")
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=positive(float), help="instead of each family's own limit")
    parser.add_argument("--workers", type=positive(int), default=2)
    parser.add_argument(
        "--scales", type=positive(int), nargs="+", default=[1, 10], help="of the generated clusters"
    )
    parser.add_argument("--write-only", action="store_true", help="make the page from the rows there are")
    given = parser.parse_args()
    if given.instances is not None and not given.instances.is_dir():
        parser.error(f"INSTANCES: {given.instances} is no folder")
    return given


def _jobs(given: argparse.Namespace) -> Iterator[Job]:
    for seed in given.seeds:
        for name in given.families:
            family = FAMILIES[name]
            limit_s = given.seconds or family.limit_s
            if name == "parts":
                yield from _parts(given.instances, seed, limit_s)
                continue
            own = _CLUSTER_SEEDS + seed
            for variant in family.variants:
                wanted = ("--variants", variant, "--seeds", str(own), "--seconds", f"{limit_s:g}")
                yield Job(name, variant, own, limit_s, wanted, workers=family.processes)
            if not family.suffixes and not family.variants:
                for scale in given.scales:
                    wanted = ("--scale", str(scale), "--seed", str(own), "--seconds", f"{limit_s:g}")
                    yield Job(name, f"scale-{scale}", own, limit_s, wanted)
                continue
            if given.instances is None or not (given.instances / name).is_dir():
                continue
            for path in sorted((given.instances / name).iterdir()):
                if path.name.endswith(family.suffixes):
                    arguments = (str(path), "--seed", str(seed), "--seconds", f"{limit_s:g}", *family.flags)
                    yield Job(name, stem(path, family.suffixes), seed, limit_s, arguments)


def _parts(instances: Path | None, seed: int, limit_s: float) -> Iterator[Job]:
    """Yield the jobs of searches whole and without a part, on the largest files of each folder."""
    for name, family in parts.FAMILIES.items():
        folder = None if instances is None else instances / name
        if folder is None or not folder.is_dir():
            continue
        files = [path for path in sorted(folder.iterdir()) if path.name.endswith(family.suffixes)]
        for path in sorted(files, key=lambda path: path.stat().st_size)[-_LARGEST:]:
            for part in parts.variants(name):
                asked = ("--without", part, "--seed", str(seed), "--seconds", f"{limit_s:g}")
                yield Job("parts", parts.instance_of(path, part), seed, limit_s, (str(path), *asked), 1)


def _rows() -> list[dict[str, Any]]:
    """Return all rows.

    Raises
    ------
    Unreadable
        A line is no row.
    """
    lines = ROWS.read_text().splitlines() if ROWS.exists() else []
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
            _ = _key(rows[-1])
        except (ValueError, LookupError, TypeError):
            raise Unreadable(f"{ROWS}: line {number} is no row of figures: remove it") from None
    return rows


def _key(row: Mapping[str, Any]) -> tuple[str, str, int, float]:
    return row["family"], row["instance"], row["seed"], row["limit_s"]


def _run(job: Job, workers: int) -> None:
    """Run one job in a process of its own and keep its row; one that fails leaves a row that says so."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "row.jsonl"
        command = [sys.executable, "-m", f"benchmarks.{job.family}", *job.arguments]
        if job.workers is None:
            command += ["--workers", str(workers)]
        command += ["--json", str(told)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        rows: list[dict[str, Any]] = []
        if told.exists():
            rows = [json.loads(line) for line in told.read_text().splitlines()]
    row: dict[str, Any] = dict(rows[-1]) if rows else {"failed": done.returncode}
    # The key is the job's: what it is looked up by the next time.
    row.update(
        family=job.family,
        instance=job.instance,
        seed=job.seed,
        limit_s=job.limit_s,
        workers=job.workers or workers,
    )
    row.update(machine())
    with ROWS.open("a") as file:
        file.write(json.dumps(row) + "\n")
    print("  " + done.stdout.strip().replace("\n", "\n  "), flush=True)


def machine() -> Mapping[str, str]:
    """Where and with what a row was made."""
    model = "unknown"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2] for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0].strip() if names else model
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE
    )
    return {
        "cpu": f"{model}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        "commit": commit.stdout.strip(),
    }


if __name__ == "__main__":
    sys.exit(main())
