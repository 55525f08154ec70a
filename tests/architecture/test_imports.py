"""What may be loaded where; the rules between packages are held by import-linter."""

import json
import subprocess
import sys

import pytest

IMPORT_ALL = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [package.__name__]
names += [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
names = [n for n in names if not n.endswith("__main__") and ".migrations." not in n]
for name in names:
    importlib.import_module(name)
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"names": names, "loaded": sorted(loaded)}))
"""


def load_all_of(package: str) -> tuple[set[str], set[str]]:
    """Import every module of a package in a new process; return their names and all top-level modules."""
    child = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, package],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr
    answer = json.loads(child.stdout)
    return set(answer["names"]), set(answer["loaded"])


@pytest.mark.parametrize("package", ["api", "scheduler"])
def test_the_serving_process_loads_no_solver_library(package: str) -> None:
    names, loaded = load_all_of(package)

    assert package in names
    assert loaded & {"ortools", "numpy", "pandas", "numba"} == set()


def test_every_module_of_the_solver_imports_without_a_warning() -> None:
    names, loaded = load_all_of("solver")

    assert "solver" in names
    assert loaded & {"sqlalchemy", "litestar", "icalendar", "jinja2"} == set()
