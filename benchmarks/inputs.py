"""What commands are given: numbers, files to read, places to write to; each fault in one line."""

import argparse
import lzma
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar
from xml.etree import ElementTree

from pydantic import ValidationError

from solver.errors import InvalidProblem, SolverError

T = TypeVar("T")

_STUMBLES = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, EOFError),
    *(ElementTree.ParseError, lzma.LZMAError, SolverError),
)
"""What reading a file that is no such file ends with."""


class Unreadable(Exception):
    """A file is not what it should be; its text says why."""


def opened(path: Path, read: Callable[[Path], T]) -> T:
    """Return what is read from a file.

    Raises
    ------
    Unreadable
        There is no such file, or reading it failed.
    """
    try:
        return read(path)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error
    except (*_STUMBLES, Unreadable) as error:
        said = _said(error).removeprefix(f"{path}: ").removeprefix(f"{path.name}: ")
        raise Unreadable(f"{path}: {said}") from error


def _said(error: Exception) -> str:
    """Return an error as one line."""
    match error:
        case ValidationError():
            first = error.errors(include_url=False)[0]
            return f"{'.'.join(map(str, first['loc'])) or error.title}: {first['msg']}"
        case InvalidProblem():
            more = len(error.faults) - 1
            return f"{error.faults[0]}{f' (and {more} more)' if more else ''}"
        case UnicodeDecodeError():
            return "is no text"
        case ElementTree.ParseError():
            return f"is no XML: {error}"
        case KeyError():
            return f"lacks {error.args[0]!r}"
        case ValueError() | SolverError() | Unreadable() if str(error):
            return " ".join(str(error).split())
        case _:
            return f"is no such file: {type(error).__name__} {error}".rstrip()


class Readable(Generic[T]):
    """What is read from each of some files; those that cannot be read are told and left out.

    Attributes
    ----------
    bad
        How many could not be read so far.
    """

    def __init__(self, files: Iterable[Path], read: Callable[[Path], T]) -> None:
        self._files = files
        self._read = read
        self.bad = 0

    def __iter__(self) -> Iterator[tuple[Path, T]]:
        """Yield every file with what is read from it."""
        for path in self._files:
            try:
                found = opened(path, self._read)
            except Unreadable as error:
                print(error, file=sys.stderr, flush=True)
                self.bad += 1
            else:
                yield path, found


def positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """Return what reads a number above zero from a command line."""
    noun = "whole number" if kind is int else "number"

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < math.inf:
            raise argparse.ArgumentTypeError(f"{text!r} is no {noun} above 0")
        return value

    return read


def check_targets(parser: argparse.ArgumentParser, out: Path | None, rows: Path | None) -> None:
    """End the command if plans or rows cannot be written where they are to go."""
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            parser.error(f"argument --out: {out} is no folder: {error.strerror}")
    if rows is not None:
        try:
            rows.open("a").close()
        except OSError as error:
            parser.error(f"argument --json: {rows}: {error.strerror}")


def stem(path: Path, suffixes: Iterable[str]) -> str:
    """Return the name of a file without the longest of these suffixes that it has."""
    return min((path.name.removesuffix(suffix) for suffix in suffixes), key=len)
