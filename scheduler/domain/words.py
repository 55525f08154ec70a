"""Texts in both languages of the interface."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One text, Russian first; named parameters in the style of ``str.format``."""

    ru: str
    en: str
