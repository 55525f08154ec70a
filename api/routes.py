"""Which addresses are for programs and which for people."""

MACHINE_PREFIXES = ("/api/", "/schema", "/calendars/", "/health", "/static/")
"""Below these an error is a problem document; everywhere else it is a page for a browser."""
