"""Placement of activities in time and on resources: knows integers and ids, no people and no database."""
