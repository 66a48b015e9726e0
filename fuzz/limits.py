"""A bound on the time of a piece of Python, for targets that must not hang."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deadline(seconds: float, what: str) -> Iterator[None]:
    """AssertionError in the main thread, naming `what`, when the body takes longer."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"took longer than {seconds} s: {what}")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
