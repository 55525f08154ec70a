"""Documents: canonical bytes, and every fault at once with its item and field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.codec import dump_problem, dump_solution, load_problem, load_solution, sha256_of
from solver.errors import InvalidProblem
from solver.problem import Resource
from solver.rules.examples import example, options, session
from solver.solution import Placement, Reason, Solution, Unplaced

TINY = (Path(__file__).parents[2] / "fixtures" / "solver" / "tiny.problem.json").read_bytes()


def faults(document: Any, load: Callable[[bytes], Any] = load_problem) -> list[str]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InvalidProblem) as caught:
        load(data)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def tiny() -> Any:
    return json.loads(TINY)


def test_canonical_bytes_do_not_depend_on_the_writing(tiny: Any) -> None:
    problem = load_problem(TINY)
    data = dump_problem(problem)
    assert load_problem(data) == problem
    assert dump_problem(load_problem(data)) == data
    backwards = json.dumps(dict(reversed(tiny.items())), ensure_ascii=True, indent=4)
    assert dump_problem(load_problem(backwards.encode())) == data
    assert sha256_of(problem) == sha256_of(load_problem(data))


def test_canonical_form() -> None:
    text = dump_problem(load_problem(TINY)).decode()
    assert "мастерская" in text
    document = json.loads(text)
    plain = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text == plain + "\n"
    assert document["resources"][1]["tags"] == ["competency:06", "host:employer"]


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.sets(st.text(st.characters(codec="utf-8"), min_size=1), max_size=6), st.integers(1, 10**6))
def test_any_text_and_number_survives(tags: set[str], capacity: int) -> None:
    problem = example(
        "capacity",
        {"resources": ["a"]},
        resources=(Resource(id="a", kind="workshop", capacity=capacity, tags=frozenset(tags)),),
        option_sets={"t": options((8, 10))},
        candidate_sets={"rooms": ("a",)},
        activities=(session("x", "t", {"room": "rooms"}),),
    )
    assert load_problem(dump_problem(problem)) == problem


def test_a_solution_survives() -> None:
    solution = Solution(
        problem_sha256="0" * 64,
        placements=(
            Placement(activity="x", meetings=((1, 2),), resources={"room": "a"}, units={"room": ("u",)}),
        ),
        unplaced=(Unplaced(activity="y", reasons=(Reason(rule="search", code="not_found"),)),),
    )
    data = dump_solution(solution)
    assert load_solution(data) == solution
    assert dump_solution(load_solution(data)) == data


@pytest.mark.parametrize("load", [load_problem, load_solution])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "document: is no JSON"),
        (b"\xff\xfe{", "document: is no text in UTF-8"),
        (b"[" * 100_000, "document: is nested too deeply"),
        (
            b'{"format": 1,\n "name": NaN x}',
            "document: is no JSON: correct what is written in line 2, column 14",
        ),
        (b'{"format": ' + b"1" * 5000 + b"}", "document: must be 1000000000 or less"),
        (b"[]", "document: is no JSON object"),
        (b"{}", "format: this reader knows format 1, the document has null"),
        (b'{"format": 2}', "format: this reader knows format 1, the document has 2"),
        (b'{"format": true}', "format: this reader knows format 1, the document has true"),
        (b'{"format": 1.0}', "format: this reader knows format 1, the document has 1.0"),
    ],
)
def test_what_is_no_document(load: Callable[[bytes], Any], data: bytes, message: str) -> None:
    (fault,) = faults(data, load)
    assert fault.startswith(message)


def test_every_fault_of_shape_at_once(tiny: Any) -> None:
    tiny["grid"]["weeks"] = 1.5
    tiny["resources"][0]["capacity"] = "8"
    tiny["resources"][1]["mode"] = "shared"
    tiny["activities"][2]["size"] = True
    tiny["requests"][3]["colour"] = "red"
    del tiny["requests"][0]["participant"]
    assert [fault.partition(":")[0] for fault in faults(tiny)] == [
        "grid.weeks",
        "resources[cnc].capacity",
        "resources[line].mode",
        "requests[R1].participant",
        "requests[R4].colour",
        "activities[R2/1/0].size",
    ]


def test_floats_are_refused_everywhere(tiny: Any) -> None:
    tiny["option_sets"]["pairs"][0]["meetings"][0][0] = 108.0
    assert faults(tiny)[0].startswith("option_sets[pairs][0].meetings[0][0]: is no integer")
    tiny = json.loads(TINY)
    tiny["rules"][5]["params"]["calendars"][0]["windows"][0][1] = 147.0
    assert faults(tiny)[0].startswith("rules[availability].params.calendars.0.windows.0.1: ")


def test_the_first_day_is_a_monday(tiny: Any) -> None:
    tiny["labels"]["day:0"] = "2027-01-12"
    (fault,) = faults(tiny)
    assert fault.startswith("labels[day:0]: “2027-01-12” is no Monday")


def test_every_fault_of_meaning_at_once(tiny: Any) -> None:
    tiny["grid"]["weeks"] = 2000
    tiny["labels"]["day:0"] = "11 January"
    tiny["resources"].append({**tiny["resources"][0], "place": "moon", "units": ["u", "u"]})
    tiny["resources"].append({"id": "carl", "kind": "trainer", "home": "pskov"})
    tiny["distances"]["slots"] = [[0, 11]]
    tiny["option_sets"]["pairs"] += [
        {"meetings": [[108, 126]]},
        {"meetings": [[126, 126]]},
        {"meetings": [[200, 210], [205, 220]]},
        {"meetings": [[0, 2000 * 2016 + 1]]},
    ]
    tiny["candidate_sets"]["workshops"] += [{"resource": "ghost"}, {"resource": "cnc"}]
    tiny["requests"][0]["priority"] = "urgent"
    tiny["activities"][0]["times"] = "never"
    tiny["activities"][1]["requirements"][1] = {"role": "room", "candidates": "nobody"}
    tiny["activities"][2]["chain"] = "R1/1"
    tiny["rules"][0]["weight"] = 3
    tiny["rules"][9]["weight"] = None
    tiny["rules"][1]["kind"] = "size"
    tiny["rules"][2]["params"]["resources"] = ["anna", "dora"]
    tiny["rules"][3]["params"] = {"host_buffers": 1}
    tiny["rules"][8]["params"]["requests"] = ["R9"]
    found = faults(tiny)
    assert [fault.partition(": ")[0] for fault in found] == [
        "grid.weeks",
        "labels[day:0]",
        "resources[cnc]",
        "distances.slots",
        "distances.areas",
        "resources[cnc].place",
        "resources[cnc].units",
        "resources[cnc].units",
        "option_sets[pairs][3].meetings",
        "option_sets[pairs][4].meetings",
        "option_sets[pairs][5].meetings",
        "option_sets[pairs][6].meetings",
        "candidate_sets[workshops][cnc]",
        "candidate_sets[workshops][ghost]",
        "requests[R1].priority",
        "activities[R1/1/0].times",
        "activities[R1/1/1].requirements[1].candidates",
        "activities[R1/1/1].requirements",
        "activities[R2/1/0].chain",
        "rules[no-overlap].weight",
        "rules[capacity].kind",
        "rules[trainers].params.resources.1",
        "rules[learners].params.resources",
        "rules[learners].params.host_buffers",
        "rules[whole].params.requests.0",
        "rules[coverage].weight",
    ]
    assert (
        found[21] == "rules[trainers].params.resources.1: unknown resource “dora”: correct the name or add it"
    )


def test_ten_faults_of_rules_about_pairs_days_and_counts(tiny: Any) -> None:
    tiny["activities"][0] |= {"request": "R9", "chain": "alone"}
    related = [
        {"activities": ["R1/1/0", "R7"], "relation": "before"},
        {"requests": ["R1"], "relation": "beside"},
        {"requests": ["R1"], "relation": "before", "limit": 3},
        {"requests": ["R1"], "relation": "before", "each_chain": True, "each_index": True},
    ]
    shapes = [
        {"resources": ["dora"], "measure": "gaps", "at_most": 0},
        {"resources": ["anna"], "measure": "gaps"},
        {"resources": ["anna"], "measure": "late", "at_most": 0},
        {"resources": ["anna"], "measure": "used", "at_most": 1, "at_least": 2},
    ]
    tiny["rules"] += [
        {"id": "pairs", "kind": "relation", "params": {"relations": related}},
        {"id": "days", "kind": "day_shape", "weight": 2, "params": {"shapes": shapes}},
        {"id": "steady", "kind": "stability", "params": {"sets": [{"requests": ["R2"], "role": "cook"}]}},
        {"id": "nights", "kind": "rest", "params": {"rests": [{"resources": ["anna"], "min_slots": -1}]}},
        {"id": "end", "kind": "makespan", "params": {"all": True}},
    ]
    found = faults(tiny)
    assert found[0] == "activities[R1/1/0].request: unknown request “R9”: correct the name or add it"
    assert found[1] == (
        "rules[pairs].params.relations.0.activities.1: unknown activity “R7”: correct the name or add it"
    )
    assert [fault.partition(": ")[0] for fault in found[2:]] == [
        "rules[pairs].params.relations.1.relation",
        "rules[pairs].params.relations.2",
        "rules[pairs].params.relations.3",
        "rules[days].params.shapes.0.resources.0",
        "rules[days].params.shapes.1",
        "rules[days].params.shapes.2",
        "rules[days].params.shapes.3",
        "rules[steady].params.sets.0",
        "rules[nights].params.rests.0.min_slots",
        "rules[end].weight",
    ]


def test_what_is_just_right(tiny: Any) -> None:
    tiny["option_sets"]["pairs"].append({"meetings": [[2015, 2016]]})
    for thing in (*tiny["places"], *tiny["resources"]):
        thing.update({"area": "here"} if "area" in thing else {"home": "here"} if "home" in thing else {})
    tiny["distances"] = {}
    assert load_problem(json.dumps(tiny).encode()).grid.horizon_slots == 2016
    tiny["places"][1]["area"] = "there"
    assert [fault.partition(":")[0] for fault in faults(tiny)] == ["distances.areas"] * 2
    tiny["option_sets"]["pairs"].append({"meetings": [[2015, 2017]]})
    assert faults(tiny)[-1].startswith("option_sets[pairs][4].meetings: ends at 2017, the horizon at 2016")


def test_an_unknown_request_is_said_once(tiny: Any) -> None:
    tiny["activities"][0]["request"] = "R9"
    tiny["activities"][1]["chain"] = "alone"
    assert faults(tiny) == ["activities[R1/1/0].request: unknown request “R9”: correct the name or add it"]


def test_a_key_written_twice_is_a_fault() -> None:
    data = TINY.replace(b'"pairs": [', b'"two-days": [', 1)
    written = [fault for fault in faults(data) if "is written" in fault]
    assert written == ["two-days: is written 2 times in one object: leave one"]


def test_faults_of_a_solution_name_the_activity() -> None:
    document = {
        "format": 1,
        "problem_sha256": "",
        "placements": [{"activity": "x", "meetings": [], "resources": {}}],
        "unplaced": [{"activity": "y", "reasons": []}],
    }
    assert [fault.partition(":")[0] for fault in faults(document, load_solution)] == [
        "placements[x].meetings",
        "unplaced[y].reasons",
    ]
