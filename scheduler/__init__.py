"""Organisations, people, calendars, permissions and their storage: knows no HTTP and no HTML."""
