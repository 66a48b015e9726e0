#!/usr/bin/python3
"""Our client or the C library's against one daemon; prints {metric: value} as JSON.

`client.py ours|c DIRECTORY TLS-URI SSH-URI`: runs inside a daemon's private world. `ours` under a Python that finds
purevirt, `c` under the system's with python3-libvirt. DIRECTORY is readable by the daemon and ours to write.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

now = time.perf_counter
SIZE = 256 << 20
BLOCK = bytes(262_120)


def median(action: Callable[[], object], times: int) -> float:
    action()
    samples = []
    for _ in range(times):
        start = now()
        action()
        samples.append(now() - start)
    return statistics.median(samples)


def world_of(directory: str, count: int) -> str:
    """A test driver's file with so many guests; its path."""
    path = os.path.join(directory, f"guests-{count}.xml")
    guest = "<domain type='test'><name>g{0}</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    with open(path, "w", encoding="utf-8") as file:
        file.write("<node>" + "".join(guest.format(i) for i in range(count)) + "</node>")
    os.chmod(path, 0o644)
    return path


def volume_xml(name: str) -> str:
    return f"<volume><name>{name}</name><capacity>{SIZE}</capacity><allocation>0</allocation></volume>"


def pool_xml(directory: str) -> str:
    return f"<pool type='dir'><name>bench</name><target><path>{directory}</path></target></pool>"


def opening_cost(program: str, uri: str) -> float:
    """CPU seconds of a fresh interpreter from before the import to an open connection; the best of some."""
    code = f"import sys, time\nstart = time.process_time()\n{program}\nprint(time.process_time() - start)"
    command = [sys.executable, "-S", "-c", code, uri]
    return min(float(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout) for _ in range(15))


def over(open_it: Callable[[str], Any], call: Callable[[Any], object], tls: str, ssh: str) -> dict[str, float]:
    """The same two measurements over each protected way."""
    found = {}
    for way, uri, times in (("tls", tls, 40), ("ssh", ssh, 5)):  # through ssh five processes take turns
        found[f"client_{way}_connect"] = median(lambda uri=uri: open_it(uri).close(), times)  # type: ignore[misc]
        conn = open_it(uri)
        found[f"client_{way}_call"] = min(median(lambda conn=conn: call(conn), 5 * times) for _ in range(10))  # type: ignore[misc]
        conn.close()
    return found


class Zeros(io.RawIOBase):
    """SIZE bytes of data to send, without a file behind it."""

    def __init__(self) -> None:
        self.left = SIZE

    def read(self, size: int = -1) -> bytes:
        take = min(size, self.left, len(BLOCK))
        self.left -= take
        return BLOCK[:take]


class Sink(io.RawIOBase):
    """Swallows and counts."""

    total = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.total += len(data)
        return len(data)


def ours(small: str, many: str, pool_directory: str, tls: str, ssh: str) -> dict[str, float]:
    import asyncio

    import purevirt
    import purevirt.aio

    conn = purevirt.open(small)
    found = {
        "client_connect": median(lambda: purevirt.open(small).close(), 100),
        "client_small_call": min(median(conn.get_lib_version, 1000) for _ in range(7)),
    }
    crowd = purevirt.open(many)
    assert len(crowd.list_all_domains()) == 1000
    found["client_list_1000"] = median(crowd.list_all_domains, 30)
    found["client_async_64"] = max(asyncio.run(in_flight(small, 1.0)) for _ in range(3))
    with purevirt.open("qemu:///system") as storage:
        pool = storage.storage_pool_create_xml(pool_xml(pool_directory))
        vol = pool.storage_vol_create_xml(volume_xml("ours"))
        start = now()
        vol.upload_from(Zeros())  # type: ignore[arg-type]
        found["client_upload"] = SIZE / (now() - start) / (1 << 20)
        sink = Sink()
        start = now()
        vol.download_to(sink)  # type: ignore[arg-type]
        found["client_download"] = SIZE / (now() - start) / (1 << 20)
        assert sink.total == SIZE
        vol.delete()
        pool.destroy()
    found.update(over(purevirt.open, lambda conn: conn.get_lib_version(), tls, ssh))
    found["client_open_cpu"] = opening_cost("import purevirt; purevirt.open(sys.argv[1])", small)
    return found


async def in_flight(uri: str, seconds: float, workers: int = 64) -> float:
    """Calls a second with so many in flight on one connection."""
    import asyncio

    import purevirt.aio

    async with purevirt.aio.open(uri) as conn:
        count, end = 0, now() + seconds

        async def work() -> None:
            nonlocal count
            while now() < end:
                await conn.get_lib_version()
                count += 1

        await asyncio.gather(*(work() for _ in range(workers)))
        return count / seconds


def theirs(small: str, many: str, pool_directory: str, tls: str, ssh: str) -> dict[str, float]:
    import libvirt

    conn = libvirt.open(small)
    found = {
        "client_connect": median(lambda: libvirt.open(small).close(), 100),
        "client_small_call": min(median(conn.getLibVersion, 1000) for _ in range(7)),
    }
    crowd = libvirt.open(many)
    assert len(crowd.listAllDomains()) == 1000
    found["client_list_1000"] = median(crowd.listAllDomains, 30)
    rates = []
    for _ in range(3):
        count, end = 0, now() + 1
        while now() < end:
            conn.getLibVersion()
            count += 1
        rates.append(float(count))
    found["client_async_64"] = max(rates)
    storage = libvirt.open("qemu:///system")
    pool = storage.storagePoolCreateXML(pool_xml(pool_directory))
    vol = pool.createXML(volume_xml("theirs"))
    source, sink = Zeros(), Sink()
    stream = storage.newStream()
    start = now()
    vol.upload(stream, 0, 0)
    stream.sendAll(lambda st, size, opaque: source.read(size), None)
    stream.finish()
    found["client_upload"] = SIZE / (now() - start) / (1 << 20)
    stream = storage.newStream()
    start = now()
    vol.download(stream, 0, 0)
    stream.recvAll(lambda st, data, opaque: sink.write(data) and None, None)
    stream.finish()
    found["client_download"] = SIZE / (now() - start) / (1 << 20)
    assert sink.total == SIZE
    vol.delete()
    pool.destroy()
    found.update(over(libvirt.open, lambda conn: conn.getLibVersion(), tls, ssh))
    packages = os.path.dirname(libvirt.__file__)  # -S leaves the distribution's packages out
    code = f"sys.path.append({packages!r}); import libvirt; libvirt.open(sys.argv[1])"
    found["client_open_cpu"] = opening_cost(code, small)
    return found


def main() -> None:
    kind, directory, tls, ssh = sys.argv[1:5]
    small = "test+unix:///default"
    many = f"test+unix://{world_of(directory, 1000)}"
    volumes = os.path.join(directory, kind)
    os.makedirs(volumes, exist_ok=True)
    print(json.dumps((ours if kind == "ours" else theirs)(small, many, volumes, tls, ssh)))


if __name__ == "__main__":
    main()
