"""The async client: the objects of `purevirt.client` with coroutines in the place of calls.

    import purevirt.aio

    async with purevirt.aio.open("qemu:///system", deadline=10) as conn:
        for domain in await conn.list_all_domains():
            print(domain.name, (await domain.get_state()).state)
        async for event in conn.events("domain"):
            print(event.object.name, event.args)

Every call takes `deadline=` (seconds). Any number of calls may be in flight on one connection; cancelling one does not
disturb the others. A connection belongs to the loop it was opened on.
"""

from __future__ import annotations

from purevirt.client.aio_events import EventIterator
from purevirt.client.aio_opening import Opening, open, open_admin, open_auth, open_read_only
from purevirt.client.objects import (
    AdmClient,
    AdmConnection,
    AdmServer,
    Connection,
    Domain,
    DomainCheckpoint,
    DomainSnapshot,
    Interface,
    Network,
    NetworkPort,
    NodeDevice,
    NWFilter,
    NWFilterBinding,
    Secret,
    StoragePool,
    StorageVol,
    Stream,
)
from purevirt.client.records import Event
from purevirt.errors import VirtError

__all__ = [
    "AdmClient",
    "AdmConnection",
    "AdmServer",
    "Connection",
    "Domain",
    "DomainCheckpoint",
    "DomainSnapshot",
    "Event",
    "EventIterator",
    "Interface",
    "NWFilter",
    "NWFilterBinding",
    "Network",
    "NetworkPort",
    "NodeDevice",
    "Opening",
    "Secret",
    "StoragePool",
    "StorageVol",
    "Stream",
    "VirtError",
    "open",
    "open_admin",
    "open_auth",
    "open_read_only",
]
