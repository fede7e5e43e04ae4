"""Writers of one process wait for SQLite's one write lock in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """Whose turn it is to write.

    SQLite lets whoever waits sleep, longer and longer, and does not wake them: who comes at the right moment goes
    first. With a dozen writers some wait for seconds while others pass by, and a few give up. So in a process each
    waits here for the one before, and SQLite's own waiting is for other processes only.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def take(self, timeout: float) -> bool:
        """Wait for one's turn; False when it has not come in so many seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(timeout):
            return True
        with self._guard:
            if called.is_set():  # called at the last moment
                return True
            self._waiting.remove(called)
            return False

    def give_back(self) -> None:
        """Call the one who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
