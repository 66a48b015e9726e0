"""Life-cycle events of a host as they happen, over losses of the connection: `python examples/watch.py [URI]`."""

from __future__ import annotations

import asyncio
import sys

import purevirt.aio
from purevirt.types import constants

NAMES = {
    value: name.removeprefix("VIR_DOMAIN_EVENT_").lower()
    for name, value in vars(constants).items()
    if name in ("VIR_DOMAIN_EVENT_DEFINED", "VIR_DOMAIN_EVENT_UNDEFINED", "VIR_DOMAIN_EVENT_STARTED",
                "VIR_DOMAIN_EVENT_SUSPENDED", "VIR_DOMAIN_EVENT_RESUMED", "VIR_DOMAIN_EVENT_STOPPED",
                "VIR_DOMAIN_EVENT_SHUTDOWN", "VIR_DOMAIN_EVENT_PMSUSPENDED", "VIR_DOMAIN_EVENT_CRASHED")
}  # fmt: skip


async def watch(uri: str | None) -> None:
    async with (
        purevirt.aio.open(uri, readonly=True, deadline=30, reconnect=True) as conn,
        conn.events("domain", constants.VIR_DOMAIN_EVENT_ID_LIFECYCLE) as events,
    ):
        async for event in events:
            if event.scope == "gap":
                print("… events may be missing here")
                continue
            kind, detail = event.args
            print(f"{event.object.name}: {NAMES.get(kind, kind)} ({detail})", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(watch(sys.argv[1] if len(sys.argv) > 1 else None))
    except KeyboardInterrupt:
        sys.exit(130)
