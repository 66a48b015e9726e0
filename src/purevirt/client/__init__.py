"""The sync client: typed objects over any driver, without asyncio. `purevirt.aio` has the async face.

    import purevirt

    with purevirt.open("qemu:///system", deadline=10) as conn:
        for domain in conn.list_all_domains():
            print(domain.name, domain.get_state().state)

Names are loaded when first used, so that a program pays only for what it touches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.client.blocking.of_admin import AdmClient, AdmConnection, AdmServer
    from purevirt.client.blocking.of_connection import Connection
    from purevirt.client.blocking.of_domain import Domain
    from purevirt.client.blocking.of_host import Interface, NodeDevice, NWFilter, NWFilterBinding, Secret
    from purevirt.client.blocking.of_network import Network, NetworkPort
    from purevirt.client.blocking.of_snapshot import DomainCheckpoint, DomainSnapshot
    from purevirt.client.blocking.of_storage import StoragePool, StorageVol
    from purevirt.client.blocking.of_stream import Stream
    from purevirt.client.opening import open, open_admin, open_auth, open_read_only
    from purevirt.client.records import Event

__all__ = [
    "AdmClient",
    "AdmConnection",
    "AdmServer",
    "Connection",
    "Domain",
    "DomainCheckpoint",
    "DomainSnapshot",
    "Event",
    "Interface",
    "NWFilter",
    "NWFilterBinding",
    "Network",
    "NetworkPort",
    "NodeDevice",
    "Secret",
    "StoragePool",
    "StorageVol",
    "Stream",
    "open",
    "open_admin",
    "open_auth",
    "open_read_only",
]

_WHERE = {
    "admin": ("AdmClient", "AdmConnection", "AdmServer"),
    "connection": ("Connection",),
    "domain": ("Domain",),
    "host": ("Interface", "NodeDevice", "NWFilter", "NWFilterBinding", "Secret"),
    "network": ("Network", "NetworkPort"),
    "snapshot": ("DomainCheckpoint", "DomainSnapshot"),
    "storage": ("StoragePool", "StorageVol"),
    "stream": ("Stream",),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in ("open", "open_admin", "open_auth", "open_read_only"):
        return getattr(import_module("purevirt.client.opening"), name)
    if name == "Event":
        return import_module("purevirt.client.records").Event
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"purevirt.client.blocking.of_{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
