"""A solver that behaves as a test tells it, by the variable FAKE_SOLVER; solves with the true one first.

``patient``: waits to be told to stop; ``deaf``: does not listen, to signals neither; ``empty``: deaf and
without a plan; ``killed``: is killed in the middle; ``cheat``: hands in a plan that breaks rules; ``boast``:
claims a better score than it has; ``garbled``: writes no solution.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from solver.__main__ import main


def behave(behaviour: str, problem: str, output: Path) -> int:
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour in ("deaf", "empty"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour != "empty":
        main(["solve", problem, "-o", str(output), "--time-limit", "1", "--workers", "1"])
    if behaviour in ("deaf", "empty"):
        time.sleep(60)
    if behaviour == "patient":
        sys.stdin.readline()
    solution = json.loads(output.read_bytes())
    if behaviour == "cheat":
        solution["placements"][0]["meetings"] = solution["placements"][1]["meetings"]
    if behaviour == "boast":
        solution["score"]["terms"][0]["value"] = 0
    if behaviour in ("cheat", "boast"):
        output.write_text(json.dumps(solution))
    if behaviour == "garbled":
        output.write_text("{}")
    return 0


if __name__ == "__main__":
    sys.exit(behave(os.environ["FAKE_SOLVER"], sys.argv[2], Path(sys.argv[4])))
