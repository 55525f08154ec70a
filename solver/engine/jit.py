"""How the functions of the compiled searches are compiled, and where that is kept.

Numba keeps compiled code by the file of each function alone, its path and its time; here a change in any
compiled file of a package, or in what the packages share, makes all of the package new, and a place that
cannot be written to is no obstacle.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numba

_HERE = Path(__file__).parent
_SHARED = ("jit", "chance")
_READY = "ready"
_FOLDERS: dict[str, str] = {}
"""Where the compiled code of each package that was imported is kept."""
MODULES: dict[str, frozenset[str]] = {}
"""The files of each package that was imported whose change makes its compiled code new."""


class Decorators(NamedTuple):
    """Decorators of the compiled functions of one package.

    Attributes
    ----------
    entry
        Of a function on the arrays that is called from outside.
    compiled
        Of one that only compiled functions call.
    inlined
        Of one that is written into its callers.
    """

    entry: Any
    compiled: Any
    inlined: Any


def decorators(package: str, modules: Iterable[str] = ()) -> Decorators:
    """Return the decorators of a package of the engine.

    `modules` are its files with compiled functions, or with numbers that these take as constants.
    """
    named = MODULES[package] = frozenset(modules)
    files = [_HERE / f"{name}.py" for name in _SHARED]
    files += [_HERE / package / f"{name}.py" for name in sorted(named)]
    folder = _FOLDERS[package] = _folder(package, files)
    return Decorators(
        entry=_kept(folder),
        compiled=_kept(folder, no_cpython_wrapper=True, no_cfunc_wrapper=True),
        inlined=_kept(folder, inline="always"),
    )


def ready(package: str) -> bool:
    """Tell whether all of an imported package was compiled before, so that nobody waits for it."""
    return Path(_FOLDERS[package], _READY).exists()


def settle(package: str) -> None:
    """Note that all of an imported package is compiled."""
    Path(_FOLDERS[package], _READY).touch()


def _folder(package: str, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for file in files:
        # Numba takes a file for another one elsewhere, or with another time: that one is not ready.
        digest.update(f"{file}\0{file.stat().st_mtime_ns}\0".encode())
        digest.update(file.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(base) if base else Path.home() / ".cache"
    for root in (home, Path(tempfile.gettempdir()) / f"smena-{os.getuid()}"):
        folder = root / "smena" / f"{package}-{digest.hexdigest()[:16]}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return tempfile.mkdtemp(prefix=f"smena-{package}-")


def _kept(folder: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        # Numba looks the folder up while it decorates; other packages keep theirs.
        settings = numba.config.__dict__
        before = settings["CACHE_DIR"]
        settings["CACHE_DIR"] = folder
        try:
            return numba.njit(cache=True, error_model="numpy", **options)(function)
        finally:
            settings["CACHE_DIR"] = before

    return decorate
