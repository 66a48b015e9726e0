"""Capabilities of emulators: asked once per binary, kept on disk, several binaries at a time.

A cached answer counts while binary, our own code, kernel and the usability of /dev/kvm are what they were.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import stat
from collections.abc import Mapping
from errno import EACCES, EISDIR
from logging import getLogger
from pathlib import Path
from typing import Any

from purevirt.core.tasks import TaskOwner, offload
from purevirt.drivers.qemu import capabilities_xml, probe, probe_flags
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.monitor.connection import Monitor, MonitorClosed, QmpFailure
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host import files, process
from purevirt.host.process import Credentials

log = getLogger("purevirt.qemu.capabilities")

SELF_VERSION = 9000000
PROBE_S = 20.0
_AT_ONCE = 4


def self_time() -> int:
    """When the code that reads the answers last changed."""
    return max(int(os.stat(module.__file__ or "/").st_mtime) for module in (probe, probe_flags))


def _check(emulator: str) -> None:
    """SYSTEM_ERROR when it is no program that can be run."""
    try:
        mode = os.stat(emulator).st_mode
    except OSError as error:
        raise system_error(error.errno or 0, f"Cannot check QEMU binary {emulator}", ErrorDomain.QEMU) from error
    wrong = EISDIR if stat.S_ISDIR(mode) else 0 if os.access(emulator, os.X_OK) and stat.S_ISREG(mode) else EACCES
    if wrong:
        raise system_error(wrong, f"QEMU binary {emulator} is not executable", ErrorDomain.QEMU)


class CapsCache:
    """Capabilities by emulator path. `get` probes when nothing valid is known; concurrent callers share one probe."""

    def __init__(self, directory: Path, scratch: Path, credentials: Credentials | None, tasks: TaskOwner) -> None:
        self._directory = directory
        self._scratch = scratch
        self._credentials = credentials
        self._tasks = tasks
        self._known: dict[str, tuple[tuple[int, int], QemuCaps]] = {}
        self._running: dict[str, asyncio.Task[QemuCaps]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._kernel = f"{os.uname().release} {os.uname().version}"

    def known(self, emulator: str) -> QemuCaps | None:
        """What is known without asking: from memory or the disk; None when a probe is needed."""
        try:
            status = os.stat(emulator)
        except OSError:
            return None
        stamp = (int(status.st_ctime), int(os.access("/dev/kvm", os.R_OK | os.W_OK)))
        held = self._known.get(emulator)
        if held is not None and held[0] == stamp:
            return held[1]
        caps = self._load(emulator, int(status.st_ctime))
        if caps is not None:
            self._known[emulator] = (stamp, caps)
        return caps

    async def get(self, emulator: str) -> QemuCaps:
        """Capabilities of the binary. VirtError when it is missing or does not answer."""
        caps = self.known(emulator)
        if caps is not None:
            return caps
        await offload(_check, emulator)
        task = self._running.get(emulator)
        if task is None:
            task = self._tasks.spawn(self._probe(emulator), f"probe {emulator}")
            self._running[emulator] = task
            task.add_done_callback(lambda _: self._running.pop(emulator, None))
        return await asyncio.shield(task)

    async def get_all(self, emulators: list[str]) -> dict[str, QemuCaps]:
        """All of them, in parallel; one that fails is left out with a line in the log."""
        results = await asyncio.gather(*(self.get(e) for e in emulators), return_exceptions=True)
        found = {}
        for emulator, result in zip(emulators, results, strict=True):
            if isinstance(result, QemuCaps):
                found[emulator] = result
            elif isinstance(result, VirtError):
                log.warning("Failed to probe capabilities for %s: %s", emulator, result)
            else:
                raise result
        return found

    # --- disk --------------------------------------------------------------------------------------------------

    def _path(self, emulator: str) -> Path:
        return self._directory / f"{hashlib.sha256(emulator.encode()).hexdigest()}.xml"

    def _load(self, emulator: str, ctime: int) -> QemuCaps | None:
        try:
            caps = capabilities_xml.load(self._path(emulator).read_bytes())
        except (OSError, VirtError, ValueError):
            return None
        kvm_now = os.access("/dev/kvm", os.R_OK | os.W_OK)
        fresh = (
            caps.emulator_ctime == ctime
            and caps.self_ctime == self_time()
            and caps.self_version == SELF_VERSION
            and (not caps.has("kvm") or (kvm_now and caps.kernel_version == self._kernel))
            and (caps.has("kvm") or caps.kernel_version == self._kernel or not kvm_now)
        )
        return caps if fresh else None

    def _save(self, emulator: str, caps: QemuCaps) -> None:
        try:
            files.make_directory(self._directory, 0o755)
            files.write_atomic(self._path(emulator), capabilities_xml.dump(caps).encode(), durable=False)
        except OSError as error:
            log.warning("cannot keep capabilities of %s: %s", emulator, error)

    # --- asking ------------------------------------------------------------------------------------------------

    async def _probe(self, emulator: str) -> QemuCaps:
        async with self._gate:
            status = os.stat(emulator)
            caps = await self._session(emulator, "kvm:tcg", None)
            if caps.has("kvm"):
                await self._session(emulator, "tcg", caps)
            caps.emulator_ctime = int(status.st_ctime)
            caps.self_ctime = self_time()
            caps.self_version = SELF_VERSION
            caps.kernel_version = self._kernel
            self._save(emulator, caps)
            stamp = (int(status.st_ctime), int(os.access("/dev/kvm", os.R_OK | os.W_OK)))
            self._known[emulator] = (stamp, caps)
            return caps

    async def _session(self, emulator: str, accel: str, caps: QemuCaps | None) -> QemuCaps:
        """One paused QEMU without a machine; it ends with the session."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            qemu = process.spawn(
                [
                    *process.tied(),
                    *(emulator, "-S", "-no-user-config", "-nodefaults", "-nographic", "-machine", f"none,accel={accel}"),
                    *("-chardev", f"socket,id=m,fd={theirs.fileno()}", "-mon", "chardev=m,mode=control"),
                ],
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/", "XDG_CACHE_HOME": str(self._scratch)},
                pass_fds=[theirs.fileno()],
                credentials=self._credentials,
            )
        except OSError as error:
            ours.close()
            raise VirtError(
                ErrorCode.INTERNAL_ERROR, f"Failed to probe QEMU binary with QMP: {error.strerror}", ErrorDomain.QEMU
            ) from error
        finally:
            theirs.close()
        monitor = Monitor(ours, lambda _: None, name=emulator)

        async def ask(command: str, arguments: Mapping[str, Any] | None = None) -> Any:
            return await monitor.execute(command, arguments)

        try:
            async with asyncio.timeout(PROBE_S):
                if caps is None:
                    return await probe.converse(ask, emulator)
                await probe.converse_tcg(ask, caps)
                return caps
        except (MonitorClosed, QmpFailure, TimeoutError) as error:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR, f"Failed to probe QEMU binary with QMP: {error}", ErrorDomain.QEMU
            ) from error
        finally:
            monitor.close()
            qemu.signal(9)
            await qemu.exited
