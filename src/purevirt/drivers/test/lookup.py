"""Finding and listing guests."""

from __future__ import annotations

from purevirt.drivers.test import errors
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import TestHost
from purevirt.errors import ErrorCode
from purevirt.protocol import remote as p
from purevirt.types import constants as C

_GROUPS = (
    C.VIR_CONNECT_LIST_DOMAINS_ACTIVE | C.VIR_CONNECT_LIST_DOMAINS_INACTIVE,
    C.VIR_CONNECT_LIST_DOMAINS_PERSISTENT | C.VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
    C.VIR_CONNECT_LIST_DOMAINS_RUNNING
    | C.VIR_CONNECT_LIST_DOMAINS_PAUSED
    | C.VIR_CONNECT_LIST_DOMAINS_SHUTOFF
    | C.VIR_CONNECT_LIST_DOMAINS_OTHER,
    C.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE | C.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE,
    C.VIR_CONNECT_LIST_DOMAINS_AUTOSTART | C.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART,
    C.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT | C.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT,
    C.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT | C.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT,
)
LIST_FLAGS = sum(_GROUPS)


def traits(guest: Guest) -> int:
    """The list flags that are true of the guest."""
    state = {
        C.VIR_DOMAIN_RUNNING: C.VIR_CONNECT_LIST_DOMAINS_RUNNING,
        C.VIR_DOMAIN_PAUSED: C.VIR_CONNECT_LIST_DOMAINS_PAUSED,
        C.VIR_DOMAIN_SHUTOFF: C.VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    }.get(guest.state, C.VIR_CONNECT_LIST_DOMAINS_OTHER)
    return (
        state
        | (C.VIR_CONNECT_LIST_DOMAINS_ACTIVE if guest.is_active else C.VIR_CONNECT_LIST_DOMAINS_INACTIVE)
        | (C.VIR_CONNECT_LIST_DOMAINS_PERSISTENT if guest.persistent else C.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
        | (C.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE if guest.managed_save else C.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE)
        | (C.VIR_CONNECT_LIST_DOMAINS_AUTOSTART if guest.autostart else C.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART)
        | (C.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT if guest.snapshots else C.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT)
        | (C.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT if guest.checkpoints else C.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT)
    )


def matches(guest: Guest, flags: int) -> bool:
    """Flags of one group are alternatives, groups restrict each other; a group without flags does not count."""
    have = traits(guest)
    return all(not flags & group or have & flags & group for group in _GROUPS)


class LookupFacet:
    """virDomainLookupBy*, virConnectList*Domains, virConnectNumOf*Domains."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    @staticmethod
    def _found(guest: Guest | None) -> p.NonnullDomain:
        if guest is None:
            raise errors.not_found(ErrorCode.NO_DOMAIN)
        return guest.ref

    async def domain_lookup_by_id(self, id: int) -> p.NonnullDomain:
        return self._found(next((guest for guest in self._host.guests if guest.is_active and guest.id == id), None))

    async def domain_lookup_by_uuid(self, uuid: bytes) -> p.NonnullDomain:
        return self._found(self._host.guests.by_uuid(uuid))

    async def domain_lookup_by_name(self, name: str) -> p.NonnullDomain:
        return self._found(self._host.guests.get(name))

    async def connect_num_of_domains(self) -> int:
        return sum(guest.is_active for guest in self._host.guests)

    async def connect_list_domains(self, maxids: int) -> list[int]:
        return [guest.id for guest in self._host.guests if guest.is_active][:maxids]

    async def connect_num_of_defined_domains(self) -> int:
        return sum(not guest.is_active for guest in self._host.guests)

    async def connect_list_defined_domains(self, maxnames: int) -> list[str]:
        return [guest.name for guest in self._host.guests if not guest.is_active][:maxnames]

    async def connect_list_all_domains(self, need_results: int, flags: int) -> p.ConnectListAllDomainsRet:
        errors.check_flags(flags, LIST_FLAGS, "testConnectListAllDomains")
        refs = [guest.ref for guest in self._host.guests if matches(guest, flags)]
        return p.ConnectListAllDomainsRet(refs if need_results else [], len(refs))

    async def domain_is_active(self, dom: p.NonnullDomain) -> int:
        return int(self._host.guest(dom).is_active)

    async def domain_is_persistent(self, dom: p.NonnullDomain) -> int:
        return int(self._host.guest(dom).persistent)

    async def domain_is_updated(self, dom: p.NonnullDomain) -> int:
        """Nothing updates a make-believe guest, nor is it asked whether the guest is there."""
        return 0
