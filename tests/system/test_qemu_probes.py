"""What an emulator can do is asked once: kept on disk until the program or the kernel is another, several asked at a time.

The emulators here are scripts that note that they were run, and become the real QEMU.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from purevirt.core.tasks import TaskOwner
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.caps_cache import CapsCache
from purevirt.errors import ErrorCode, VirtError

QEMU = shutil.which("qemu-system-x86_64")
pytestmark = pytest.mark.skipif(QEMU is None, reason="no qemu-system-x86_64")


def emulator(directory: Path, name: str, first: str = "") -> Path:
    path = directory / name
    path.write_text(f'#!/bin/sh\necho >> {path}.runs\n{first}\nexec {QEMU} "$@"\n')
    path.chmod(0o755)
    return path


def runs(path: Path) -> int:
    log = Path(f"{path}.runs")
    return len(log.read_text().splitlines()) if log.exists() else 0


def with_caches(directory: Path, work: Callable[[Callable[[], CapsCache]], Awaitable[None]]) -> None:
    """`work` gets a function that makes a cache as a daemon does when it starts, always over the same directory."""

    async def main() -> None:
        tasks = TaskOwner("test")
        try:
            await asyncio.wait_for(work(lambda: CapsCache(directory / "cache", directory / "scratch", None, tasks)), 60)
        finally:
            await tasks.close()

    asyncio.run(main())


def test_an_answer_is_kept_until_something_changed(tmp_path: Path) -> None:
    path = emulator(tmp_path, "qemu")

    async def work(start: Callable[[], CapsCache]) -> None:
        cache = start()
        both = await asyncio.gather(cache.get(str(path)), cache.get(str(path)))
        once = runs(path)
        assert both[0] is both[1]
        assert once in (1, 2)  # without and with KVM
        again = await start().get(str(path))
        assert (again.arch, again.version, again.accels.keys()) == (both[0].arch, both[0].version, both[0].accels.keys())
        assert runs(path) == once
        [kept] = (tmp_path / "cache").iterdir()
        text = kept.read_text()
        kept.write_text(re.sub(r"<qemuctime>\d+", "<qemuctime>1", text))  # as if the program had been replaced since
        await start().get(str(path))
        assert runs(path) == 2 * once
        kept.write_text(re.sub("<kernelVersion>.*</kernelVersion>", "<kernelVersion>other</kernelVersion>", kept.read_text()))
        await start().get(str(path))
        assert runs(path) == 3 * once
        kept.write_text(kept.read_text()[: len(text) // 2])
        await start().get(str(path))
        assert runs(path) == 4 * once

    with_caches(tmp_path, work)


def test_several_are_asked_at_a_time(tmp_path: Path) -> None:
    """Each waits until the other one runs; one after the other they would fail."""
    wait = "touch $0.on; n=0; until [ -e {other}.on ]; do n=$((n+1)); [ $n -lt 400 ] || exit 1; sleep 0.05; done"
    one, two = tmp_path / "one", tmp_path / "two"
    for path, other in ((one, two), (two, one)):
        emulator(tmp_path, path.name, wait.format(other=other))

    async def work(start: Callable[[], CapsCache]) -> None:
        found = await start().get_all([str(one), str(two)])
        assert [type(found[str(path)]) for path in (one, two)] == [QemuCaps, QemuCaps]

    with_caches(tmp_path, work)


def test_programs_that_are_no_emulator(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("x")
    silent = emulator(tmp_path, "silent", "exit 0")
    wrong = {
        "none": "Cannot check QEMU binary {}: No such file or directory",
        "text": "QEMU binary {} is not executable: Permission denied",
        "": "QEMU binary {} is not executable: Is a directory",
    }

    async def work(start: Callable[[], CapsCache]) -> None:
        cache = start()
        for name, text in wrong.items():
            path = str(tmp_path / name)
            with pytest.raises(VirtError) as caught:
                await cache.get(path)
            assert (caught.value.code, caught.value.message) == (ErrorCode.SYSTEM_ERROR, text.format(path))
        with pytest.raises(VirtError, match="Failed to probe QEMU binary with QMP"):
            await cache.get(str(silent))
        assert not (tmp_path / "cache").exists()

    with_caches(tmp_path, work)
