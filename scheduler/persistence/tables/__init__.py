"""All tables. Importing this package fills `Base.metadata`."""

from scheduler.persistence.tables import accounts, register, requests, resources, timetable
from scheduler.persistence.tables.base import Base

__all__ = ["Base", "accounts", "register", "requests", "resources", "timetable"]
