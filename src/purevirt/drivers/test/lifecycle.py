"""Life: create, suspend, resume, shutdown, reboot, reset, destroy. All of it happens at once."""

from __future__ import annotations

from purevirt.drivers.test import errors
from purevirt.drivers.test.define import admit
from purevirt.drivers.test.documents import parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import TestHost
from purevirt.protocol import remote as p
from purevirt.types import constants as C


class LifecycleFacet:
    """The operations that make a guest run or not."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    # --- start -------------------------------------------------------------------------------------------------

    async def domain_create(self, dom: p.NonnullDomain) -> None:
        await self.domain_create_with_flags(dom, 0)

    async def domain_create_with_flags(self, dom: p.NonnullDomain, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, 0, "testDomainCreateWithFlags")
        guest = self._host.guest(dom)
        if guest.state != C.VIR_DOMAIN_SHUTOFF:
            raise errors.internal(f"Domain '{guest.name}' is already running")
        self._host.start(guest)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_BOOTED)
        guest.managed_save = False
        return guest.ref

    async def domain_create_with_files(self, dom: p.NonnullDomain, flags: int) -> p.NonnullDomain:
        """Descriptors for the guest's init are closed by the transport: there is no init."""
        return await self.domain_create_with_flags(dom, flags)

    async def domain_create_xml_with_files(self, xml_desc: str, flags: int) -> p.NonnullDomain:
        return await self.domain_create_xml(xml_desc, flags)

    async def domain_create_xml(self, xml_desc: str, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, C.VIR_DOMAIN_START_VALIDATE, "testDomainCreateXML")
        document = parse_domain(xml_desc, validate=bool(flags & C.VIR_DOMAIN_START_VALIDATE))
        guest = admit(self._host, document, live=True)
        if guest is None:
            guest = Guest(document, persistent=False)
            self._host.guests.add(guest)
        else:
            guest.next, guest.document = guest.document, document
        self._host.start(guest)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_BOOTED)
        return guest.ref

    # --- while it runs -----------------------------------------------------------------------------------------

    async def domain_suspend(self, dom: p.NonnullDomain) -> None:
        guest = self._host.guest(dom)
        if guest.state != C.VIR_DOMAIN_RUNNING:
            raise errors.internal(f"domain '{guest.name}' not running")
        guest.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_USER)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)

    async def domain_resume(self, dom: p.NonnullDomain) -> None:
        guest = self._host.guest(dom)
        if guest.state != C.VIR_DOMAIN_PAUSED:
            raise errors.internal(f"domain '{guest.name}' not paused")
        guest.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_UNPAUSED)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED)

    async def domain_reset(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainReset")
        self._host.guest(dom).require_active()

    async def domain_reboot(self, dom: p.NonnullDomain, flags: int) -> None:
        allowed = (
            C.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN
            | C.VIR_DOMAIN_REBOOT_GUEST_AGENT
            | C.VIR_DOMAIN_REBOOT_INITCTL
            | C.VIR_DOMAIN_REBOOT_SIGNAL
            | C.VIR_DOMAIN_REBOOT_PARAVIRT
        )
        errors.check_flags(flags, allowed, "testDomainReboot")
        guest = self._host.guest(dom)
        guest.require_active()
        if guest.document.on_reboot in ("restart", "rename-restart"):
            guest.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_BOOTED)
        else:
            self._end(guest, C.VIR_DOMAIN_SHUTOFF_SHUTDOWN, C.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)

    # --- the end -----------------------------------------------------------------------------------------------

    async def domain_shutdown(self, dom: p.NonnullDomain) -> None:
        await self.domain_shutdown_flags(dom, 0)

    async def domain_shutdown_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainShutdownFlags")
        guest = self._host.guest(dom)
        if guest.state == C.VIR_DOMAIN_SHUTOFF:
            raise errors.internal(f"domain '{guest.name}' not running")
        self._end(guest, C.VIR_DOMAIN_SHUTOFF_SHUTDOWN, C.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)

    async def domain_destroy(self, dom: p.NonnullDomain) -> None:
        await self.domain_destroy_flags(dom, 0)

    async def domain_destroy_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DOMAIN_DESTROY_GRACEFUL, "testDomainDestroyFlags")
        guest = self._host.guest(dom)
        guest.require_active()
        self._end(guest, C.VIR_DOMAIN_SHUTOFF_DESTROYED, C.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)

    def _end(self, guest: Guest, reason: int, detail: int) -> None:
        self._host.stop(guest, reason)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, detail)
        self._host.settle(guest)
