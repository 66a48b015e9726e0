"""Any number of objects, alike but for names, UUIDs and addresses: a host to measure and to page through."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from purevirt.drivers.test import errors
from purevirt.drivers.test.clock import pause
from purevirt.drivers.test.documents import parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.interfaces import TestInterface
from purevirt.drivers.test.networks import add_network
from purevirt.drivers.test.nodedevs import TestDevice
from purevirt.drivers.test.nwfilters import TestFilter
from purevirt.drivers.test.pools import add_pool
from purevirt.drivers.test.secrets import TestSecret
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network
from purevirt.model.node_device import NodeDevice
from purevirt.model.nwfilter import NwFilter
from purevirt.model.secret import Secret
from purevirt.model.storage_pool import StoragePool
from purevirt.model.storage_volume import StorageVolume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from purevirt.drivers.test.host import TestHost

MOST = 20_000
"""Objects of one kind."""
_BREATH = 20
_SPACE = UUID("5b3c6ed2-5c0b-4a58-9b0c-1f7d3d1c7a11")


@dataclass(slots=True)
class Inventory:
    """How many of each. `running` of the domains run; `volumes` are in each of the pools."""

    domains: int = 0
    running: int = 0
    networks: int = 0
    interfaces: int = 0
    pools: int = 0
    volumes: int = 0
    nodedevs: int = 0
    secrets: int = 0
    nwfilters: int = 0


NAMES = tuple(f.name for f in fields(Inventory))


def read_inventory(given: Mapping[str, str]) -> Inventory:
    """Counts by name. INVALID_ARG for what is no count, or too many."""
    found = Inventory()
    for name, text in given.items():
        if name not in NAMES or not (text.isascii() and text.isdecimal()) or int(text) > MOST:
            raise errors.bad_argument(f"inventory of '{name}' is not understood: '{text}' (a number up to {MOST})")
        setattr(found, name, int(text))
    if found.running > found.domains:
        raise errors.bad_argument(f"{found.running} of {found.domains} domains cannot run")
    if found.volumes and not found.pools:
        raise errors.bad_argument("volumes need pools")
    if found.volumes * found.pools > MOST:
        raise errors.bad_argument(f"more than {MOST} volumes")
    return found


def _uuid(kind: str, number: int) -> str:
    return str(uuid5(_SPACE, f"{kind} {number}"))


def _mac(number: int) -> str:
    return f"52:54:01:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


async def fill(host: TestHost, its: Inventory) -> None:
    """Make them. Names are the kind and a number from 1. Others may go on in between: thousands take seconds."""
    for made, _ in enumerate(_make(host, its)):
        if made % _BREATH == 0:
            await pause(0)


def _make(host: TestHost, its: Inventory) -> Iterator[None]:
    """One object after the other."""
    yield from _make_domains(host, its)
    network = Network.from_xml("<network><name>x</name><bridge name='x'/></network>")
    for n in range(1, its.networks + 1):
        twin = network.copy()
        twin.name, twin.uuid = f"network-{n}", _uuid("network", n)
        if twin.bridge is not None:
            twin.bridge.name = f"virbr{n}"
        add_network(host, twin, live=False).active = True
        yield
    interface = HostInterface.from_xml("<interface type='ethernet' name='x'><start mode='onboot'/></interface>")
    for n in range(1, its.interfaces + 1):
        twin_interface = interface.copy()
        twin_interface.name = f"iface{n}"
        host.interfaces.add(TestInterface(twin_interface, active=True))
        yield
    yield from _make_pools(host, its)
    for n in range(1, its.nodedevs + 1):
        text = f"<device><name>net_iface{n}</name><parent>computer</parent>"
        text += f"<capability type='net'><interface>iface{n}</interface></capability></device>"
        host.devices.add(TestDevice(NodeDevice.from_xml(text)))
        yield
    for n in range(1, its.secrets + 1):
        text = f"<secret><uuid>{_uuid('secret', n)}</uuid><usage type='ceph'><name>secret-{n}</name></usage></secret>"
        host.secrets.add(TestSecret(Secret.from_xml(text)))
        yield
    for n in range(1, its.nwfilters + 1):
        text = f"<filter name='filter-{n}'><uuid>{_uuid('filter', n)}</uuid></filter>"
        host.filters.add(TestFilter(NwFilter.from_xml(text)))
        yield


_DOMAIN = """<domain type='test'><name>x</name><memory unit='KiB'>1048576</memory><vcpu>1</vcpu><os><type>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/guest/x'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:01:00:00:00'/><source network='default'/></interface></devices></domain>"""


def _make_domains(host: TestHost, its: Inventory) -> Iterator[None]:
    pattern = parse_domain(_DOMAIN) if its.domains else None
    for n in range(1, its.domains + 1):
        assert pattern is not None
        twin = pattern.copy()
        twin.name, twin.uuid = f"domain-{n}", _uuid("domain", n)
        devices: Any = twin.devices
        devices.disks[0].source.file = f"/guest/domain-{n}"
        devices.interfaces[0].mac.address = _mac(n)
        guest = Guest(twin, persistent=True)
        host.guests.add(guest)
        if n <= its.running:
            host.start(guest)
        yield


def _make_pools(host: TestHost, its: Inventory) -> Iterator[None]:
    for n in range(1, its.pools + 1):
        text = f"<pool type='dir'><name>pool-{n}</name><uuid>{_uuid('pool', n)}</uuid>"
        pool = add_pool(host, StoragePool.from_xml(f"{text}<target><path>/pool-{n}</path></target></pool>"), live=False)
        pool.active = True
        for v in range(1, its.volumes + 1):
            document = f"<volume><name>volume-{v}</name><capacity>1048576</capacity></volume>"
            pool.add_volume(StorageVolume.from_xml(document), host.budget)
            yield
