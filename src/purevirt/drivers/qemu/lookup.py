"""Finding and listing guests: from the index alone, nothing is parsed and nobody is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, NotFound
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_ACTIVE = C.VIR_CONNECT_LIST_DOMAINS_ACTIVE | C.VIR_CONNECT_LIST_DOMAINS_INACTIVE
_PERSISTENT = C.VIR_CONNECT_LIST_DOMAINS_PERSISTENT | C.VIR_CONNECT_LIST_DOMAINS_TRANSIENT
_STATE = (
    C.VIR_CONNECT_LIST_DOMAINS_RUNNING
    | C.VIR_CONNECT_LIST_DOMAINS_PAUSED
    | C.VIR_CONNECT_LIST_DOMAINS_SHUTOFF
    | C.VIR_CONNECT_LIST_DOMAINS_OTHER
)
_SAVED = C.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE | C.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE
_AUTOSTART = C.VIR_CONNECT_LIST_DOMAINS_AUTOSTART | C.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART
_SNAPSHOT = C.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT | C.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT
_CHECKPOINT = C.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT | C.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT
_ALL = _ACTIVE | _PERSISTENT | _STATE | _SAVED | _AUTOSTART | _SNAPSHOT | _CHECKPOINT


def traits(vm: Vm) -> int:
    """The list flags that are true of the guest."""
    state = {
        C.VIR_DOMAIN_RUNNING: C.VIR_CONNECT_LIST_DOMAINS_RUNNING,
        C.VIR_DOMAIN_PAUSED: C.VIR_CONNECT_LIST_DOMAINS_PAUSED,
        C.VIR_DOMAIN_SHUTOFF: C.VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    }.get(vm.state, C.VIR_CONNECT_LIST_DOMAINS_OTHER)
    return (
        state
        | (C.VIR_CONNECT_LIST_DOMAINS_ACTIVE if vm.is_active else C.VIR_CONNECT_LIST_DOMAINS_INACTIVE)
        | (C.VIR_CONNECT_LIST_DOMAINS_PERSISTENT if vm.is_persistent else C.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
        | (C.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE if vm.managed_save else C.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE)
        | (C.VIR_CONNECT_LIST_DOMAINS_AUTOSTART if vm.autostart else C.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART)
        | C.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT
        | C.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT
    )


def matches(vm: Vm, flags: int) -> bool:
    """Flags of one group are alternatives, groups restrict each other; a group without flags does not count."""
    if not flags & _ALL:
        return True
    have = traits(vm)
    return all(
        not flags & group or have & flags & group
        for group in (_ACTIVE, _PERSISTENT, _STATE, _SAVED, _AUTOSTART, _SNAPSHOT, _CHECKPOINT)
    )


class LookupFacet:
    """virDomainLookupBy*, virConnectList*Domains, virConnectNumOf*Domains."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_lookup_by_id(self, number: int) -> p.NonnullDomain:
        vm = self._state.vms.by_id(number)
        if vm is None:
            raise NotFound(ErrorCode.NO_DOMAIN, f"no domain with matching id {number}", ErrorDomain.QEMU)
        return vm.ref

    async def domain_lookup_by_uuid(self, uuid: bytes) -> p.NonnullDomain:
        vm = self._state.vms.by_uuid(uuid)
        if vm is None:
            text = format_uuid(uuid)
            raise NotFound(ErrorCode.NO_DOMAIN, f"no domain with matching uuid '{text}'", ErrorDomain.QEMU)
        return vm.ref

    async def domain_lookup_by_name(self, name: str) -> p.NonnullDomain:
        vm = self._state.vms.by_name(name)
        if vm is None:
            raise NotFound(ErrorCode.NO_DOMAIN, f"no domain with matching name '{name}'", ErrorDomain.QEMU)
        return vm.ref

    async def connect_num_of_domains(self) -> int:
        return sum(vm.is_active for vm in self._state.vms)

    async def connect_list_domains(self, maxids: int) -> list[int]:
        return [vm.id for vm in self._state.vms.active()][:maxids]

    async def connect_num_of_defined_domains(self) -> int:
        return sum(not vm.is_active for vm in self._state.vms)

    async def connect_list_defined_domains(self, maxnames: int) -> list[str]:
        return [vm.name for vm in self._state.vms if not vm.is_active][:maxnames]

    async def connect_list_all_domains(self, need_results: int, flags: int) -> p.ConnectListAllDomainsRet:
        errors.check_flags(flags, _ALL, "qemuConnectListAllDomains")
        refs = [vm.ref for vm in self._state.vms if matches(vm, flags)]
        return p.ConnectListAllDomainsRet(refs if need_results else [], len(refs))

    async def domain_is_active(self, dom: p.NonnullDomain) -> int:
        return int(self._state.find(dom).is_active)

    async def domain_is_persistent(self, dom: p.NonnullDomain) -> int:
        return int(self._state.find(dom).is_persistent)

    async def domain_is_updated(self, dom: p.NonnullDomain) -> int:
        return int(self._state.find(dom).updated)
