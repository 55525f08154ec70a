"""What is kept compiled is made anew when any file that it was compiled from changes."""

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
