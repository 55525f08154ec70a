"""The demonstration cluster at its size becomes a problem that the solver takes."""

import pytest

from scheduler.bridge import build_problem
from scheduler.clock import FixedClock
from scheduler.exchange.dataset import load_dataset, read_dataset
from scheduler.exchange.demo import DEMO_FILE
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from solver.engine.compile import compile_problem
from solver.engine.construct import reserve, settle_quotas
from solver.engine.objective import quotas_met
from solver.engine.workbench import workbench
from solver.validate import validate
from tests.scheduler.conftest import NOW


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_every_session_of_the_demonstration_has_times_and_candidates(database_url: str) -> None:
    dataset = read_dataset(DEMO_FILE.read_bytes())
    db = Database(database_url, FixedClock(NOW))
    try:
        async with db.write_tx(SYSTEM) as tx:
            await load_dataset(tx, dataset.model_copy(update={"accounts": ()}))
        async with db.read_tx(SYSTEM) as tx:
            problem = (await build_problem(tx, 1)).problem
    finally:
        await db.dispose()

    validate(problem)
    assert problem.grid.weeks == 24
    assert len(problem.activities) > 3000
    for activity in problem.activities:
        assert problem.option_sets[activity.times], activity.id
        for requirement in activity.requirements:
            assert problem.candidate_sets[requirement.candidates], (activity.id, requirement.role)
    names = {person.full_name for person in dataset.people}
    assert not names.intersection(problem.labels.values())

    # Network modules and camps can all have what they are guaranteed.
    model = compile_problem(problem)
    assert {quota.term.partition("/")[0] for quota in model.lowered.quotas} == {"network", "camp"}
    bench = workbench(model, 1)
    reserve(bench, model, lambda: False)
    settle_quotas(bench, model, lambda: False)
    assert quotas_met(model, bench.worth())
