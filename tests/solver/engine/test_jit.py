"""What is kept compiled is made anew when any file that it was compiled from changes, or stands elsewhere."""

import os
from importlib import import_module
from pathlib import Path

import pytest

from solver.engine import jit


@pytest.mark.parametrize("package", ["cluster", "local", "weekly"])
def test_every_file_with_compiled_functions_is_named(package: str) -> None:
    file = import_module(f"solver.engine.{package}.compiled").__file__
    assert file is not None
    compiled = {path.stem for path in Path(file).parent.glob("*.py") if "compiled import" in path.read_text()}
    assert len(compiled) > 3
    assert compiled <= jit.MODULES[package]


def test_what_another_folder_or_another_time_compiled_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    here, there = tmp_path / "here" / "one.py", tmp_path / "there" / "one.py"
    for file in (here, there):
        file.parent.mkdir()
        file.write_text("same")
        os.utime(file, (1_000, 1_000))
    first = jit._folder("package", [here])
    assert jit._folder("package", [here]) == first
    assert jit._folder("package", [there]) != first
    os.utime(here, (2_000, 2_000))
    assert jit._folder("package", [here]) != first
