"""Access control of a call by its row: the permissions it needs, on which object, and what a list may show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from purevirt.api.events import Event
from purevirt.protocol.rows import Row

if TYPE_CHECKING:
    from purevirt.daemon.client import ServedClient


class AccessControl(Protocol):
    """An access driver. None in its place allows everything (libvirt's default)."""

    async def check(self, client: ServedClient, row: Row, args: Any) -> None:
        """Raises Denied (ACCESS_DENIED) unless every permission of the row is had."""
        ...

    async def filter(self, client: ServedClient, row: Row, result: Any) -> Any:
        """The result without the objects that this client may not know about."""
        ...

    def may_see(self, client: ServedClient, event: Event) -> bool: ...
