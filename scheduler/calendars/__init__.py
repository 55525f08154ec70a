"""Calendar files from rows of the timetable."""

from scheduler.calendars.ics import CalendarEvent, make_calendar

__all__ = ["CalendarEvent", "make_calendar"]
