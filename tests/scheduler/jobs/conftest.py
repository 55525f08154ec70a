"""A run of the tiny cluster that waits, and solvers that misbehave."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.config import Settings
from scheduler.domain.run import RunOptions
from scheduler.jobs import child
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from scheduler.services.runs import start_run

FAKE = Path(__file__).parent / "fake_solver.py"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, lease_s=30)


@pytest.fixture
async def run_id(tiny: Database) -> int:
    async with tiny.write_tx(SYSTEM) as tx:
        return (await start_run(tx, 1, RunOptions(time_limit_s=5, workers=1))).id


@pytest.fixture
def fake_solver(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the next children behave so; patience with them is short."""

    def behave(behaviour: str) -> None:
        monkeypatch.setattr(child, "COMMAND", (sys.executable, str(FAKE)))
        monkeypatch.setattr(child, "STOP_GRACE_S", 0.5)
        monkeypatch.setattr(child, "TERMINATE_GRACE_S", 0.5)
        monkeypatch.setenv("FAKE_SOLVER", behaviour)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    return behave
