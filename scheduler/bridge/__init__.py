"""Between the rows of a region and the solver: the only package that imports it."""

from scheduler.bridge.advice import advice_of
from scheduler.bridge.build import BuiltProblem, Keep, build_problem
from scheduler.bridge.check import check_sessions
from scheduler.bridge.report import Inspection, UnplacedDraft, inspect
from scheduler.bridge.sessions import SessionDraft, UseDraft, activity_of, sessions_of
from solver.codec import load_problem as read_problem
from solver.codec import load_solution as read_solution

__all__ = [
    "BuiltProblem",
    "Inspection",
    "Keep",
    "SessionDraft",
    "UnplacedDraft",
    "UseDraft",
    "activity_of",
    "advice_of",
    "build_problem",
    "check_sessions",
    "inspect",
    "read_problem",
    "read_solution",
    "sessions_of",
]
