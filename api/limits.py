"""Limits on how often somebody may try, kept in memory: one process serves, a restart forgives."""

from collections import deque
from datetime import datetime, timedelta
from math import ceil

from scheduler.clock import Clock
from scheduler.errors import LimitExceeded

MAX_KEYS = 10_000
"""More names than that are forgotten, the oldest first, so that strangers cannot fill the memory."""


class Attempts:
    """Counts attempts of each key within a sliding window.

    Parameters
    ----------
    limit
        Name of the limit, for the error.
    allowed
        Attempts within `window_s`; the next one is refused.
    """

    def __init__(self, clock: Clock, limit: str, allowed: int, window_s: int) -> None:
        self._clock = clock
        self._limit = limit
        self._allowed = allowed
        self._window = timedelta(seconds=window_s)
        self._attempts: dict[str, deque[datetime]] = {}

    def take(self, key: str) -> None:
        """Count one attempt of the key.

        Counted before it is known how it ends, so that attempts at the same time cannot pass together.

        Raises
        ------
        LimitExceeded
            With the seconds after which it may try again; a refused attempt is not counted.
        """
        attempts = self._recent(key)
        now = self._clock.now()
        if len(attempts) >= self._allowed:
            wait = attempts[0] + self._window - now
            raise LimitExceeded(self._limit, self._allowed, retry_after_s=max(1, ceil(wait.total_seconds())))
        attempts.append(now)
        # Put back at the end: the first of the dictionary is the one that tried longest ago.
        self._attempts.pop(key, None)
        self._attempts[key] = attempts
        while len(self._attempts) > MAX_KEYS:
            self._attempts.pop(next(iter(self._attempts)))

    def give_back(self, key: str) -> None:
        """Uncount the key's last attempt: it was a good one."""
        if attempts := self._attempts.get(key):
            attempts.pop()

    def _recent(self, key: str) -> deque[datetime]:
        attempts = self._attempts.get(key, deque[datetime]())
        while attempts and attempts[0] + self._window <= self._clock.now():
            attempts.popleft()
        return attempts
