"""Time as a thing that is handed in, so tests advance it instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol


class Timer(Protocol):
    """A pending callback; cancelling twice is allowed."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Where every wait and every timestamp of the daemon comes from."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` on the loop after `delay_s` seconds."""
        ...


class SystemClock:
    """The machine's clock and the running loop's timers."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, callback)


async def wait_within(clock: Clock, delay_s: float, future: asyncio.Future[Any]) -> bool:
    """Wait for `future` at most `delay_s` seconds. True when it is done, False when time ran out.

    The future is neither cancelled nor consumed: its result or exception stays with the caller.
    """
    if future.done():
        return True
    loop = asyncio.get_running_loop()
    gate: asyncio.Future[None] = loop.create_future()

    def open_gate(_: object = None) -> None:
        if not gate.done():
            gate.set_result(None)

    timer = clock.call_later(delay_s, open_gate)
    future.add_done_callback(open_gate)
    try:
        await gate
    finally:
        timer.cancel()
        future.remove_done_callback(open_gate)
    return future.done()
