"""Faults of documents: all at once, none made up, each in the user's language with what to do."""

import copy
import json
import random
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from solver.codec import load_problem
from solver.errors import Fault, InvalidProblem, StoppedEarly, UnknownRule
from solver.problem import MOST_NUMBER, MOST_SUM, MOST_WEIGHT, Problem
from solver.rules import RULES, parsed
from solver.rules.base import RuleKind
from solver.rules.change import MOST_NOTICE
from solver.shape import faults_of_shape
from solver.stability import NOTICE_DAYS
from solver.words_of_faults import FAULTS, NOUNS
from tests.solver.test_rules_contract import plans, posed

ROOT = Path(__file__).parents[2]
TINY = ROOT / "fixtures" / "solver" / "tiny.problem.json"
GONE = object()
JUNK: tuple[Any, ...] = (None, "junk", -1, [], {}, 1.5, [[[]]], 10**30, True, GONE)


@pytest.fixture
def tiny() -> Any:
    return json.loads(TINY.read_bytes())


def faults(document: Any) -> list[Fault]:
    with pytest.raises(InvalidProblem) as caught:
        load_problem(json.dumps(document).encode())
    return caught.value.faults


def where(document: Any) -> list[str]:
    return [fault.where for fault in faults(document)]


def test_faults_of_shape_and_of_meaning_are_told_together(tiny: Any) -> None:
    tiny["colour"] = "red"
    tiny["resources"][0]["place"] = "nowhere"
    tiny["resources"][1]["capacity"] = 0
    tiny["option_sets"]["pairs"][0]["meetings"] = [[5, 5]]
    tiny["candidate_sets"]["workshops"][0] = {"resource": 5}
    tiny["requests"][0]["priority"] = "none"
    tiny["activities"][0]["times"] = "zzz"
    tiny["activities"][1]["size"] = -1
    tiny["activities"][2]["requirements"][0]["amount"] = "two"
    tiny["activities"][2]["requirements"][1]["candidates"] = "nobody"
    tiny["rules"][0]["kind"] = "magic"
    tiny["rules"][1]["params"] = {"resources": ["ghost", "line"]}
    tiny["rules"].append({"id": "again", "kind": "coverage"})
    assert where(tiny) == [
        "resources[line].capacity",
        "candidate_sets[workshops][0].resource",
        "activities[R1/1/1].size",
        "activities[R2/1/0].requirements[0].amount",
        "colour",
        "resources[cnc].place",
        "option_sets[pairs][0].meetings",
        "requests[R1].priority",
        "activities[R1/1/0].times",
        "activities[R2/1/0].requirements[1].candidates",
        "rules[no-overlap].kind",
        "rules[capacity].params.resources.0",
        "rules[again].weight",
    ]


def test_a_key_written_twice_hides_no_other_fault() -> None:
    data = TINY.read_bytes().replace(b'"R1/1/0", "request": "R1"', b'"R1/1/0", "request": "R9", "size": 8', 1)
    with pytest.raises(InvalidProblem) as caught:
        load_problem(data)
    assert [fault.where for fault in caught.value.faults] == ["size", "activities[R1/1/0].request"]


def paths(value: Any, path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in items:
        yield (*path, step)
        yield from paths(inner, (*path, step))


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    """Replace what stands at a path, or take it away; nothing where the path ends before."""
    *above, last = path
    for step in above:
        try:
            document = document[step]
        except (LookupError, TypeError):
            return
    there = range(len(document)) if isinstance(document, list) else document
    if not isinstance(document, list | dict) or last not in there:
        return
    if value is GONE:
        del document[last]
    else:
        document[last] = copy.deepcopy(value)


def faults_of_pydantic(document: Any) -> list[Fault]:
    try:
        Problem.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        return faults_of_shape(error, document)
    return []


def test_a_value_that_cannot_be_read_makes_up_no_fault_elsewhere(tiny: Any) -> None:
    cases = [(path, junk) for path in paths(tiny) if path != ("format",) for junk in JUNK]
    torn = 0
    for path, junk in random.Random(4).sample(cases, 700):
        document = copy.deepcopy(tiny)
        put(document, path, junk)
        shape = faults_of_pydantic(document)
        if shape:
            torn += 1
            found = faults(document)
            assert [str(fault) for fault in found] == [str(fault) for fault in shape]
            for fault in found:
                assert fault.words is not FAULTS["other"], (path, junk)
                assert re.search("[а-я]", fault.said("ru").removeprefix(fault.where)), (path, junk)
    assert torn > 300


@pytest.mark.parametrize("code", [*FAULTS, *NOUNS])
def test_the_catalogue_has_the_same_facts_in_both_languages(code: str) -> None:
    words = FAULTS.get(code) or NOUNS[code]  # type: ignore[index]
    ru, en = ({f for _, f, _, _ in string.Formatter().parse(text) if f} for text in (words.ru, words.en))
    assert ru == en
    assert words.ru != words.en


def test_errors_speak_both_languages() -> None:
    assert StoppedEarly().said("ru").startswith("поиск остановлен")
    assert UnknownRule("magic", ("pin",)).said("ru") == (
        "вида правил «magic» нет: исправьте на один из этих: pin"
    )
    assert InvalidProblem([]).said("ru") == ""


@pytest.mark.parametrize("command", ["solve", "check"])
def test_the_command_tells_every_fault_in_the_language_asked_for(
    tiny: Any, tmp_path: Path, command: str
) -> None:
    tiny["activities"][0]["times"] = "never"
    tiny["activities"][1]["size"] = 0
    bad, other = tmp_path / "bad.json", tmp_path / "plan.json"
    bad.write_text(json.dumps(tiny))
    rest = ["-o", str(other)] if command == "solve" else [str(other)]
    told = {}
    for lang in ("ru", "en"):
        run = [sys.executable, "-m", "solver", command, str(bad), *rest, "--lang", lang]
        done = subprocess.run(run, capture_output=True, cwd=ROOT, timeout=60, check=False)
        assert done.returncode == 2
        told[lang] = done.stderr.decode().splitlines()
    assert told["ru"] == [
        "activities[R1/1/1].size: должно быть больше 0",
        "activities[R1/1/0].times: среди наборов вариантов времени нет «never»: исправьте имя или добавьте",
    ]
    assert told["en"] == [
        "activities[R1/1/1].size: must be more than 0",
        "activities[R1/1/0].times: unknown option set “never”: correct the name or add it",
    ]


def test_numbers_have_bounds(tiny: Any) -> None:
    tiny["resources"][0] |= {"capacity": MOST_NUMBER, "setup_slots": MOST_NUMBER}
    tiny["option_sets"]["pairs"][0]["penalty"] = MOST_NUMBER
    tiny["rules"][-1]["weight"] = MOST_WEIGHT
    load_problem(json.dumps(tiny).encode())
    tiny["resources"][0] |= {"capacity": MOST_NUMBER + 1, "setup_slots": MOST_NUMBER + 1}
    tiny["option_sets"]["pairs"][0]["penalty"] = MOST_NUMBER + 1
    tiny["activities"][0]["size"] = MOST_NUMBER + 1
    tiny["rules"][-1]["weight"] = MOST_WEIGHT + 1
    tiny["rules"].append(
        {"id": "r", "kind": "rest", "params": {"rests": [{"resources": [], "min_slots": 10**19}]}}
    )
    found = faults(tiny)
    assert [fault.where for fault in found] == [
        "resources[cnc].capacity",
        "resources[cnc].setup_slots",
        "option_sets[pairs][0].penalty",
        "activities[R1/1/0].size",
        f"rules[{tiny['rules'][-2]['id']}].weight",
        "rules[r].params.rests.0.min_slots",
    ]
    assert str(found[0]) == f"resources[cnc].capacity: must be {MOST_NUMBER} or less"


def test_what_adds_up_to_too_much_is_a_fault(tiny: Any) -> None:
    tiny["activities"][3] |= {"size": 10**9, "contact_minutes": MOST_SUM // 10**9 + 1}
    assert where(tiny) == ["activities[R3/1/0].size"]
    tiny["activities"][3] |= {"size": 4, "contact_minutes": 480}
    tiny["option_sets"]["pairs"][0]["penalty"] = 10**9
    tiny["rules"].append({"id": "wishes", "kind": "preference", "weight": 10**5})
    load_problem(json.dumps(tiny).encode())
    tiny["rules"][-1]["weight"] = 10**6
    (fault,) = faults(tiny)
    assert fault.where == "rules[wishes].weight"
    assert fault.facts["most"] == MOST_SUM


def test_what_a_soft_structure_adds_up_to_is_bounded_too(tiny: Any) -> None:
    limit = {"requests": ["R1"], "windows": [[0, 2016]], "at_least": 10**9}
    rule: dict[str, Any] = {"id": "many", "kind": "concurrent", "params": {"limits": [limit]}}
    tiny["rules"].append(rule)
    load_problem(json.dumps(tiny).encode())
    rule["weight"] = 10**4
    assert where(tiny) == ["rules[many].weight"]
    del rule["weight"]
    rule["params"] = {"limits": [limit] * 1000}
    assert where(tiny) == ["rules[many].params"]


@pytest.mark.parametrize("rule_kind", [r for r in RULES if r.stage != "hard"], ids=lambda r: r.kind)
def test_no_plan_costs_more_than_the_most(rule_kind: RuleKind[Any]) -> None:
    problem = posed(rule_kind, soft=True)
    ((rule, meaning, params),) = parsed(problem)
    most = meaning.most(problem, params)
    assert (most > 0) == (rule_kind.kind not in ("fair_share", "makespan"))
    for plan in plans(problem):
        terms = list(meaning.cost(problem, rule, params, plan))
        assert not most or sum(term.value for term in terms) <= most


def test_a_long_horizon_of_short_slots_is_a_fault(tiny: Any) -> None:
    tiny["grid"] |= {"slots_per_day": 86_400, "weeks": 30}
    assert where(tiny) == ["grid.slots_per_day"]


def test_a_request_that_is_not_to_be_served_in_part_needs_the_rule(tiny: Any) -> None:
    request = tiny["requests"][0]
    request["partial"] = False
    assert where(tiny) == ["requests[R1].partial"]
    whole = next(rule for rule in tiny["rules"] if rule["kind"] == "all_or_none")
    whole["params"]["requests"].append("R1")
    load_problem(json.dumps(tiny).encode())
    # What the rule would name is not told while the rule itself is at fault.
    whole["params"]["requests"] = ["R9"]
    assert where(tiny) == [f"rules[{whole['id']}].params.requests.0"]


def test_one_session_is_whole_by_itself(tiny: Any) -> None:
    assert sum(activity["request"] == "R4" for activity in tiny["activities"]) == 1
    tiny["requests"][3]["partial"] = False
    load_problem(json.dumps(tiny).encode())


def test_an_activity_is_pinned_once(tiny: Any) -> None:
    pin = {"activity": "R1/1/0", "meetings": [[108, 126]], "resources": {}}
    tiny["rules"].append({"id": "p1", "kind": "pin", "params": {"pins": [pin]}})
    load_problem(json.dumps(tiny).encode())
    tiny["rules"].append(
        {"id": "p2", "kind": "pin", "params": {"pins": [{**pin, "activity": "R2/1/0"}, pin]}}
    )
    assert where(tiny) == ["rules[p2].params.pins.1.activity"]
    tiny["rules"].pop()
    tiny["rules"][-1]["params"]["pins"].append({**pin, "meetings": [[2015, 2017]]})
    assert where(tiny) == ["rules[p1].params.pins.1.meetings"]
    tiny["rules"][-1]["params"]["pins"][1] = pin
    assert where(tiny) == ["rules[p1].params.pins"]


def test_a_pin_ends_within_the_horizon(tiny: Any) -> None:
    pin = {"activity": "R1/1/0", "meetings": [[2000, 2016]], "resources": {}}
    tiny["rules"].append({"id": "p1", "kind": "pin", "params": {"pins": [pin]}})
    load_problem(json.dumps(tiny).encode())
    pin |= {"meetings": [[2000, 2017]], "resources": {"cook": "anna"}}
    assert where(tiny) == ["rules[p1].params.pins.0.meetings", "rules[p1].params.pins.0.resources"]


def test_an_activity_has_one_previous_place_and_one_stage(tiny: Any) -> None:
    was = {"activity": "R1/1/0", "meetings": [[108, 126]], "resources": {}, "people": 8}
    stages = [["R1/1/0", "R1/1/0"], ["R2/1/0"]]
    tiny["rules"] += [
        {"id": "was", "kind": "change", "weight": 1, "params": {"previous": [was]}},
        {"id": "stages", "kind": "precedence", "params": {"sequences": [{"stages": stages}]}},
    ]
    load_problem(json.dumps(tiny).encode())
    tiny["rules"][-2]["params"]["previous"].append(was)
    stages[1].append("R1/1/0")
    assert where(tiny) == ["rules[was].params.previous", "rules[stages].params.sequences.0.stages"]


def test_short_notice_counts_no_more_than_the_bound_of_changes_takes_in() -> None:
    assert max(times for _, times in NOTICE_DAYS) <= MOST_NOTICE


def test_a_share_belongs_to_somebody_who_asks(tiny: Any) -> None:
    fair = next(rule for rule in tiny["rules"] if rule["kind"] == "fair_share")
    fair["params"]["participants"] |= {
        "idle": {"demand": 0, "entitlement": 90},
        "owner": {"demand": 90, "entitlement": 0},
    }
    load_problem(json.dumps(tiny).encode())
    fair["params"]["participants"] |= {"ghost": {"demand": 90, "entitlement": 90}}
    (fault,) = faults(tiny)
    assert fault.where == f"rules[{fair['id']}].params.participants"
    assert fault.facts == {"names": "ghost"}


def test_any_heap_of_faults_is_told(tiny: Any) -> None:
    rng = random.Random(11)
    everywhere = [path for path in paths(tiny) if path != ("format",)]
    told = 0
    for _ in range(200):
        document = copy.deepcopy(tiny)
        for path in rng.sample(everywhere, 4):
            put(document, path, rng.choice(JUNK))
        error = refusal(document)
        told += error is not None
        assert error is None or error.said("ru") != error.said("en")
    assert told > 150


def refusal(document: Any) -> InvalidProblem | None:
    try:
        load_problem(json.dumps(document).encode())
    except InvalidProblem as error:
        return error
    return None
