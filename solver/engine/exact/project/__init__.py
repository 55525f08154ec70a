"""Multi-skill project scheduling: what of it a problem is, and its own search."""

from solver.engine.exact.project.read import Project, project_of
from solver.engine.exact.project.search import ProjectPlan, ProjectSearch
from solver.engine.exact.project.solve import solve_project

__all__ = ["Project", "ProjectPlan", "ProjectSearch", "project_of", "solve_project"]
