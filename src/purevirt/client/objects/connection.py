"""Connections (virConnect): open objects, host-wide calls of their own shape, events, life and death."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from purevirt.client.base import Link, call_here
from purevirt.client.calls.connection_domain import ConnectionDomainCalls
from purevirt.client.calls.connection_host import ConnectionHostCalls
from purevirt.client.calls.connection_interface import ConnectionInterfaceCalls
from purevirt.client.calls.connection_network import ConnectionNetworkCalls
from purevirt.client.calls.connection_nodedev import ConnectionNodedevCalls
from purevirt.client.calls.connection_nwfilter import ConnectionNwfilterCalls
from purevirt.client.calls.connection_qemu import ConnectionQemuCalls
from purevirt.client.calls.connection_secret import ConnectionSecretCalls
from purevirt.client.calls.connection_storage import ConnectionStorageCalls
from purevirt.client.objects.connection_events import ConnectionEvents
from purevirt.client.objects.connection_hosts import ConnectionHand
from purevirt.client.objects.domain import Domain
from purevirt.client.objects.host import Interface, NodeDevice, NWFilter, NWFilterBinding, Secret
from purevirt.client.objects.network import Network, NetworkPort
from purevirt.client.objects.snapshot import DomainCheckpoint, DomainSnapshot
from purevirt.client.objects.storage import StoragePool, StorageVol
from purevirt.client.objects.stream import Stream
from purevirt.client.params import params_dict
from purevirt.client.records import DomainStats
from purevirt.client.subscriptions import Subscriptions
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.override import override

Opener = Callable[[], Awaitable[Link]]


class Connection(
    ConnectionDomainCalls,
    ConnectionHostCalls,
    ConnectionInterfaceCalls,
    ConnectionNetworkCalls,
    ConnectionNodedevCalls,
    ConnectionNwfilterCalls,
    ConnectionQemuCalls,
    ConnectionSecretCalls,
    ConnectionStorageCalls,
    ConnectionHand,
    ConnectionEvents,
):
    """A connection to a hypervisor driver, through a daemon or in this process (virConnect).

    Made by `purevirt.aio.open` (and, as sync twin, `purevirt.open`). An async context manager: leaving closes it.
    """

    __slots__ = ("_opener", "_uri")

    def __init__(self, link: Link, uri: str, readonly: bool = False, opener: Opener | None = None) -> None:
        self._link = link
        self._uri = uri
        self._readonly = readonly
        self._opener = opener
        self._close_callback: Callable[[Connection, int], None] | None = None
        self._iterators = []
        self._reviver = None
        self._offload = call_here
        self._subscriptions = Subscriptions(self._object_of, link.unknown_callback)
        self._call = link.invoke if opener is None else self._call_again
        link.on_close = self._closed

    # -- objects from wire identities -----------------------------------------------------------------------------------

    @override
    def _domain(self, ref: Any) -> Domain:
        return Domain(self, ref)

    @override
    def _network(self, ref: Any) -> Network:
        return Network(self, ref)

    def _network_port(self, ref: Any) -> NetworkPort:
        return NetworkPort(self, ref)

    @override
    def _interface(self, ref: Any) -> Interface:
        return Interface(self, ref)

    @override
    def _storage_pool(self, ref: Any) -> StoragePool:
        return StoragePool(self, ref)

    @override
    def _storage_vol(self, ref: Any) -> StorageVol:
        return StorageVol(self, ref)

    @override
    def _node_device(self, ref: Any) -> NodeDevice:
        return NodeDevice(self, ref)

    @override
    def _secret(self, ref: Any) -> Secret:
        return Secret(self, ref)

    @override
    def _nwfilter(self, ref: Any) -> NWFilter:
        return NWFilter(self, ref)

    @override
    def _nwfilter_binding(self, ref: Any) -> NWFilterBinding:
        return NWFilterBinding(self, ref)

    def _snapshot(self, ref: Any) -> DomainSnapshot:
        return DomainSnapshot(self, ref)

    def _checkpoint(self, ref: Any) -> DomainCheckpoint:
        return DomainCheckpoint(self, ref)

    def _object_of(self, scope: str, ref: Any) -> object:
        makers: Mapping[str, Callable[[Any], object]] = {
            "domain": self._domain,
            "qemu_monitor": self._domain,
            "network": self._network,
            "storage_pool": self._storage_pool,
            "node_device": self._node_device,
            "secret": self._secret,
        }
        return makers[scope](ref)

    # -- life -----------------------------------------------------------------------------------------------------------

    @property
    def readonly(self) -> bool:
        return self._readonly

    @property
    def deadline(self) -> float | None:
        """Seconds every call may take unless it says otherwise; None: as long as it takes."""
        return self._link.deadline

    @deadline.setter
    def deadline(self, seconds: float | None) -> None:
        self._link.deadline = seconds

    async def close(self) -> None:
        """virConnectClose. Closing twice is harmless."""
        self._opener = None
        if self._reviver is not None:
            self._reviver.stop()
            self._reviver = None
        await self._link.close()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def is_alive(self) -> bool:
        """virConnectIsAlive: whether the transport still stands, without asking the peer."""
        return self._link.alive

    def set_keep_alive(self, interval: int, count: int) -> None:
        """virConnectSetKeepAlive: ping a silent peer every `interval` seconds, give it up after `count` unanswered ones.

        An interval of 0 or less stops it. Raises VirtError (NO_SUPPORT) where there is no peer.
        """
        self._link.set_keepalive(max(interval, 0), count)

    def is_encrypted(self) -> bool:
        """virConnectIsEncrypted."""
        return self._link.encrypted

    async def is_secure(self, *, deadline: float | None = None) -> bool:
        """virConnectIsSecure: encrypted, or local, up to the driver's own connection."""
        if not self._link.secure:
            return False
        return bool(await self._call("connect_is_secure", (), deadline))

    async def get_uri(self, *, deadline: float | None = None) -> str:
        """virConnectGetURI: the URI we were opened with, as the library would write it."""
        return self._uri

    async def get_type(self, *, deadline: float | None = None) -> str:
        """virConnectGetType: the driver's name ("QEMU", "Test" …)."""
        kind: str = await self._call("connect_get_type", (), deadline)
        return kind

    async def supports_feature(self, feature: int, *, deadline: float | None = None) -> bool:
        """Whether the driver has a VIR_DRV_FEATURE_* (a private call of the C library)."""
        return bool(await self._call("connect_supports_feature", (feature,), deadline))

    async def _call_again(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, program: str = "remote"
    ) -> Any:
        """A call on a connection that re-opens itself: before the call, never in the middle of one."""
        return await (await self._standing()).invoke(procedure, args, deadline, program)

    @override
    async def _standing(self) -> Link:
        """The link to call through, opened again before where it was lost and re-opening was asked for. A call that was in
        progress when it was lost, one with descriptors or a stream included, has failed: nobody knows what it has done."""
        if self._opener is not None and not self._link.alive:
            await (self._reviver.revive() if self._reviver is not None else self.reopen())
        return self._link

    async def reopen(self) -> None:
        """Open the transport again, register all events again, and deliver a gap event to each callback."""
        if self._opener is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "client socket is closed")
        default = self._link.deadline
        await self._link.close()
        self._link = link = await self._opener()
        link.deadline, link.on_close = default, self._closed
        await self._register_again()
        self._subscriptions.gap()

    # -- statistics of many guests ----------------------------------------------------------------------------------------

    async def get_all_domain_stats(
        self, stats: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> list[DomainStats]:
        """virConnectGetAllDomainStats: `stats` are VIR_DOMAIN_STATS_* groups, 0 for all."""
        return await self._stats([], stats, flags, deadline)

    async def domain_list_get_stats(
        self, doms: Sequence[Domain], stats: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> list[DomainStats]:
        """virDomainListGetStats: of the guests given, which must be this connection's."""
        return await self._stats([d._ref for d in doms], stats, flags, deadline)

    async def _stats(self, refs: list[Any], stats: int, flags: int, deadline: float | None) -> list[DomainStats]:
        ret = await self._call("connect_get_all_domain_stats", (refs, stats, flags), deadline)
        return [DomainStats(Domain(self, r.dom), params_dict(r.params)) for r in ret]

    # -- local makers ---------------------------------------------------------------------------------------------------

    def stream_new(self, flags: int = 0) -> Stream:
        """virStreamNew: a stream to hand to a call that attaches it."""
        return Stream(self, flags)
