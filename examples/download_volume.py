"""A storage volume into a file, holes kept, with progress: `python examples/download_volume.py URI POOL VOLUME FILE`."""

from __future__ import annotations

import asyncio
import sys
from typing import BinaryIO

import purevirt.aio


async def download(uri: str, pool_name: str, volume_name: str, target: BinaryIO) -> None:
    async with purevirt.aio.open(uri, deadline=30) as conn:
        pool = await conn.storage_pool_lookup_by_name(pool_name)
        volume = await pool.storage_vol_lookup_by_name(volume_name)
        capacity = (await volume.get_info()).capacity

        def progress(done: int) -> None:
            print(f"\r{done * 100 // max(capacity, 1):3} %", end="", flush=True)

        total = await volume.download_to(target, sparse=True, progress=progress)
        print(f"\r{total} bytes")


if __name__ == "__main__":
    with open(sys.argv[4], "wb") as file:
        asyncio.run(download(sys.argv[1], sys.argv[2], sys.argv[3], file))
