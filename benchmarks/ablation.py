"""What each part of the cluster's search is worth: the same time with one of them left out, or one added.

    python -m benchmarks.ablation [--scale 1] [--seeds 1001 1002 1003] [--variants NAME ...] [--seconds 30]

Every variant starts from the same greedy plan of a generated cluster, cools down alike and seeks coverage
alone, in one process. Figures are unserved learner-hours and changes tried in a second. Seeds from 1000 on
are for reports, smaller ones for tuning.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean

from benchmarks.neighbourhoods import WithNeighbourhoods
from benchmarks.synthetic_cluster import SIZES, make
from solver.engine.cluster.kernel import Kernel, Mix
from solver.engine.compile import compile_problem
from solver.engine.construct import GREEDY, fill_all, ordered
from solver.engine.insertion import pressures
from solver.engine.model import Model
from solver.engine.warm import warm_cluster
from solver.engine.workbench import Interpreted, Workbench

ACADEMIC_HOUR_MINUTES = 45
_HEAT = 0.1
_SLICE_S = 0.03
_ALL = 1024


def _kernel(mix: Mix) -> Callable[[Model, int], Workbench]:
    return lambda model, seed: Kernel(model, pressures(model), seed, mix)


VARIANTS: Mapping[str, tuple[Callable[[Model, int], Workbench], float]] = {
    "all": (_kernel(Mix()), _HEAT),
    "no chains": (_kernel(Mix(ejects=0)), _HEAT),
    "no emptying": (_kernel(Mix(ejects=_ALL)), _HEAT),
    "no reseating": (_kernel(Mix(reseats=0)), _HEAT),
    "no heat": (_kernel(Mix()), 0.0),
    "interpreted": (Interpreted, _HEAT),
    "with CP-SAT": (WithNeighbourhoods, _HEAT),
}
"""How the workbench of a variant is made, and its first heat in usual sessions."""


def searched(
    model: Model, bench: Workbench, heat: float, seconds: float
) -> tuple[float, float, float, float]:
    """Return the unserved hours of the greedy plan and of the best one, its rest, and steps in a second."""
    fill_all(bench.fill, ordered(model, GREEDY[0][1]), lambda: False)
    greedy = bench.worth()
    bench.begin()
    hottest = heat * fmean(t.worth for t in model.templates for _ in t.activities)
    begun, steps, size = time.monotonic(), 0, 1
    while (done := (time.monotonic() - begun) / seconds) < 1:
        at = time.monotonic()
        bench.run(size, hottest * (1 - done) ** 2)
        steps += size
        size = int(min(4 * size, max(1, size * _SLICE_S / max(1e-4, time.monotonic() - at))))
    asked, best = sum(model.worth_of_class), bench.best_worth
    left = [(asked - sum(worth.served)) / ACADEMIC_HOUR_MINUTES for worth in (greedy, best)]
    return left[0], left[1], -best.rest, steps / seconds


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scale", type=int, choices=list(SIZES), default=1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001, 1002, 1003])
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="append a line of figures for every run")
    given = parser.parse_args()
    warm_cluster()
    for seed in given.seeds:
        model = compile_problem(make(given.scale, seed))
        for name in given.variants:
            made, heat = VARIANTS[name]
            greedy, left, rest, pace = searched(model, made(model, seed), heat, given.seconds)
            row = {
                "family": "ablation",
                "instance": name,
                "seed": seed,
                "workers": 1,
                "limit_s": given.seconds,
                "scale": given.scale,
                "greedy_h": round(greedy),
                "unserved_h": round(left),
                "rest": rest,
                "steps_a_second": round(pace),
            }
            print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
            if given.json is not None:
                with given.json.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
