"""Two processes of one solve: what they tell each other, and that neither outlives its use."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from solver.engine.peer import Peer, begin

ROOT = Path(__file__).parents[3]
T = TypeVar("T")
PATIENCE_S = 30.0
STARTS_ONE = """
import sys, time
from solver.engine.peer import begin
from tests.solver.engine.test_peer import tell_my_id
if __name__ == "__main__":
    peer = begin(tell_my_id)
    while (child := peer.take(int)) is None:
        time.sleep(0.01)
    print(child, flush=True)
    time.sleep(600)
"""

STARTS_ONE_WHENEVER_IMPORTED = """
from solver.engine.peer import begin
from tests.solver.engine.test_peer import end
peer = begin(end, bytes(1_000_000))
assert peer.gone.wait(20)
peer.close()
print("went on", flush=True)
"""


def count(peer: Peer, first: int, last: int) -> None:
    """Tell numbers; then a word, when asked by a word."""
    for number in range(first, last + 1):
        peer.send(number)
    while (asked := peer.take(str)) is None:
        time.sleep(0.01)
    peer.send(asked.upper())
    peer.gone.wait()


def tell_my_id(peer: Peer) -> None:
    """Tell the id of this process, and go on for ever."""
    peer.send(os.getpid())
    while True:
        time.sleep(0.01)


def end(peer: Peer) -> None:
    """Do nothing."""


def soon(ask: Callable[[], T | None]) -> T:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := ask():
            return found
        time.sleep(0.01)
    raise AssertionError("not in time")


def running(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_newest_message_of_a_kind_is_taken_once() -> None:
    peer = begin(count, 3, 7)
    try:
        assert peer.there
        peer.send("enough")
        assert soon(lambda: peer.take(str)) == "ENOUGH"
        assert peer.take(int) == 7
        assert peer.take(int) is None
    finally:
        peer.close()


def test_one_that_has_ended_is_not_there_and_is_told_in_vain() -> None:
    peer = begin(end)
    try:
        assert peer.gone.wait(PATIENCE_S)
        assert not peer.there
        peer.send("anybody?")
    finally:
        peer.close()


def test_nobody_is_there_without_a_connection() -> None:
    peer = Peer()
    peer.send("anybody?")
    assert not peer.there
    assert not peer.gone.is_set()
    assert peer.take(str) is None
    peer.close()


def test_an_interrupt_is_for_the_other_side() -> None:
    peer = begin(tell_my_id)
    try:
        child = soon(lambda: peer.take(int))
        os.kill(child, signal.SIGINT)
        time.sleep(0.3)
        assert running(child)
    finally:
        peer.close()
    assert not running(child)


def test_a_script_that_starts_one_whenever_it_is_imported_goes_on_alone(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(STARTS_ONE_WHENEVER_IMPORTED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, timeout=PATIENCE_S, env=environment, text=True
    )
    assert (done.returncode, done.stdout) == (0, "went on\n")


def test_a_process_leaves_when_the_one_that_started_it_is_killed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert running(child)
    process.kill()
    process.wait()
    process.stdout.close()
    assert soon(lambda: not running(child))
