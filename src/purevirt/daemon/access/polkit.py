"""The access driver "polkit": each permission is a polkit action, the object's attributes are its details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from purevirt.daemon.access.objects import Target
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.peer import process_start_time

if TYPE_CHECKING:
    from purevirt.daemon.client import Identity


class PolkitService(Protocol):
    """org.freedesktop.PolicyKit1.Authority, as far as it is needed."""

    async def check(
        self, pid: int, start_time: int, uid: int, action: str, details: dict[str, str], interactive: bool
    ) -> bool:
        """CheckAuthorization for a process. Raises VirtError when the service does not answer."""
        ...


def action_of(kind: str, permission: str) -> str:
    """The polkit action of a permission on a kind of object."""
    return f"org.libvirt.api.{kind}.{permission}".replace("_", "-")


class PolkitAuthority:
    """Asks polkit. Clients that polkit cannot know, because they come over the network, may nothing."""

    def __init__(self, service: PolkitService) -> None:
        self._service = service

    async def allows(self, who: Identity, permission: str, target: Target, driver: str) -> bool:
        if who.start_time is None and who.pid is not None and who.uid == 0:
            who.start_time = process_start_time(who.pid)
        if who.pid is None or who.uid is None or who.start_time is None:
            missing = "process" if who.pid is None else "user" if who.uid is None else "process start time"
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"No {missing} ID available", ErrorDomain.ACCESS)
        details = {"connect_driver": driver, **target.attributes}
        action = action_of(target.kind, permission)
        return await self._service.check(who.pid, who.start_time, who.uid, action, details, interactive=False)
