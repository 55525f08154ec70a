"""How the functions of this package are compiled, and where that is kept.

Numba keeps compiled code by the file of each function alone; here a change in one of the files
makes all of it new, and a place that cannot be written to is no obstacle.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numba
from numba import config

_MODULES = (
    "anneal",
    "begin",
    "chains",
    "chance",
    "change",
    "compiled",
    "layout",
    "moves",
    "nodes",
    "peek",
    "relations",
    "settle",
    "shapes",
)
"""Files with compiled functions, or with numbers that these take as constants."""


def _folder() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for name in _MODULES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(base) if base else Path.home() / ".cache"
    for root in (home, Path(tempfile.gettempdir()) / f"smena-{os.getuid()}"):
        folder = root / "smena-solver" / digest.hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return tempfile.mkdtemp(prefix="smena-solver-")


config.__dict__["CACHE_DIR"] = _folder()
_njit: Any = numba.njit

entry: Any = _njit(cache=True, error_model="numpy")
"""Decorator of a function on the arrays that is called from outside."""
compiled: Any = _njit(cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Decorator of one that only compiled functions call."""
inlined: Any = _njit(cache=True, error_model="numpy", inline="always")
