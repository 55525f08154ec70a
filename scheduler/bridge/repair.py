"""What a repair changed, in words: for the report of its run."""

from typing import Any

from scheduler.bridge.sessions import LEARNERS
from solver.problem import Problem
from solver.repair_report import Changed, Position, RepairReport
from solver.rules.base import Words
from solver.template import Language
from solver.words import named, said

_MOMENT = Words("{from_slot}", "{from_slot}")


def repair_of(problem: Problem, report: RepairReport) -> dict[str, Any]:
    """Return a `scheduler.domain.run.RepairReport` as JSON."""
    touched = report.touched
    return {
        "moves": report.moves,
        "moves_bound": report.moves_bound,
        "weight": report.change,
        "weight_minimum": report.change_minimum,
        "weight_bound": report.change_bound,
        "lost_minutes": report.lost_minutes,
        "lost_minutes_bound": report.lost_minutes_bound,
        "frozen": report.frozen,
        "added": len(report.added),
        "gone": len(report.gone),
        "people": touched.people,
        "participants": [problem.label(name) for name in touched.participants],
        "resources": [
            problem.label(name)
            for name in touched.resources
            if name in problem.resource_by_id and not problem.resource_by_id[name].size
        ],
        "changes": [_change(problem, changed) for changed in report.changes],
    }


def _change(problem: Problem, changed: Changed) -> dict[str, Any]:
    before, after = changed.before, changed.after
    return {
        "activity": changed.activity,
        "title": problem.label(changed.activity),
        "title_en": named(problem, changed.activity, "en"),
        "kinds": list(changed.kinds),
        "hit": changed.hit,
        "people": changed.people,
        "before_ru": _where(problem, before, "ru"),
        "before_en": _where(problem, before, "en"),
        "after_ru": None if after is None else _where(problem, after, "ru"),
        "after_en": None if after is None else _where(problem, after, "en"),
    }


def _where(problem: Problem, position: Position, lang: Language) -> str:
    """Say when and on what, learners apart."""
    used = [
        named(problem, name, lang)
        for role, name in sorted(position.resources.items())
        if not role.startswith(LEARNERS)
    ]
    return ", ".join([said(problem, _MOMENT, {"from_slot": position.meetings[0][0]}, lang), *used])
