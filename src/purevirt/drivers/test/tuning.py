"""Tuning that lives in the definition alone: memory limits, NUMA, performance events, lifecycle actions, bandwidth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.devices import find_interface
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import BITMAP, format_bitmap
from purevirt.model.domain.memory import Memtune
from purevirt.model.domain.numa import NumaMemory, Numatune, NumatuneMode
from purevirt.model.domain.perf import Perf, PerfEvent, PerfEventName
from purevirt.model.domain.power import LifecycleAction
from purevirt.model.net_bandwidth import Bandwidth, Inbound, Outbound
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import BOOLEAN, INT, STRING, UINT, ULLONG, ParamList, TypedParam, to_dict

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_LIMITS = ("hard_limit", "soft_limit", "swap_hard_limit")
UNLIMITED = C.VIR_DOMAIN_MEMORY_PARAM_UNLIMITED
_MODES: tuple[str, ...] = NumatuneMode.__args__  # type: ignore[attr-defined]
_EVENTS: tuple[str, ...] = PerfEventName.__args__  # type: ignore[attr-defined]
_ACTIONS: tuple[str, ...] = LifecycleAction.__args__  # type: ignore[attr-defined]
_LIFECYCLES = ("on_poweroff", "on_reboot", "on_crash")
_RATES = ("average", "peak", "burst", "floor")
BANDWIDTH = {
    **{f"inbound.{rate}": UINT for rate in _RATES},
    **{f"outbound.{rate}": UINT for rate in _RATES[:3]},
}


def answer(out: ParamList, nparams: int, ret: type[Any]) -> Any:
    """Parameters for a caller who may only have asked how many there are."""
    return ret(list(out)[:nparams], len(out) if not nparams else min(nparams, len(out)))


class MemtuneFacet:
    """virDomain*MemoryParameters."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_memory_parameters(
        self, dom: p.NonnullDomain, nparams: int, flags: int
    ) -> p.DomainGetMemoryParametersRet:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetMemoryParameters")
        tune = self._host.guest(dom).one(flags).memtune
        out = ParamList()
        for name in _LIMITS:
            value = getattr(tune, name) if tune is not None else None
            out.ullong(name, UNLIMITED if value is None else value)
        ret: p.DomainGetMemoryParametersRet = answer(out, nparams, p.DomainGetMemoryParametersRet)
        return ret

    async def domain_set_memory_parameters(
        self, dom: p.NonnullDomain, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetMemoryParameters")
        check_params(params, dict.fromkeys(_LIMITS, ULLONG))
        documents = self._host.guest(dom).targets(flags)
        given = {name: int(value) for name, value in to_dict(params).items()}
        for document in documents:
            _check_limits(document, given)
        for document in documents:
            tune = document.memtune = document.memtune or Memtune()
            for name, value in given.items():
                setattr(tune, name, None if value >= UNLIMITED else value)


def _check_limits(document: Domain, given: dict[str, int]) -> None:
    if "hard_limit" not in given and "swap_hard_limit" not in given:
        return
    tune = document.memtune
    swap = given.get("swap_hard_limit", tune.swap_hard_limit if tune is not None else None)
    hard = given.get("hard_limit", tune.hard_limit if tune is not None else None)
    most = UNLIMITED if swap is None else swap
    if (UNLIMITED if hard is None else hard) > most:
        text = "memory hard_limit tunable value must be lower than or equal to swap_hard_limit"
        raise errors.bad_argument(text)


class NumaFacet:
    """virDomain*NumaParameters."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_numa_parameters(
        self, dom: p.NonnullDomain, nparams: int, flags: int
    ) -> p.DomainGetNumaParametersRet:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetNumaParameters")
        tune = self._host.guest(dom).one(flags).numatune
        memory = tune.memory if tune is not None else None
        mode = memory.mode if memory is not None and memory.mode is not None else "strict"
        nodes = format_bitmap(memory.nodeset) if memory is not None and memory.nodeset else ""
        out = ParamList().int("numa_mode", _MODES.index(mode)).string("numa_nodeset", nodes)
        ret: p.DomainGetNumaParametersRet = answer(out, nparams, p.DomainGetNumaParametersRet)
        return ret

    async def domain_set_numa_parameters(self, dom: p.NonnullDomain, params: list[TypedParam], flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetNumaParameters")
        check_params(params, {"numa_mode": INT, "numa_nodeset": STRING})
        given = to_dict(params)
        mode, nodes = given.get("numa_mode"), None
        if mode is not None and not 0 <= int(mode) < len(_MODES):
            raise errors.bad_argument(f"unsupported numatune mode: '{mode}'")
        if "numa_nodeset" in given:
            nodes = _nodeset(str(given["numa_nodeset"]))
        guest = self._host.guest(dom)
        live, _ = guest.scopes(flags)
        documents = guest.targets(flags)
        if live and mode is not None and _MODES[int(mode)] != _mode_of(guest.document):
            raise errors.invalid("can't change numatune mode for running domain")
        if any(nodes is None and not _has_nodes(document) for document in documents):
            text = "nodeset for NUMA memory tuning must be set if 'placement' is 'static'"
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN)
        for document in documents:
            tune = document.numatune = document.numatune or Numatune()
            memory = tune.memory = tune.memory or NumaMemory(mode="strict")
            if mode is not None:
                memory.mode = _MODES[int(mode)]  # type: ignore[assignment]
            if nodes is not None:
                memory.nodeset, memory.placement = nodes, None


def _has_nodes(document: Domain) -> bool:
    memory = document.numatune.memory if document.numatune is not None else None
    return memory is not None and bool(memory.nodeset or memory.placement == "auto")


def _mode_of(document: Domain) -> str:
    memory = document.numatune.memory if document.numatune is not None else None
    return (memory.mode if memory is not None else None) or "strict"


def _nodeset(text: str) -> frozenset[int]:
    try:
        found: frozenset[int] = BITMAP.parse(text)
    except ValueError:
        found = frozenset()
    if not found:
        raise VirtError(ErrorCode.INVALID_ARG, f"Failed to parse bitmap '{text}'")
    return found


class PerfFacet:
    """virDomain*PerfEvents."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_perf_events(self, dom: p.NonnullDomain, flags: int) -> list[TypedParam]:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetPerfEvents")
        perf = self._host.guest(dom).one(flags).perf
        on = {event.name for event in perf.events if event.enabled} if perf is not None else set()
        out = ParamList()
        for name in _EVENTS:
            out.boolean(name, name in on)
        return list(out)

    async def domain_set_perf_events(self, dom: p.NonnullDomain, params: list[TypedParam], flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetPerfEvents")
        check_params(params, dict.fromkeys(_EVENTS, BOOLEAN))
        for document in self._host.guest(dom).targets(flags):
            perf = document.perf = document.perf or Perf()
            states: dict[str, bool] = {event.name: event.enabled for event in perf.events}
            states.update((param.field, bool(param.value)) for param in params)
            perf.events = [
                PerfEvent(name=name, enabled=states[name])  # type: ignore[arg-type]
                for name in _EVENTS
                if name in states
            ]


class LifecycleActionFacet:
    """virDomainSetLifecycleAction."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_set_lifecycle_action(self, dom: p.NonnullDomain, type: int, action: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetLifecycleAction")
        _check_action(type, action)
        for document in self._host.guest(dom).targets(flags):
            setattr(document, _LIFECYCLES[type], _ACTIONS[action])


def _check_action(type: int, action: int) -> None:
    if not 0 <= type < len(_LIFECYCLES):
        raise VirtError(ErrorCode.INVALID_ARG, f"invalid lifecycle type '{type}'", ErrorDomain.DOMAIN)
    if not 0 <= action < len(_ACTIONS):
        raise VirtError(ErrorCode.INVALID_ARG, f"invalid lifecycle action '{action}'", ErrorDomain.DOMAIN)
    event, word = _LIFECYCLES[type][3:], _ACTIONS[action]
    if word.startswith("coredump-") and event != "crash":
        text = f"Lifecycle event '{event}' doesn't support '{word}' action"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN)


class BandwidthFacet:
    """virDomain*InterfaceParameters."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_interface_parameters(
        self, dom: p.NonnullDomain, device: str, nparams: int, flags: int
    ) -> p.DomainGetInterfaceParametersRet:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetInterfaceParameters")
        out = read_bandwidth(find_interface(self._host.guest(dom).one(flags), device).bandwidth)
        ret: p.DomainGetInterfaceParametersRet = answer(out, nparams, p.DomainGetInterfaceParametersRet)
        return ret

    async def domain_set_interface_parameters(
        self, dom: p.NonnullDomain, device: str, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetInterfaceParameters")
        check_params(params, BANDWIDTH)
        interfaces = [find_interface(document, device) for document in self._host.guest(dom).targets(flags)]
        for interface in interfaces:
            set_bandwidth(interface, {name: int(value) for name, value in to_dict(params).items()})


def read_bandwidth(bandwidth: Bandwidth | None) -> ParamList:
    """All parameters; 0 is no limit."""
    out = ParamList()
    for name in BANDWIDTH:
        side, _, rate = name.partition(".")
        its = getattr(bandwidth, side) if bandwidth is not None else None
        out.uint(name, (getattr(its, rate) if its is not None else None) or 0)
    return out


def set_bandwidth(interface: Any, given: dict[str, int]) -> None:
    """For anything with a bandwidth: a side that is spoken of is made anew; without average or floor it has no limit."""
    bandwidth = interface.bandwidth or Bandwidth()
    for side, cls in (("inbound", Inbound), ("outbound", Outbound)):
        rates = {name.partition(".")[2]: value for name, value in given.items() if name.startswith(side)}
        if not rates:
            continue
        useful = rates.get("average") or rates.get("floor")
        setattr(bandwidth, side, cls(**rates) if useful else None)
    interface.bandwidth = bandwidth if bandwidth.inbound or bandwidth.outbound else None
