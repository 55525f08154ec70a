"""``python -m solver explain`` in words and as JSON."""

import json
from io import StringIO
from pathlib import Path

import pytest

from benchmarks.synthetic import make as synthetic
from solver.__main__ import main
from solver.advice import Adviser, Speaker
from solver.codec import dump_problem, dump_solution
from solver.problem import Problem
from solver.solution import Solution
from tests.solver.advice.plans import greedy
from tests.solver.clusters import planned as all_rules


@pytest.fixture(scope="module")
def planned() -> tuple[Problem, Solution]:
    problem = synthetic(14, 3, 1, over=2.5)
    return problem, greedy(problem)


@pytest.fixture
def files(planned: tuple[Problem, Solution], tmp_path: Path) -> list[str]:
    paths = [tmp_path / "problem.json", tmp_path / "solution.json"]
    paths[0].write_bytes(dump_problem(planned[0]))
    paths[1].write_bytes(dump_solution(planned[1]))
    return list(map(str, paths))


def refused(problem: Problem, solution: Solution) -> str:
    return problem.activity_by_id[solution.unplaced[0].activity].request


def test_a_request_is_explained_in_both_languages(
    planned: tuple[Problem, Solution], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    request = refused(*planned)
    for lang, words in (
        ("ru", ("размещено", "Без места", "Что изменить")),
        ("en", ("placed", "Without a place")),
    ):
        assert main(["explain", *files, "--request", request, "--lang", lang]) == 0
        said = capsys.readouterr().out
        assert all(word in said for word in words), said


def test_json_has_the_same_objects_with_words_beside_them(
    planned: tuple[Problem, Solution], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    request = refused(*planned)
    assert main(["explain", *files, "--request", request, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["request"]
    assert told["request"] == request
    waiting = {u.activity for u in planned[1].unplaced if u.activity.startswith(request)}
    assert {name for refusal in told["refusals"] for name in refusal["activities"]} >= waiting
    for refusal in told["refusals"]:
        assert all(held["ru"] and held["en"] for held in refusal["reasons"])
    assert all(one["ru"]["change"] and "amendment" not in one for one in told["relaxations"])


def test_a_move_and_the_best_places(
    planned: tuple[Problem, Solution], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    placed = planned[1].placements[0]
    other = next(p for p in planned[1].placements if p.activity != placed.activity)
    move = json.dumps({"meetings": other.meetings})
    assert main(["explain", *files, "--activity", placed.activity, "--move", move, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["move"]["placement"]["meetings"] == [list(m) for m in other.meetings]
    assert main(["explain", *files, "--activity", placed.activity]) == 0
    assert "Лучшие свободные места" in capsys.readouterr().out


def test_requests_on_stdin_are_answered_one_by_one(
    planned: tuple[Problem, Solution],
    files: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [request.id for request in planned[0].requests[:3]]
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{name}\n" for name in names)))
    assert main(["explain", *files, "--requests-stdin", "--seconds", "60"]) == 0
    answers = capsys.readouterr().out.splitlines()
    assert len(answers) == len(names)
    for name, answer in zip(names, answers, strict=True):
        assert main(["explain", *files, "--request", name, "--json", "--seconds", "60"]) == 0
        assert json.loads(answer) == json.loads(capsys.readouterr().out)

    monkeypatch.setattr("sys.stdin", StringIO(f"{names[0]}\nnobody\n{names[1]}\n"))
    assert main(["explain", *files, "--requests-stdin"]) == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert "nobody" in captured.err


@pytest.mark.parametrize(
    "question",
    [
        [],
        ["--request", "nobody"],
        ["--activity", "nothing"],
        ["--request", "nobody", "--move", "{}"],
    ],
)
def test_a_question_about_nothing_is_refused(
    files: list[str], question: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *files, *question]) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("proposal", "told"),
    [
        ("[", "move"),
        ("[]", "move"),
        ('{"meetings": "x"}', "move.meetings"),
        ('{"meetings": []}', "move.meetings"),
        ('{"meetings": [[9, 8]]}', "move.meetings"),
        ('{"meetings": [[0, 100000000]]}', "move.meetings"),
        ('{"resources": 5}', "move.resources"),
        ('{"resources": {"room": "nope"}}', "move.resources[room]"),
        ('{"resources": {"nope": "room0"}}', "move.resources[nope]"),
        ('{"place": "room0"}', "move.place"),
    ],
)
def test_a_move_that_is_no_placement_is_refused(
    planned: tuple[Problem, Solution],
    files: list[str],
    proposal: str,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = planned[1].placements[0].activity
    assert main(["explain", *files, "--activity", name, "--move", proposal]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{told}: ")
    assert "validation" not in line


def test_a_move_of_what_has_no_place_needs_all_that_is_not_sure(
    planned: tuple[Problem, Solution], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    problem = planned[0]
    activity = problem.activity_by_id[planned[1].unplaced[0].activity]
    candidates = {r.role: problem.candidate_sets[r.candidates] for r in activity.requirements}
    open_ = {role for role, found in candidates.items() if len(found) > 1}
    assert open_
    assert open_ < candidates.keys()
    asked = ["explain", *files, "--activity", activity.id, "--json", "--move"]
    assert main([*asked, "{}"]) == 2
    told = {line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()}
    assert told == {"move.meetings", *(f"move.resources[{role}]" for role in open_)}
    resources = {role: candidates[role][0].resource for role in open_}
    meetings = problem.option_sets[activity.times][0].meetings
    assert main([*asked, json.dumps({"meetings": meetings, "resources": resources})]) == 0
    move = json.loads(capsys.readouterr().out)["move"]
    assert move["placement"]["resources"].keys() == candidates.keys()
    assert {v["code"] for v in move["violations"]}.isdisjoint({"roles", "unknown_resource"})


def test_a_problem_that_cannot_be_compiled_is_answered_by_the_checker() -> None:
    problem, solution = all_rules(1)
    adviser = Adviser(problem, solution)
    waiting = [a for a in problem.activities if a.id not in adviser.desk.plan]
    for request in {a.request for a in waiting}:
        advice = adviser.request(request)
        assert advice.refusals
        assert list(Speaker(problem, "ru").advice(advice))
    for activity in adviser.desk.plan:
        assert adviser.paid(activity).placement == adviser.desk.plan[activity]


def test_every_placed_session_tells_its_price_and_the_next_best(
    planned: tuple[Problem, Solution], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    problem, solution = planned
    placed = {p.activity for p in solution.placements}
    request = next(
        r.id for r in problem.requests if len({a.id for a in problem.activities_of[r.id]} & placed) > 1
    )

    assert main(["explain", *files, "--request", request, "--json", "--seconds", "60"]) == 0
    told = json.loads(capsys.readouterr().out)["request"]

    own = {a.id for a in problem.activities_of[request]} & placed
    assert {one["placement"]["activity"] for one in told["granted"]} == own
    for one in told["granted"]:
        for lang in ("ru", "en"):
            assert one[lang]["session"]
            assert one[lang]["place"]
            assert one[lang]["price"]
            assert bool(one[lang]["beside"]) == (one["next_best"] is not None)
    # Of the whole plan's score only the difference is told: what a person can weigh.
    assert main(["explain", *files, "--request", request, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "paid: " in said
    assert "→" not in said.partition("Placed:")[2]


def test_where_not_all_places_were_looked_at_words_say_so(
    planned: tuple[Problem, Solution],
    files: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = planned[1].placements[0].activity
    assert main(["explain", *files, "--activity", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["paid"]["next_best"]
    monkeypatch.setattr("solver.advice.moves._LOOKED_AT", 0)
    monkeypatch.setattr("solver.advice.moves._LOOKED_UP", 0)
    assert main(["explain", *files, "--activity", name, "--json"]) == 0
    paid = json.loads(capsys.readouterr().out)["paid"]
    assert (paid["next_best"], paid["complete"]) == (None, False)
    for lang, words in (("ru", "среди просмотренных"), ("en", "looked at")):
        assert words in paid[lang]["next_best"]
        assert main(["explain", *files, "--activity", name, "--lang", lang]) == 0
        assert words in capsys.readouterr().out


def test_where_no_place_is_free_words_say_so(planned: tuple[Problem, Solution]) -> None:
    (said,) = Speaker(planned[0], "en").ranked(())
    assert said == "No free place was found."


def test_a_session_that_needs_nothing_has_a_time_and_no_more(planned: tuple[Problem, Solution]) -> None:
    bare = planned[1].placements[0].model_copy(update={"resources": {}})
    speaker = Speaker(planned[0], "en")
    assert speaker.place(bare) == speaker.when(bare)
