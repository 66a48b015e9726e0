"""A look into a guest's memory and at its disks."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.stats_groups import disks_of
from purevirt.drivers.qemu.summary import host_path
from purevirt.errors import ErrorDomain, system_error
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


class PeekFacet:
    """virDomainMemoryPeek, virDomainBlockPeek."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_memory_peek(self, dom: p.NonnullDomain, offset: int, size: int, flags: int) -> bytes:
        """Guest memory by its virtual address on the first vCPU, or by its physical one."""
        virtual, physical = C.VIR_MEMORY_VIRTUAL, C.VIR_MEMORY_PHYSICAL
        errors.check_flags(flags, virtual | physical, "qemuDomainMemoryPeek")
        if flags not in (virtual, physical):
            raise errors.bad_argument("flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.QUERY):
            path = vm.require_active().own_dir / f"qemu.mem.{secrets.token_hex(6)}"
            command = "memsave" if flags == virtual else "pmemsave"
            try:
                await vm.require_monitor().execute(command, {"val": offset, "size": size, "filename": str(path)})
                data = await offload(_read, path, 0, size)
            finally:
                with suppress(FileNotFoundError):
                    await offload(os.unlink, path)
            vm.require_active()
        if len(data) < size:
            raise system_error(5, f"failed to read temporary file created with template {path}", ErrorDomain.QEMU)
        return data

    async def domain_block_peek(self, dom: p.NonnullDomain, path: str, offset: int, size: int, flags: int) -> bytes:
        """Bytes of a raw image as the host has them."""
        errors.check_flags(flags, 0, "qemuDomainBlockPeek")
        vm = self._state.find(dom)
        disk = next((d for d in disks_of(vm) if path and (d.target.dev == path or host_path(d) == path)), None)
        if disk is None:
            raise errors.bad_argument(f"disk '{path}' not found in domain")
        kind = disk.driver.type if disk.driver is not None else None
        file = host_path(disk)
        if kind != "raw" or file is None:
            raise errors.not_supported(f"peeking is only supported for disk with 'raw' format not '{kind or 'none'}'")
        data = await offload(_read, Path(file), offset, size)
        if len(data) < size:
            raise errors.bad_argument(f"'{path}' starting from {offset} has only {len(data)} bytes available")
        return data


def _read(path: Path, offset: int, size: int) -> bytes:
    """At most `size` bytes; never through a link, for guests may write where the file lies. Raises VirtError."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise system_error(error.errno or 5, f"Failed to open file '{path}'", ErrorDomain.STORAGE) from error
    try:
        return os.pread(fd, size, offset)
    finally:
        os.close(fd)
