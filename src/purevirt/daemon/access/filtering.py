"""Lists without what the client may not know about: objects, names, ids, and their numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from purevirt.api.driver import Driver
from purevirt.daemon.access.identify import canonical
from purevirt.daemon.access.objects import Target
from purevirt.errors import VirtError
from purevirt.protocol import remote
from purevirt.protocol.rows import Row
from purevirt.types.uuid import parse_uuid

Visible = Callable[[Target], Awaitable[bool]]

_ALL = 16384
"""More names than any list may have on the wire."""
_LOOKUPS = {
    "domain": "domain_lookup_by_name",
    "network": "network_lookup_by_name",
    "storage_pool": "storage_pool_lookup_by_name",
    "nwfilter": "nwfilter_lookup_by_name",
    "interface": "interface_lookup_by_name",
    "node_device": "node_device_lookup_by_name",
}


async def filtered(
    driver: Driver, row: Row, kind: str, args: Any, work: Callable[[], Awaitable[Any]], visible: Visible
) -> Any:
    """The call's result without what is not visible. Registrations pass: their events are checked one by one."""
    if row.ret is None or "event" in row.name:
        return await work()
    shape = row.ret.__slots__
    if shape == ("num",):
        return len(await _names(driver, row, kind, args, visible))
    if shape in (("names",), ("ids",), ("uuids",)):
        return [value for value in await work() if await _is_visible(driver, row, kind, args, value, visible)]
    if shape == ("retStats",):
        return [record for record in await work() if await visible(await canonical(driver, record.dom))]
    return await _objects(driver, row, args, visible)


async def _objects(driver: Driver, row: Row, args: Any, visible: Visible) -> Any:
    """The "list all" rows: references and their number; the number alone needs the references too."""
    values = [1 if name == "need_results" else getattr(args, name) for name in args.__slots__]
    result = await driver.call(row.name, *values)
    found = []
    for ref in getattr(result, result.__slots__[0]):
        try:
            if await visible(await canonical(driver, ref)):
                found.append(ref)
        except VirtError:
            continue  # gone since it was listed
    return type(result)(found if args.need_results else [], len(found))


async def _names(driver: Driver, row: Row, kind: str, args: Any, visible: Visible) -> list[Any]:
    """What the row that lists names shows where this one counts."""
    listing = row.name.replace("num_of_", "list_")
    values = [getattr(args, name) for name in args.__slots__] if args is not None else []
    values.insert(1 if values else 0, _ALL)
    names = await driver.call(listing, *values)
    return [name for name in names if await _is_visible(driver, row, kind, args, name, visible)]


async def _is_visible(driver: Driver, row: Row, kind: str, args: Any, value: Any, visible: Visible) -> bool:
    try:
        if kind == "storage_vol":
            target = await canonical(driver, remote.NonnullStorageVol(args.pool.name, value, ""))
        else:
            if kind == "secret":
                found = await driver.call("secret_lookup_by_uuid", parse_uuid(value))
            elif isinstance(value, int):
                found = await driver.call("domain_lookup_by_id", value)
            else:
                found = await driver.call(_LOOKUPS[kind], value)
            target = await canonical(driver, found)
    except VirtError:
        return False  # gone since it was listed
    return await visible(target)
