"""What the command says of a request becomes a view: what the requester could ask for is filled in."""

import json

import pytest

from benchmarks.synthetic import make as synthetic
from scheduler.bridge import advice_of
from solver.__main__ import main
from solver.codec import dump_problem, dump_solution
from solver.solution import Solution, Unplaced
from tests.solver.advice.plans import greedy
from tests.solver.advice.test_relaxations import UNSAID


def test_where_nothing_has_to_give_there_is_nothing_else_to_ask_for(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    problem = synthetic(14, 3, 1, over=0.5)
    whole = greedy(problem)
    out = whole.placements[0].activity
    placements = tuple(p for p in whole.placements if p.activity != out)
    unplaced = (*whole.unplaced, Unplaced(activity=out, reasons=UNSAID))
    solution = Solution(problem_sha256=whole.problem_sha256, placements=placements, unplaced=unplaced)
    (folder / "problem.json").write_bytes(dump_problem(problem))
    (folder / "solution.json").write_bytes(dump_solution(solution))
    request = problem.activity_by_id[out].request
    files = [str(folder / name) for name in ("problem.json", "solution.json")]
    assert main(["explain", *files, "--request", request, "--json", "--seconds", "60"]) == 0
    said = capsys.readouterr().out

    view = advice_of(said.encode(), 1, 2)

    (one,) = view.relaxations
    assert (one.ways, one.moved, one.lost, one.wish) == ((), 0, 0, None)
    assert one.change.en == "change nothing: there is a place"
    assert one.change.ru == "ничего не менять: место есть"
    assert json.loads(said)["request"]["relaxations"][0]["ways"] == []
