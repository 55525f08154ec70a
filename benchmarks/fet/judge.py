"""FET's own word on a file: whether it opens it and completes it."""

import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

COMMAND = "fet-cl"
_SOFT = re.compile(r"^Total soft conflicts: ([0-9.,]+)", re.MULTILINE)
_UNWRITTEN = (
    "statistics",
    "dayshorizontal",
    "daysvertical",
    "timehorizontal",
    "timevertical",
    "subgroups",
    "groups",
    "years",
    "teachers",
    "teachersfreeperiods",
    "rooms",
    "subjects",
    "activitytags",
)


@dataclass(frozen=True)
class Verdict:
    """What FET said.

    Attributes
    ----------
    word
        ``accepted``: completed whole; ``refused``: not, within the time; ``missing``: it is not installed.
    placed
        Activities that it placed, at most, if it says so.
    soft
        Its sum of weights of broken soft constraints, 1 for one of 100 %, if it completed the file.
    says
        The reason, for a person.
    """

    word: Literal["accepted", "refused", "missing"]
    placed: int | None = None
    soft: float | None = None
    says: str = ""


def judge(path: Path, *, seconds: int, patience_s: float = 10.0) -> Verdict:
    """Let FET open a file and complete it within so many seconds.

    Where it does not see that the time is up, it is ended after `patience_s` more.
    """
    command = shutil.which(COMMAND)
    if command is None:
        return Verdict("missing", says=f"{COMMAND} is not installed, so FET was not asked")
    with tempfile.TemporaryDirectory() as folder:
        arguments = [f"--inputfile={path}", f"--outputdir={folder}", f"--timelimitseconds={seconds}"]
        arguments += [f"--writetimetables{what}=false" for what in _UNWRITTEN]
        quiet = subprocess.DEVNULL
        with subprocess.Popen([command, *arguments], stdin=quiet, stdout=quiet, stderr=quiet) as process:
            try:
                process.wait(seconds + patience_s)
            except subprocess.TimeoutExpired:
                process.kill()
        logs = Path(folder) / "logs"
        result = _read(logs / "result.txt")
        opened = _read(logs / "file_open.log")
        soft = next((_read(found) for found in Path(folder).rglob("*_soft_conflicts.txt")), "")
        plans = [_placed(found) for found in Path(folder).rglob("*_activities.xml")]
    placed = max(plans, default=None)
    if "Simulation successful" in result:
        total = _SOFT.search(soft)
        return Verdict("accepted", placed, float(total[1].replace(",", "")) if total else None)
    return Verdict("refused", placed, says=_last(result) or _last(opened))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace") if path.exists() else ""


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[3:])[:500]


def _placed(path: Path) -> int:
    root = ET.parse(path).getroot()
    return sum(bool((found.findtext("Day") or "").strip()) for found in root.iterfind("Activity"))
