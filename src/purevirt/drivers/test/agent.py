"""What a guest agent would do inside the guest: keys of its users, its own view of its processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.sizes import vcpus
from purevirt.model.domain.cpuset import CPUSET, format_bitmap
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

_USER = "root"
"""Who is known in every guest."""


class AgentFacet:
    """virDomainAgentSetResponseTimeout, virDomainAuthorizedSSHKeysGet and -Set, virDomainGetGuestVcpus and -Set."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _running(self, dom: p.NonnullDomain) -> Guest:
        guest = self._host.guest(dom)
        guest.require_active()
        return guest

    async def domain_agent_set_response_timeout(self, dom: p.NonnullDomain, timeout: int, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainAgentSetResponseTimeout")
        self._running(dom)
        if timeout < C.VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK:
            least = C.VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK
            raise errors.bad_argument(f"guest agent timeout '{timeout}' is less than the minimum '{least}'")
        return 0

    # --- keys --------------------------------------------------------------------------------------------------

    def _keys(self, dom: p.NonnullDomain, user: str) -> list[str]:
        guest = self._running(dom)
        if user != _USER:
            raise errors.failed(f"no user '{user}' in the guest")
        return guest.ssh_keys

    async def domain_authorized_ssh_keys_get(self, dom: p.NonnullDomain, user: str, flags: int) -> list[str]:
        errors.check_flags(flags, 0, "testDomainAuthorizedSSHKeysGet")
        return list(self._keys(dom, user))

    async def domain_authorized_ssh_keys_set(self, dom: p.NonnullDomain, user: str, keys: list[str], flags: int) -> None:
        append, remove = C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND, C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE
        errors.check_flags(flags, append | remove, "testDomainAuthorizedSSHKeysSet")
        kept = self._keys(dom, user)
        if flags & remove:
            kept[:] = [key for key in kept if key not in keys]
            return
        before = list(kept) if flags & append else []
        kept[:] = dict.fromkeys([*before, *keys])

    # --- processors --------------------------------------------------------------------------------------------

    async def domain_get_guest_vcpus(self, dom: p.NonnullDomain, flags: int) -> list[TypedParam]:
        errors.check_flags(flags, 0, "testDomainGetGuestVcpus")
        guest = self._running(dom)
        there = frozenset(range(vcpus(guest.document)[1]))
        out = ParamList().string("vcpus", format_bitmap(there))
        out.string("online", format_bitmap(there - guest.offline_cpus))
        return list(out.string("offlinable", format_bitmap(there - {0})))

    async def domain_set_guest_vcpus(self, dom: p.NonnullDomain, cpumap: str, state: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainSetGuestVcpus")
        if state not in (0, 1):
            raise errors.bad_argument("unsupported state value")
        guest = self._running(dom)
        try:
            wanted = CPUSET.parse(cpumap)
        except ValueError:
            raise errors.bad_argument(f"failed to parse bitmap '{cpumap}'") from None
        missing = wanted - frozenset(range(vcpus(guest.document)[1]))
        if missing:
            raise errors.bad_argument("guest is missing vCPUs '" + format_bitmap(missing) + "'")
        if not state and 0 in wanted:
            raise errors.bad_argument("vCPU '0' can't be offlined")
        guest.offline_cpus = guest.offline_cpus - wanted if state else guest.offline_cpus | wanted
