"""Results with parts of their own: immutable, typed, unpackable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from purevirt.client.enums import DomainJobType, VcpuState
from purevirt.types.typed_params import Value

if TYPE_CHECKING:
    from typing import NamedTuple as Record

    from purevirt.client.objects import Domain
else:
    from purevirt.types.record import Record


class NodeInfo(Record):
    """virNodeInfo. `memory` is in KiB, `mhz` is 0 where unknown."""

    model: str
    memory: int
    cpus: int
    mhz: int
    nodes: int
    sockets: int
    cores: int
    threads: int


class SecurityModel(Record):
    """virSecurityModel."""

    model: str
    doi: str


class SecurityLabel(Record):
    """virSecurityLabel."""

    label: str
    enforcing: bool


class VcpuInfo(Record):
    """virVcpuInfo with the CPUs it may run on. `cpu_time` is in ns, `cpu` -1 when offline or unknown."""

    number: int
    state: VcpuState
    cpu_time: int
    cpu: int
    cpumap: frozenset[int]


class IOThreadInfo(Record):
    """virDomainIOThreadInfo."""

    iothread_id: int
    cpumap: frozenset[int]


class EmulatorPinInfo(Record):
    """Where the emulator may run; `pinned` is False when nothing was ever set."""

    cpumap: frozenset[int]
    pinned: bool


class DiskError(Record):
    """virDomainDiskError: `error` is 1 unspecified, 2 no space."""

    disk: str
    error: int


class FSInfo(Record):
    """virDomainFSInfo."""

    mountpoint: str
    name: str
    fstype: str
    dev_aliases: list[str]


class IPAddress(Record):
    """virDomainIPAddress: `type` is 0 IPv4, 1 IPv6."""

    type: int
    addr: str
    prefix: int


class DomainInterface(Record):
    """virDomainInterface."""

    name: str
    hwaddr: str | None
    addrs: list[IPAddress]


class DHCPLease(Record):
    """virNetworkDHCPLease. `expirytime` in seconds since the epoch."""

    iface: str
    expirytime: int
    type: int
    mac: str | None
    iaid: str | None
    ipaddr: str
    prefix: int
    hostname: str | None
    clientid: str | None


class NodeCPUMap(Record):
    """virNodeGetCPUMap: how many CPUs the host may have, which are online and how many."""

    cpus: int
    cpumap: frozenset[int]
    online: int


class DomainJobStats(Record):
    """virDomainGetJobStats."""

    type: DomainJobType
    params: Mapping[str, Value]


class DomainStats(Record):
    """virDomainStatsRecord."""

    domain: Domain
    params: Mapping[str, Value]


class Event(Record):
    """Something happened. `args` are the C callback's arguments behind the object, structs as tuples or dicts.

    `scope` is "domain", "network", "storage_pool", "node_device", "secret" or "qemu_monitor"; `object` is the Domain,
    Network … it happened to. `scope` "gap" (object None) says that the connection was lost in between and
    re-established: events may be missing.
    """

    scope: str
    event_id: int
    object: Any
    args: tuple[Any, ...]


class LoggingSetting(Record):
    """virAdmConnectGetLoggingFilters / Outputs: the text, and how many entries it has."""

    text: str | None
    entries: int
