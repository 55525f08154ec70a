"""Advice on a plan: why not, what would have to give, what else is free, what a move would do."""

from solver.advice.adviser import Adviser
from solver.advice.words import Speaker

__all__ = ["Adviser", "Speaker"]
