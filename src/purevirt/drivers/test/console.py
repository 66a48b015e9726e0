"""Consoles and channels: a make-believe guest greets and gives back what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from purevirt.api.stream import Hole, ServerStream
from purevirt.drivers.test import errors
from purevirt.drivers.test.guest import Guest
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_CONSOLE = C.VIR_DOMAIN_CONSOLE_SAFE | C.VIR_DOMAIN_CONSOLE_FORCE


class _Session:
    """One open device. `taken` says that a forced session has its place: the next line it would answer ends it."""

    def __init__(self, stream: ServerStream) -> None:
        self._stream = stream
        self.taken = False

    async def pump(self, greeting: bytes, leave: Callable[[], None]) -> None:
        try:
            if greeting:
                await self._stream.send(greeting)
            while (piece := await self._stream.recv()) is not None and not self.taken:
                if not isinstance(piece, Hole):
                    await self._stream.send(piece)
            await self._stream.finish()
        finally:
            leave()


class ConsoleFacet:
    """virDomainOpenConsole, virDomainOpenChannel."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_open_console(
        self, dom: p.NonnullDomain, dev_name: str | None, flags: int, stream: ServerStream
    ) -> None:
        """By alias, or as "serial0", "console1" … in the order of the document; without a name the first."""
        errors.check_flags(flags, _CONSOLE, "testDomainOpenConsole")
        guest = self._host.guest(dom)
        guest.require_active()
        devices = guest.document.devices
        named: dict[str, Any] = {}
        for kind in ("console", "serial", "parallel"):
            for number, device in enumerate(getattr(devices, f"{kind}s") if devices is not None else ()):
                alias = device.alias.name if device.alias is not None else None
                named[alias or f"{kind}{number}"] = device
        name = dev_name if dev_name is not None else next(iter(named), None)
        if name is None or name not in named:
            raise errors.internal(f"cannot find console device '{dev_name or 'default'}'")
        greeting = f"\r\n{guest.name} login: ".encode()
        self._open(guest, name, stream, greeting, forced=bool(flags & C.VIR_DOMAIN_CONSOLE_FORCE))

    async def domain_open_channel(self, dom: p.NonnullDomain, name: str | None, flags: int, stream: ServerStream) -> None:
        """By the target's name; without one the first."""
        errors.check_flags(flags, C.VIR_DOMAIN_CHANNEL_FORCE, "testDomainOpenChannel")
        guest = self._host.guest(dom)
        guest.require_active()
        devices = guest.document.devices
        names = [_target_name(channel) for channel in (devices.channels if devices is not None else ())]
        wanted = name if name is not None else next(iter(names), None)
        if wanted is None or wanted not in names:
            raise errors.internal(f"cannot find channel {name or 'default'}")
        self._open(guest, f"channel {wanted}", stream, b"", forced=bool(flags & C.VIR_DOMAIN_CHANNEL_FORCE))

    @staticmethod
    def _open(guest: Guest, key: str, stream: ServerStream, greeting: bytes, *, forced: bool) -> None:
        sessions = guest.sessions
        before = sessions.get(key)
        if before is not None and not forced:
            text = "Active console session exists for this domain"
            raise VirtError(ErrorCode.OPERATION_FAILED, text, errors.FROM)
        if before is not None:
            before.taken = True
        session = sessions[key] = _Session(stream)

        def leave() -> None:
            if sessions.get(key) is session:
                del sessions[key]

        stream.run(session.pump(greeting, leave))


def _target_name(channel: Any) -> str:
    target = channel.target
    return (getattr(target, "name", None) if target is not None else None) or ""
