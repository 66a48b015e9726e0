"""I/O threads: numbers in the definition, and polling parameters of those that were named one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.sizes import vcpus
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.iothreads import Iothread, complete
from purevirt.model.domain.tune import Cputune, IothreadPin
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.cpumaps import from_map, to_map
from purevirt.types.typed_params import UINT, ULLONG, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_TYPES = {
    C.VIR_DOMAIN_IOTHREAD_POLL_MAX_NS: ULLONG,
    C.VIR_DOMAIN_IOTHREAD_POLL_GROW: UINT,
    C.VIR_DOMAIN_IOTHREAD_POLL_SHRINK: UINT,
}


@dataclass(slots=True)
class Polling:
    """How a thread polls before it sleeps."""

    poll_max_ns: int = 32768
    poll_grow: int = 0
    poll_shrink: int = 0


def named_threads(document: Domain) -> dict[int, Polling]:
    """Polling of the threads that the definition names."""
    return {thread.id: Polling() for thread in document.iothreadids}


def thread_ids(document: Domain) -> list[int]:
    """All of them, those that are only counted too."""
    return [thread.id for thread in complete(document.iothreadids, document.iothreads or 0)]


def _name_all(document: Domain) -> None:
    """Before one comes or goes, every thread gets its number written down."""
    document.iothreadids = complete(document.iothreadids, document.iothreads or 0)


def _missing(number: int) -> VirtError:
    text = f"cannot find IOThread '{number}' in iothreadids list"
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN)


class IothreadFacet:
    """virDomain*IOThread*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_iothread_info(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetIothreadInfoRet:
        errors.check_flags(flags, _AFFECT, "testDomainGetIOThreadInfo")
        document = self._host.guest(dom).one(flags)
        usual = document.vcpu.cpuset if document.vcpu is not None and document.vcpu.cpuset else None
        if usual is None:
            usual = frozenset(range(vcpus(document)[1]))
        pins = {pin.iothread: pin.cpuset for pin in document.cputune.iothreadpins} if document.cputune is not None else {}
        found = []
        for number in thread_ids(document):
            cpus = pins.get(number, usual)
            found.append(p.DomainIothreadInfo(number, to_map(cpus, max(cpus, default=0) // 8 + 1)))
        return p.DomainGetIothreadInfoRet(found, len(found))

    async def domain_add_iothread(self, dom: p.NonnullDomain, iothread_id: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainAddIOThread")
        if not iothread_id:
            raise errors.bad_argument("invalid value of 0 for iothread_id")
        guest = self._host.guest(dom)
        documents = guest.targets(flags)
        if any(iothread_id in thread_ids(document) for document in documents):
            text = f"an IOThread is already using iothread_id '{iothread_id}'"
            raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN)
        for document in documents:
            _name_all(document)
            document.iothreadids.append(Iothread(id=iothread_id))
            document.iothreads = len(document.iothreadids)
        guest.polling[iothread_id] = Polling()

    async def domain_del_iothread(self, dom: p.NonnullDomain, iothread_id: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainDelIOThread")
        if not iothread_id:
            raise errors.bad_argument("invalid value of 0 for iothread_id")
        guest = self._host.guest(dom)
        documents = guest.targets(flags)
        if any(iothread_id not in thread_ids(document) for document in documents):
            raise _missing(iothread_id)
        for document in documents:
            _name_all(document)
            document.iothreadids = [thread for thread in document.iothreadids if thread.id != iothread_id]
            document.iothreads = len(document.iothreadids)
            if document.cputune is not None:
                document.cputune.iothreadpins = [
                    pin for pin in document.cputune.iothreadpins if pin.iothread != iothread_id
                ]
        guest.polling.pop(iothread_id, None)

    async def domain_pin_iothread(self, dom: p.NonnullDomain, iothreads_id: int, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainPinIOThread")
        documents = self._host.guest(dom).targets(flags)
        cpus = from_map(cpumap)
        if not cpus:
            raise errors.bad_argument("Empty iothread cpumap list for pinning")
        for document in documents:
            _name_all(document)
            if iothreads_id not in thread_ids(document):
                raise errors.bad_argument(f"iothreadid {iothreads_id} not found")
            tune = document.cputune = document.cputune or Cputune()
            tune.iothreadpins = [pin for pin in tune.iothreadpins if pin.iothread != iothreads_id]
            tune.iothreadpins.append(IothreadPin(iothread=iothreads_id, cpuset=cpus))

    async def domain_set_iothread_params(
        self, dom: p.NonnullDomain, iothread_id: int, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_AFFECT_LIVE, "testDomainSetIOThreadParams")
        if not iothread_id:
            raise errors.bad_argument("invalid value of 0 for iothread_id")
        guest = self._host.guest(dom)
        document = guest.one(flags)
        if iothread_id not in thread_ids(document):
            raise errors.bad_argument(f"cannot find IOThread '{iothread_id}' in iothreadids")
        polling = guest.polling.get(iothread_id)
        if polling is None:
            raise errors.unknown()
        check_params(params, _TYPES)
        for param in params:
            setattr(polling, param.field, int(param.value))
