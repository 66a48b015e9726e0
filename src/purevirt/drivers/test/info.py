"""What a guest is and has, in short: state, sizes, label, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.sizes import memory_kib, now_us, vcpus
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost


class InfoFacet:
    """Readers."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_info(self, dom: p.NonnullDomain) -> p.DomainGetInfoRet:
        guest = self._host.guest(dom)
        most, now = memory_kib(guest.document)
        return p.DomainGetInfoRet(guest.state, most, now, vcpus(guest.document)[1], now_us() * 1000)

    async def domain_get_state(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetStateRet:
        errors.check_flags(flags, 0, "testDomainGetState")
        guest = self._host.guest(dom)
        return p.DomainGetStateRet(guest.state, guest.reason)

    async def domain_get_os_type(self, dom: p.NonnullDomain) -> str:
        return "linux"

    async def domain_get_control_info(self, dom: p.NonnullDomain, flags: int) -> p.DomainGetControlInfoRet:
        errors.check_flags(flags, 0, "testDomainGetControlInfo")
        self._host.guest(dom).require_active()
        return p.DomainGetControlInfoRet(C.VIR_DOMAIN_CONTROL_OK, 0, 0)

    async def domain_get_hostname(self, dom: p.NonnullDomain, flags: int) -> str:
        errors.check_flags(flags, 0, "testDomainGetHostname")
        guest = self._host.guest(dom)
        guest.require_active()
        return f"{guest.name}host"

    async def domain_get_security_label(self, dom: p.NonnullDomain) -> p.DomainGetSecurityLabelRet:
        guest = self._host.guest(dom)
        if not guest.is_active:
            return p.DomainGetSecurityLabelRet("", 0)
        return p.DomainGetSecurityLabelRet("libvirt-test", 1)

    async def domain_has_managed_save_image(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainHasManagedSaveImage")
        return int(self._host.guest(dom).managed_save)

    async def domain_get_messages(self, dom: p.NonnullDomain, flags: int) -> list[str]:
        allowed = C.VIR_DOMAIN_MESSAGE_DEPRECATION | C.VIR_DOMAIN_MESSAGE_TAINTING
        errors.check_flags(flags, allowed, "testDomainGetMessages")
        return _messages(self._host.guest(dom), flags or allowed)


def _messages(guest: Guest, flags: int) -> list[str]:
    found = []
    if flags & C.VIR_DOMAIN_MESSAGE_TAINTING:
        found += [f"tainted: {text}" for text in guest.taints]
    if flags & C.VIR_DOMAIN_MESSAGE_DEPRECATION:
        found += [f"deprecated configuration: {text}" for text in guest.deprecations]
    return found
