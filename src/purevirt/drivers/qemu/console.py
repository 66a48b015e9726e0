"""Console streams: a client's terminal joined to a guest's character device."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from purevirt.api.stream import Hole, ServerStream
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.async_fd import AsyncFd, connect_unix, open_terminal
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_CHUNK = 65536


class ConsoleFacet:
    """virDomainOpenConsole, virDomainOpenChannel. One session a device: a second one is refused, or with FORCE ends the first."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_open_console(
        self, dom: p.NonnullDomain, dev_name: str | None, flags: int, stream: ServerStream
    ) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_CONSOLE_SAFE | C.VIR_DOMAIN_CONSOLE_FORCE, "qemuDomainOpenConsole")
        vm = self._state.find(dom)
        run = vm.require_active()
        device = find_device(vm, dev_name)
        force = bool(flags & C.VIR_DOMAIN_CONSOLE_FORCE)
        _join(run, device, stream, force, "Active console session exists for this domain")

    async def domain_open_channel(self, dom: p.NonnullDomain, name: str | None, flags: int, stream: ServerStream) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_CHANNEL_FORCE, "qemuDomainOpenChannel")
        vm = self._state.find(dom)
        run = vm.require_active()
        device = find_channel(vm, name)
        alias = device.alias.name if device.alias is not None else ""
        if device.type not in ("pty", "unix"):
            raise errors.internal(f"channel {alias} is not using a UNIX socket")
        force = bool(flags & C.VIR_DOMAIN_CHANNEL_FORCE)
        _join(run, device, stream, force, "Active channel stream exists for this domain")


def _join(run: Runtime, device: Any, stream: ServerStream, force: bool, busy: str) -> None:
    """One session a device: a second one is refused with `busy`, or with `force` ends the first."""
    alias = device.alias.name if device.alias is not None else ""
    end_other = run.consoles.get(alias)
    if end_other is not None:
        if not force:
            raise VirtError(ErrorCode.OPERATION_FAILED, busy, ErrorDomain.QEMU)
        end_other()
    stream.run(_Session(run, alias, open_device(device), stream).pump())


def find_device(vm: Vm, name: str | None) -> Any:
    """By alias among consoles, serial and parallel ports; without one the first console, else the first serial port."""
    devices = vm.devices()
    if name is None:
        found = next(iter([*devices.consoles, *devices.serials]), None)
    else:
        every: list[Any] = [*devices.consoles, *devices.serials, *devices.parallels]
        found = next((d for d in every if d.alias is not None and d.alias.name == name), None)
    if found is None:
        raise errors.internal(f"cannot find character device {name or '(null)'}")
    return found


def find_channel(vm: Vm, name: str | None) -> Any:
    """By alias or by the name that the guest sees; without one the first."""
    channels: list[Any] = vm.devices().channels
    if name is None:
        found = next(iter(channels), None)
    else:
        named = (c for c in channels if c.alias is not None and c.alias.name == name)
        found = next(named, None) or next((c for c in channels if c.target is not None and c.target.name == name), None)
    if found is None:
        raise errors.internal(f"cannot find channel {name or '(null)'}")
    return found


def open_device(device: Any) -> AsyncFd:
    """The host's end of a pty or unix device. Raises VirtError."""
    alias = device.alias.name if device.alias is not None else ""
    path = device.source.path if device.source is not None else None
    if device.type not in ("pty", "unix") or not path:
        raise errors.internal(f"character device {alias} is not using a PTY or UNIX socket")
    try:
        return open_terminal(path) if device.type == "pty" else connect_unix(path)
    except OSError as error:
        raise system_error(error.errno or 5, f"unable to open '{path}'", ErrorDomain.QEMU) from error


class _Session:
    """One open console. It ends with the client, with the device, or when another session takes over."""

    def __init__(self, run: Runtime, alias: str, device: AsyncFd, stream: ServerStream) -> None:
        self._run = run
        self._alias = alias
        self._device = device
        self._stream = stream
        self._over = asyncio.Event()
        run.consoles[alias] = self._over.set

    async def pump(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                both = [group.create_task(self._to_client()), group.create_task(self._to_guest())]
                await self._over.wait()
                for task in both:
                    task.cancel()
        finally:
            self._device.close()
            if self._run.consoles.get(self._alias) == self._over.set:
                del self._run.consoles[self._alias]
        await self._stream.finish()

    async def _to_client(self) -> None:
        while data := await self._device.read(_CHUNK):
            await self._stream.send(data)
        self._over.set()

    async def _to_guest(self) -> None:
        while (data := await self._stream.recv()) is not None:
            if isinstance(data, Hole):
                continue
            try:
                await self._device.write(data)
            except OSError:
                break
        self._over.set()
