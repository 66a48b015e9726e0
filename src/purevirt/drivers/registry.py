"""Which module serves which URI scheme, and the contract between a driver module and whoever opens it.

**A driver module** (named in `ENTRIES`, imported when first wanted) offers

    async def connect(uri: str, state: DriverState | None) -> Driver
        Open one connection. `uri` is the whole URI without a transport ("qemu:///system", "test:///default"). `state`
        is what `start` returned, None when the driver runs without a daemon (then `connect` makes what it needs, or
        raises VirtError where the driver only lives in a daemon). `api.context.current` holds the caller. A URI that
        is not the driver's (wrong path, session versus system) raises VirtError with libvirt's own text.

and, when it has state that outlives connections,

    async def start(host: DriverHost) -> DriverState
        Load definitions, reattach running guests, autostart. Called once, before the daemon listens. It should return
        soon: reattaching goes on in tasks that the state owns.

A facet's methods raise VirtError; everything else about them is in `api/driver.py`.

**The opener** calls `open_driver(uri, host)`. What it gets is the hypervisor's driver with the host's secondary
drivers (network, storage, secret …) behind it: a procedure the first does not serve goes by its row's facet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from purevirt.api.context import CallContext, current
from purevirt.api.driver import Driver
from purevirt.api.events import Event, EventHub, Scope, Subscription
from purevirt.errors import ErrorCode, NoSupport, VirtError
from purevirt.host.roots import Roots
from purevirt.types.override import override


class DriverState(Protocol):
    """A driver's long-lived part: guests, pools, definitions. One per daemon (or embedded root)."""

    def driver_for(self, context: CallContext) -> Driver:
        """The driver as this connection sees it (sharing everything but what belongs to the connection)."""
        ...

    def is_needed(self) -> bool:
        """Whether something runs that a daemon has to stay for (one that would end because nobody is connected)."""
        ...

    async def stop(self) -> None:
        """Give back what the process holds; guests keep running."""
        ...


class DriverModule(Protocol):
    """What a module in `ENTRIES` offers; `start` only if it is stateful."""

    async def connect(self, uri: str, state: DriverState | None) -> Driver: ...


@dataclass(slots=True)
class DriverHost:
    """What a driver gets to live in: its directories and the other drivers of the same host.

    `peer("secret")` is the driver that serves a facet ("network", "storage", "secret", "nodedev", "nwfilter",
    "interface"), None while there is none; ask when it is needed, not at start. `autostart` False keeps guests from
    being started (an embedded driver, a second start of the daemon in the same boot).
    """

    roots: Roots
    autostart: bool = True
    states: dict[str, DriverState] = field(default_factory=dict)
    context: CallContext = field(default_factory=lambda: CallContext(privileged=True))

    def peer(self, facet: str, context: CallContext | None = None) -> Driver | None:
        """The driver as `context` may see it; without one as the host's own drivers may (private secrets too)."""
        for name in SECONDARY.get(facet, ()):
            state = self.states.get(name)
            if state is not None:
                return state.driver_for(context or self.context)
        return None


@dataclass(frozen=True, slots=True)
class Entry:
    """A driver: its module, whether the daemon starts it, and for which facet it stands in behind a hypervisor."""

    module: str
    daemon: bool = False
    facets: tuple[str, ...] = ()

    @property
    def shares(self) -> bool:
        """Whether connections also reach the host's secondary drivers: those of this host's hypervisors do, a
        secondary driver's own connections, make-believe hosts and hosts elsewhere do not."""
        return self.daemon and not self.facets


ENTRIES: Mapping[str, Entry] = {
    "network": Entry("purevirt.drivers.network", True, ("network",)),
    "interface": Entry("purevirt.drivers.interface", True, ("interface",)),
    "secret": Entry("purevirt.drivers.secret", True, ("secret",)),
    "storage": Entry("purevirt.drivers.storage", True, ("storage",)),
    "nodedev": Entry("purevirt.drivers.nodedev", True, ("nodedev",)),
    "nwfilter": Entry("purevirt.drivers.nwfilter", True, ("nwfilter",)),
    "qemu": Entry("purevirt.drivers.qemu", True),
    "lxc": Entry("purevirt.drivers.lxc", True),
    "bhyve": Entry("purevirt.drivers.bhyve", True),
    "test": Entry("purevirt.drivers.test"),
    "esx": Entry("purevirt.drivers.esx"),
    "vpx": Entry("purevirt.drivers.esx"),
    "gsx": Entry("purevirt.drivers.esx"),
    "hyperv": Entry("purevirt.drivers.hyperv"),
}
"""By URI scheme, in the order the daemon starts them. A module that this installation does not have is passed over."""

SECONDARY: dict[str, tuple[str, ...]] = {}
for _name, _entry in ENTRIES.items():
    for _facet in _entry.facets:
        SECONDARY[_facet] = (*SECONDARY.get(_facet, ()), _name)

SCOPE_FACETS: dict[Scope, str] = {
    "network": "network",
    "storage_pool": "storage",
    "node_device": "nodedev",
    "secret": "secret",
}


def scheme_of(uri: str) -> str:
    """The driver part of a URI's scheme: "qemu" of "qemu+ssh://host/system"."""
    return uri.partition(":")[0].partition("+")[0].lower()


@cache
def load(name: str) -> Any | None:
    """The driver's module, None when this installation has none or it is still empty."""
    entry = ENTRIES.get(name)
    if entry is None or find_spec(entry.module) is None:
        return None
    module = import_module(entry.module)
    return module if hasattr(module, "connect") else None


async def start_all(host: DriverHost, report: Callable[[str, VirtError | OSError], None]) -> None:
    """Start every stateful driver there is; one that cannot is reported and left out."""
    for name, entry in ENTRIES.items():
        module = load(name) if entry.daemon else None
        if module is None or not hasattr(module, "start"):
            continue
        try:
            host.states[name] = await module.start(host)
        except (VirtError, OSError) as e:
            report(name, e)


async def stop_all(host: DriverHost) -> None:
    """Stop the drivers, last started first."""
    for name in reversed(list(host.states)):
        await host.states.pop(name).stop()


async def open_driver(uri: str, host: DriverHost | None = None) -> Driver:
    """The driver for a URI with no transport in it. Raises VirtError: NO_CONNECT when no driver takes the scheme.

    Without a host nothing is shared with anybody: the test driver, the remote hypervisors, the embedded ones.
    """
    name = scheme_of(uri)
    module = load(name)
    if module is None:
        raise VirtError(ErrorCode.NO_CONNECT, uri or None)
    state = host.states.get(name) if host is not None else None
    driver = cast(Driver, await module.connect(uri, state))
    if host is None or not ENTRIES[name].shares:
        return driver
    return DriverSet(driver, host, current.get(CallContext()))


class RoutedHub(EventHub):
    """Subscriptions by scope to whichever driver's hub announces such objects."""

    def __init__(self, primary: EventHub | None, secondary: Callable[[str], EventHub | None]) -> None:
        super().__init__()
        self._primary = primary
        self._secondary = secondary
        self._homes: dict[int, EventHub] = {}

    @override
    def subscribe(
        self,
        scope: Scope,
        deliver: Callable[[Event], None],
        event_id: int | None = None,
        key: bytes | str | None = None,
    ) -> Subscription:
        facet = SCOPE_FACETS.get(scope)
        home = self._secondary(facet) if facet else None
        home = home or self._primary
        if home is None:
            raise VirtError(ErrorCode.NO_SUPPORT)
        subscription = home.subscribe(scope, deliver, event_id, key)
        self._homes[id(subscription)] = home
        return subscription

    @override
    def unsubscribe(self, subscription: Subscription) -> None:
        home = self._homes.pop(id(subscription), None)
        if home is not None:
            home.unsubscribe(subscription)


class DriverSet:
    """A hypervisor's driver, and behind it the host's secondary drivers for what it does not serve itself."""

    def __init__(self, primary: Driver, host: DriverHost, context: CallContext) -> None:
        self.primary = primary
        self._host = host
        self._context = context
        self._behind: dict[str, Driver] = {}
        self._hub = RoutedHub(primary.events, self._secondary_hub)

    def _secondary_hub(self, facet: str) -> EventHub | None:
        driver = self.for_facet(facet)
        return driver.events if driver is not None else None

    def for_facet(self, facet: str) -> Driver | None:
        """The secondary driver for a facet, None where the hypervisor's own driver serves it."""
        probe = FACET_PROBES.get(facet)
        if probe is None or self.primary.supports(probe):
            return None
        known = self._behind.get(facet)
        if known is None:
            known = self._host.peer(facet, self._context)
            if known is not None:
                self._behind[facet] = known
        return known

    def route(self, procedure: str, facet: str) -> Driver | None:
        """The driver that serves a procedure, None when there is none; `facet` is the row's."""
        if self.primary.supports(procedure):
            return self.primary
        other = self.for_facet(facet)
        return other if other is not None and other.supports(procedure) else None

    @property
    def events(self) -> EventHub | None:
        return self._hub

    def supports(self, procedure: str) -> bool:
        return self.route(procedure, _facet_of(procedure)) is not None

    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        if program != "remote" or self.primary.supports(procedure):
            return await self.primary.call(procedure, *args, program=program)
        driver = self.route(procedure, _facet_of(procedure))
        if driver is None:
            raise NoSupport(procedure)
        return await driver.call(procedure, *args)

    async def close(self) -> None:
        await self.primary.close()


FACET_PROBES: dict[str, str] = {
    "network": "network_lookup_by_name",
    "interface": "interface_lookup_by_name",
    "secret": "secret_lookup_by_uuid",
    "storage": "storage_pool_lookup_by_name",
    "nodedev": "node_device_lookup_by_name",
    "nwfilter": "nwfilter_lookup_by_name",
}
"""The procedure that tells whether a driver serves a facet itself."""


@cache
def _facet_of(procedure: str) -> str:
    from purevirt.protocol.remote import PROGRAM

    row = PROGRAM.by_name.get(procedure)
    return row.facet if row is not None else ""
