"""The host's clock: this machine's, or a virtual one that moves only with calls and the delays that rules give them."""

from __future__ import annotations

import sys
import time

from purevirt.types.override import override

EPOCH_US = 1_000_000_000_000_000
"""Where virtual clocks start unless told otherwise: 2001-09-09, in microseconds."""
TICK_US = 1_000


async def pause(seconds: float) -> None:
    """Wait; under a loop others go on meanwhile, also when it is for no time at all."""
    asyncio = sys.modules.get("asyncio")  # whoever runs us under a loop has it; others need not pay for it
    try:
        if asyncio is None:
            raise RuntimeError
        asyncio.get_running_loop()
    except RuntimeError:
        time.sleep(seconds)  # noqa: ASYNC251 (no loop runs)
    else:
        await asyncio.sleep(seconds)


class Clock:
    """Wall time in microseconds."""

    virtual = False

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def tick(self) -> None:
        """A call begins."""

    async def delay(self, seconds: float) -> None:
        """Let the caller wait; under a loop others go on."""
        await pause(seconds)


class VirtualClock(Clock):
    """Starts at `start_us` and goes on by `tick_us` with every call; delays move it and nobody waits."""

    virtual = True

    def __init__(self, start_us: int = EPOCH_US, tick_us: int = TICK_US) -> None:
        self._now_us = start_us
        self._tick_us = tick_us

    @override
    def now_us(self) -> int:
        return self._now_us

    @override
    def tick(self) -> None:
        self._now_us += self._tick_us

    @override
    async def delay(self, seconds: float) -> None:
        self._now_us += round(seconds * 1_000_000)
