"""Commands of benchmarks name each bad file and each bad argument in a line, and run the other files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import cbctt, itc2019, mspsp, repair, report
from benchmarks.fet import __main__ as fet
from benchmarks.inputs import stem
from tests.benchmarks.test_mspsp import DATA

MAINS: dict[str, Callable[[], int]] = {
    "cbctt": cbctt.main,
    "fet": fet.main,
    "itc2019": itc2019.main,
    "mspsp": mspsp.main,
}


def started(main: Callable[[], int], monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["benchmark", *map(str, arguments)])
    return main()


@pytest.mark.parametrize("family", MAINS)
def test_each_bad_file_is_named_in_one_line(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = {
        "empty": b"",
        "garbage": b"garbage\n",
        "binary": b"\xff\xfe\x00\x01",
        "array.dzn": b"foo = [1,2",
        "two-of-three.dzn": b"dur = [1]; sreq = [| 1 |];",
        "open.xml": b"<x",
        "other.xml": b"<x/>",
        "bare.fet": b"<fet></fet>",
        "packed.xml.xz": b"no such thing",
        "header.ctt": b"Name: x\nCourses: 1\nRooms: a\n",
        "term.xml": b'<problem slotsPerDay="0" nrDays="7" nrWeeks="1"><optimization/></problem>',
    }
    files = [tmp_path / "missing", tmp_path]
    for name, content in contents.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    assert started(MAINS[family], monkeypatch, *files, "--seconds", 1) == 1
    told = capsys.readouterr()
    assert not told.out
    lines = told.err.splitlines()
    assert len(lines) == len(files)
    for path, line in zip(files, lines, strict=True):
        assert line.startswith(f"{path}: ")
        assert line.count(path.name) == 1
        assert line.removeprefix(f"{path}: ").strip()


def test_the_other_files_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.dzn", tmp_path / "bad.dzn"
    good.write_text(DATA)
    bad.write_text("foo = [1,2")
    rows = tmp_path / "rows.jsonl"
    asked = (bad, good, "--seconds", 5, "--workers", 1, "--out", tmp_path / "plans", "--json", rows)
    assert started(mspsp.main, monkeypatch, *asked) == 1
    assert str(bad) in capsys.readouterr().err
    (row,) = map(json.loads, rows.read_text().splitlines())
    assert (row["instance"], row["proved"]) == ("good", True)
    assert [path.name for path in (tmp_path / "plans").iterdir()] == ["good.sol"]
    assert started(mspsp.main, monkeypatch, good, "--seconds", 5, "--workers", 1) == 0


@pytest.mark.parametrize("family", MAINS)
@pytest.mark.parametrize(
    "wrong",
    [
        ("--seconds", "0"),
        ("--seconds", "nan"),
        ("--workers", "0"),
        ("--workers", "1.5"),
        ("--out", "{file}"),
        ("--out", "{file}/below"),
        ("--json", "{folder}"),
        ("--json", "{folder}/nowhere/rows.jsonl"),
    ],
)
def test_a_bad_argument_is_named_before_anything_runs(
    family: str,
    wrong: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    value = wrong[1].format(file=file, folder=tmp_path)
    with pytest.raises(SystemExit) as ended:
        started(MAINS[family], monkeypatch, file, wrong[0], value)
    assert ended.value.code == 2
    assert f"argument {wrong[0]}: " in capsys.readouterr().err.splitlines()[-1]


def test_repairs_name_what_they_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text("{}")
    for path in (problem, tmp_path / "missing.json"):
        assert started(repair.main, monkeypatch, path, path) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"{path}: ")
    for wrong in ((problem,), ("--count", "0"), ("--seconds", "0"), ("--variants", "many")):
        with pytest.raises(SystemExit) as ended:
            started(repair.main, monkeypatch, *wrong)
        assert ended.value.code == 2


def test_the_report_names_what_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in ((tmp_path / "missing",), ("--seconds", "0"), ("--workers", "0")):
        with pytest.raises(SystemExit) as ended:
            started(report.main, monkeypatch, *wrong)
        assert ended.value.code == 2
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"family": "cbctt"}\n')
    monkeypatch.setattr(report, "ROWS", rows)
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    capsys.readouterr()
    assert started(report.main, monkeypatch, "--write-only") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{rows}: line 1 ")
    assert not (tmp_path / "page.md").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("set1_sf0.5_m10_00.dzn", "set1_sf0.5_m10_00"), ("a.b.xml.xz", "a.b"), ("a.b.xml", "a.b")],
)
def test_a_file_is_known_by_all_of_its_name_but_the_ending(name: str, said: str) -> None:
    assert stem(Path(name), (".dzn", ".xml", ".xml.xz")) == said
