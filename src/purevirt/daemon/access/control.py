"""The access check around every call of a client: its permissions first, then the call, then what the answer may show.

A rule source (`Authority`) answers whether a client may do one thing to one object; libvirt's "polkit" is one. No rule
source at all (`access_drivers = ["none"]`, libvirt's default) means that there is no `AccessControl` in dispatch.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from logging import getLogger
from typing import TYPE_CHECKING, Any, Protocol

from purevirt.api.driver import Driver
from purevirt.api.events import Event
from purevirt.daemon.access.filtering import filtered
from purevirt.daemon.access.identify import as_told, canonical, checked_by_result, identify, reference_in
from purevirt.daemon.access.objects import Target
from purevirt.daemon.access.polkit import PolkitAuthority, PolkitService
from purevirt.errors import Denied, ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.rows import Acl, Row

if TYPE_CHECKING:
    from purevirt.daemon.client import Identity, ServedClient
    from purevirt.daemon.config import DaemonConfig

log = getLogger("purevirt.daemon.access")


class Authority(Protocol):
    """Who knows the rules."""

    async def allows(self, who: Identity, permission: str, target: Target, driver: str) -> bool:
        """Whether this client may. `driver` is the connection's, as `virConnectGetType` names it. Raises VirtError
        when nobody could be asked, which counts as a refusal."""
        ...


class AccessControl:
    """Checks calls by the permissions in their rows."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def serve(self, client: ServedClient, row: Row, args: Any, work: Callable[[], Awaitable[Any]]) -> Any:
        """The call's result, cut to what the client may see. Raises Denied (ACCESS_DENIED), or what the call raises."""
        assert client.driver is not None
        name = await driver_name(client.driver)
        later: list[Acl] = []
        for rule in row.acl:
            if rule.when is not None and not rule.when.holds(args):
                continue
            if checked_by_result(row, rule.object):
                later.append(rule)
                continue
            target = await identify(client.driver, row, rule.object, args)
            await self._require(client, rule.permission, target, name)
        if row.acl_filter:
            rule = row.acl_filter[0]

            async def visible(target: Target) -> bool:
                return await self._may(client, rule.permission, target, name)

            return await filtered(client.driver, row, rule.object, args, work, visible)
        result = await work()
        for rule in later:
            found = await canonical(client.driver, reference_in(result))
            await self._require(client, rule.permission, found, name)
        return result

    async def may_see(self, client: ServedClient, event: Event) -> bool:
        """Whether the client may know about the event's object."""
        ref = reference_in(event.message)
        if client.driver is None or ref is None:
            return False
        return await self._may(client, "getattr", as_told(ref), await driver_name(client.driver))

    async def _require(self, client: ServedClient, permission: str, target: Target, name: str) -> None:
        if not await self._may(client, permission, target, name):
            raise Denied(ErrorCode.ACCESS_DENIED, f"'{name}' denied access", ErrorDomain.ACCESS)

    async def _may(self, client: ServedClient, permission: str, target: Target, name: str) -> bool:
        try:
            return await self._authority.allows(client.identity, permission, target, name)
        except VirtError as e:
            log.warning("client %d: %s:%s could not be decided: %s", client.number, target.kind, permission, e.message)
            return False


def access_control(config: DaemonConfig, polkit: PolkitService) -> AccessControl | None:
    """As `access_drivers` says; None for "none". Raises VirtError for a driver that does not exist."""
    for name in config.access_drivers:
        if name not in ("none", "polkit"):
            text = f"Failed to find security driver '{name}'"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.ACCESS)
    return AccessControl(PolkitAuthority(polkit)) if "polkit" in config.access_drivers else None


async def driver_name(driver: Driver) -> str:
    """The driver as rules and refusals name it."""
    name: str = await driver.call("connect_get_type")
    return name
