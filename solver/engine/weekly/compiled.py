"""How the functions of this package are compiled, and where that is kept.

Numba keeps compiled code by the file of each function alone; here a change in any of the compiled files
makes all of it new, and a place that cannot be written to is no obstacle.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import config

_FILES = ("compiled", "ejection", "fields", "plan")


def _folder() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for name in _FILES:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(base) if base else Path.home() / ".cache"
    for root in (home, Path(tempfile.gettempdir()) / f"smena-{os.getuid()}"):
        folder = root / "smena-weekly" / digest.hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return tempfile.mkdtemp(prefix="smena-weekly-")


_FOLDER = _folder()
_CONFIG: Any = numba.config


def _kept(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        # Numba looks the folder up while it decorates; other packages keep theirs.
        settings = config.__dict__
        before = settings["CACHE_DIR"]
        settings["CACHE_DIR"] = _FOLDER
        try:
            return numba.njit(cache=True, error_model="numpy", **options)(function)
        finally:
            settings["CACHE_DIR"] = before

    return decorate


entry = _kept()
"""Decorator of a function on the arrays that is called from outside."""
compiled = _kept(no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Decorator of one that only compiled functions call."""
