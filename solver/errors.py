"""Errors of the solver, each with the data that a caller needs to show it.

::

    SolverError
    ├── InvalidProblem      every fault of a problem or solution document at once
    ├── NoPlan              no plan was found that keeps every hard rule
    ├── StoppedEarly        a solve that was stopped before its first plan
    └── UnknownRule         a rule kind that the registry does not hold
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from solver.template import Language, Words, filled


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a document: where it is, and what to do in words of both languages.

    `solver.words_of_faults.fault` makes one from the catalogue.
    """

    where: str
    words: Words
    facts: Mapping[str, int | str] = field(default_factory=dict)

    def said(self, lang: Language) -> str:
        """Return it as one line: the place, then what is wrong there and what to do."""
        return f"{self.where}: {filled(self.words, self.facts, lang)}"

    def __str__(self) -> str:
        return self.said("en")


class SolverError(Exception):
    """Base of all errors that the solver raises on purpose."""

    def said(self, lang: Language) -> str:
        """Return it in a language, for whoever asked."""
        return str(self)


class InvalidProblem(SolverError):
    """A problem or solution document is unusable; carries every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))

    def said(self, lang: Language) -> str:
        """Return every fault as a line of its own."""
        return "\n".join(fault.said(lang) for fault in self.faults)


class StoppedEarly(SolverError):
    """The solve was stopped before it had a first plan."""

    _WORDS = Words(
        "поиск остановлен до первого расписания: дайте больше времени или памяти",
        "stopped before a first plan was found: give it more time or memory",
    )

    def __init__(self) -> None:
        super().__init__(self._WORDS.en)

    def said(self, lang: Language) -> str:
        """Return it in a language."""
        return self._WORDS.of(lang)


class NoPlan(SolverError):
    """No plan was found that keeps every hard rule; the one without any session breaks some too.

    `broken` says by language what the nearest plan breaks.
    """

    _WORDS = Words(
        "нет расписания без нарушений, и пустое тоже нарушает правило",
        "no plan was found that keeps every rule, and one without any session breaks one too",
    )

    def __init__(self, broken: Mapping[Language, Sequence[str]]) -> None:
        self.broken = broken
        super().__init__(self.said("en"))

    def said(self, lang: Language) -> str:
        """Return it with a line for everything that is broken."""
        return "\n".join([self._WORDS.of(lang), *self.broken[lang]])


class UnknownRule(SolverError):
    """A rule names a kind that is not in the registry."""

    words = Words(
        "вида правил «{kind}» нет: исправьте на один из этих: {known}",
        "there is no rule kind “{kind}”: correct it to one of these: {known}",
    )

    def __init__(self, kind: str, known: tuple[str, ...]) -> None:
        self.kind = kind
        self.known = known
        self.facts = {"kind": kind, "known": ", ".join(known)}
        super().__init__(self.said("en"))

    def said(self, lang: Language) -> str:
        """Return it in a language, with the kinds that there are."""
        return filled(self.words, self.facts, lang)
