"""All guests of a host started at once, each failure told by its name: `python examples/start_many.py [URI]`."""

from __future__ import annotations

import asyncio
import sys

import purevirt
import purevirt.aio


async def start(domain: purevirt.aio.Domain) -> str:
    try:
        await domain.create(deadline=60)
    except purevirt.VirtError as error:
        return f"{domain.name}: {error.message}"
    return f"{domain.name}: started"


async def main(uri: str | None) -> None:
    async with purevirt.aio.open(uri, deadline=30) as conn:
        stopped = [d for d in await conn.list_all_domains() if not await d.is_active()]
        for line in await asyncio.gather(*map(start, stopped)):
            print(line)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
