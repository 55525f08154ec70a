"""Multi-skill project scheduling: what of it a problem is, and its own search."""

from solver.engine.exact.project.preemptive import Preemptive
from solver.engine.exact.project.read import Job, Project, project_of
from solver.engine.exact.project.search import ProjectPlan, ProjectSearch
from solver.engine.exact.project.solve import solve_project
from solver.engine.exact.project.vary import Variation


def warm() -> None:
    """Compile what the search of projects has compiled, on two jobs that one person does in turn."""
    one = frozenset({"one"})
    jobs = [Job(name, 1, [0, 1], {one: 1}, {"who": one}) for name in ("a", "b")]
    project = Project(jobs, {(0, 1): 0}, [("one",)], [(1, frozenset({one}))])
    Variation(project, 1).run(1, 0)
    Preemptive(project).disprove([(0, 1), (0, 1)], lambda: False)


__all__ = ["Project", "ProjectPlan", "ProjectSearch", "project_of", "solve_project", "warm"]
