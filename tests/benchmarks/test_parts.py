"""Searches with one part left out: every part can be left out, and is there again afterwards."""

from pathlib import Path

import pytest

from benchmarks import parts
from benchmarks.inputs import Readable
from solver.engine.local import climb
from solver.options import SolveOptions
from tests.benchmarks.fet_schools import lesson, school
from tests.benchmarks.test_cbctt import TINY
from tests.benchmarks.test_mspsp import DATA

# What the best plans of these cost: none costs less, whatever is left out of the search.
LEAST = {"cbctt": 10, "fet": 0, "mspsp": 9}
FILES = {
    "cbctt": ("tiny.ctt", TINY),
    "fet": ("tiny.fet", school([lesson("1", teachers=["Anna"]), lesson("2", teachers=["Anna"])])),
    "mspsp": ("tiny.dzn", DATA),
}


@pytest.mark.parametrize(
    ("family", "variant"), [(family, variant) for family in FILES for variant in parts.variants(family)]
)
def test_a_search_without_one_of_its_parts_still_plans_what_is_tiny(
    family: str, variant: str, tmp_path: Path
) -> None:
    name, text = FILES[family]
    path = tmp_path / name
    path.write_text(text)
    assert parts.family_of(path) == family
    before = climb._CHAINS, climb._SHARE_TRADE
    found = parts.figures(path, variant, SolveOptions(deterministic_units=1, workers=1))
    assert found["unplaced"] == 0
    assert found["rest"] == LEAST[family]
    assert before == (climb._CHAINS, climb._SHARE_TRADE)


def test_what_is_left_out_is_there_otherwise() -> None:
    for family in parts.FAMILIES.values():
        for changes in family.parts.values():
            assert all(getattr(owner, name) != value for owner, name, value in changes)


def test_a_file_of_no_family_is_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strange = tmp_path / "strange.txt"
    strange.write_text("")
    files = Readable([strange], parts.family_of)
    assert not list(parts.rows(files, None, 1.0, 1))
    assert files.bad == 1
    assert "strange.txt" in capsys.readouterr().err
