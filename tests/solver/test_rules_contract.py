"""Every registered rule means the same in all its readings."""

import string
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from solver import primitives
from solver.codec import dump_problem, load_problem
from solver.plan import Plan
from solver.problem import Activity, Problem
from solver.rules import RULES, kind, parsed
from solver.rules.base import RuleKind
from solver.solution import Placement
from solver.words import describe
from tests.solver.facts import assert_facts_are_true

each_rule = pytest.mark.parametrize("rule_kind", RULES, ids=lambda r: r.kind)
each_way = pytest.mark.parametrize(
    ("rule_kind", "soft"),
    [(r, soft) for r in RULES for soft in ((False, True) if r.flexible else (r.stage != "hard",))],
    ids=lambda value: getattr(value, "kind", "soft" if value else "hard"),
)


def placements(problem: Problem, activity: Activity) -> list[Placement | None]:
    """Return every placement of an activity, and None for leaving it unplaced."""
    roles = [r.role for r in activity.requirements]
    candidates = [[c.resource for c in problem.candidate_sets[r.candidates]] for r in activity.requirements]
    return [None] + [
        Placement(
            activity=activity.id, meetings=option.meetings, resources=dict(zip(roles, chosen, strict=True))
        )
        for option in problem.option_sets[activity.times]
        for chosen in product(*candidates)
    ]


def plans(problem: Problem) -> Iterator[Plan]:
    """Yield the plan of every combination of placements."""
    for chosen in product(*(placements(problem, a) for a in problem.activities)):
        yield Plan(problem, [p for p in chosen if p is not None])


def posed(rule_kind: RuleKind[Any], soft: bool) -> Problem:
    """Return the rule's example; a flexible rule has a weight there if it is wanted soft."""
    problem = rule_kind.example()
    (rule,) = problem.rules
    if not rule_kind.flexible:
        return problem
    weighted = rule.model_copy(update={"weight": 3 if soft else None})
    return problem.model_copy(update={"rules": (weighted,)})


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@each_way
def test_check_and_cost_agree_with_the_lowered_form(rule_kind: RuleKind[Any], soft: bool) -> None:
    problem = posed(rule_kind, soft)
    (found,) = parsed(problem)
    rule, meaning, params = found
    stage = found.stage
    assert (stage != "hard") == soft
    lowered = list(meaning.lower(problem, params))
    kept = broken = 0
    costs = set()
    for plan in plans(problem):
        breaches = list(meaning.check(problem, rule, params, plan))
        states = [0 if soft else primitives.violations(problem, p, plan) for p in lowered]
        where = {name: (p.meetings, dict(p.resources)) for name, p in plan.placements.items()}
        assert bool(breaches) == any(states), (where, breaches, list(zip(lowered, states, strict=True)))
        kept, broken = kept + (not breaches), broken + bool(breaches)

        costed = list(meaning.cost(problem, rule, params, plan))
        assert {(t.rule, t.stage, t.weight) for t in costed} <= {(rule.id, stage, rule.weight)}
        terms = {t.name: t.value for t in costed}
        paid = dict.fromkeys(terms, 0)
        for primitive in lowered if soft else ():
            for name, value in primitives.cost(problem, primitive, plan).items():
                paid[name] += value
        assert terms == paid, where
        costs.add(tuple(terms.values()))
    if stage == "hard":
        assert kept > 1, "the rule forbids everything in its example"
        assert broken > 1, "the rule forbids nothing in its example"
        assert costs == {()}
    else:
        assert broken == 0
        assert len(costs) > 2, "the rule costs nothing in its example"


@each_rule
def test_every_breach_names_its_rule_and_renders(rule_kind: RuleKind[Any]) -> None:
    problem = rule_kind.example()
    ((rule, meaning, params),) = parsed(problem)
    for plan in plans(problem):
        for breach in meaning.check(problem, rule, params, plan):
            assert (breach.rule, breach.kind) == (rule.id, meaning.kind)
            assert breach.activities
            assert_facts_are_true(breach, problem, plan.placements)
            assert fields(meaning.words[breach.code].ru) == set(breach.facts)
            for lang in ("ru", "en"):
                text = describe(problem, breach, lang)
                assert text
                assert "{" not in text


@each_rule
def test_reason_renders(rule_kind: RuleKind[Any]) -> None:
    if rule_kind.stage != "hard" and not rule_kind.flexible:
        return
    problem = rule_kind.example()
    ((_, meaning, params),) = parsed(problem)
    for activity in problem.activities:
        everything = {
            r.role: [c.resource for c in problem.candidate_sets[r.candidates]] for r in activity.requirements
        }
        nothing: dict[str, list[str]] = {r.role: [] for r in activity.requirements}
        for left in (everything, nothing):
            reason = meaning.reason(problem, params, activity, left)
            assert reason.rule == meaning.kind
            assert fields(meaning.words[reason.code].ru) == set(reason.facts)
            for lang in ("ru", "en"):
                assert "{" not in describe(problem, reason, lang)


@each_rule
def test_words_of_both_languages_have_the_same_facts(rule_kind: RuleKind[Any]) -> None:
    assert rule_kind.title.ru
    assert rule_kind.title.en
    assert rule_kind.source
    for code, words in rule_kind.words.items():
        assert words.ru, code
        assert words.en, code
        assert fields(words.ru) == fields(words.en), code
        for text, forms in ((words.ru, 3), (words.en, 2)):
            for _, name, spec, _ in string.Formatter().parse(text):
                assert not spec or spec.count("|") == forms - 1, (code, name)
    assert rule_kind.words or (rule_kind.stage != "hard" and not rule_kind.flexible)


@each_rule
def test_example_is_a_valid_problem(rule_kind: RuleKind[Any]) -> None:
    problem = rule_kind.example()
    assert len(problem.activities) <= 3
    assert [rule.kind for rule in problem.rules] == [rule_kind.kind]
    assert load_problem(dump_problem(problem)) == problem


@each_rule
def test_params_have_a_schema_with_descriptions(rule_kind: RuleKind[Any]) -> None:
    schema = rule_kind.Params.model_json_schema()
    assert schema["type"] == "object"
    assert schema["description"]
    assert schema["additionalProperties"] is False


def test_kinds_are_unique() -> None:
    assert len({rule.kind for rule in RULES}) == len(RULES)
    assert all(kind(rule.kind) is rule for rule in RULES)
