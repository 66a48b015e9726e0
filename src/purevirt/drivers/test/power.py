"""Guests that are put to sleep, and wake up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_SUSPENDS = (C.VIR_NODE_SUSPEND_TARGET_MEM, C.VIR_NODE_SUSPEND_TARGET_DISK, C.VIR_NODE_SUSPEND_TARGET_HYBRID)


class PowerFacet:
    """virDomainPMSuspendForDuration, virDomainPMWakeup, virNodeSuspendForDuration."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_pm_suspend_for_duration(self, dom: p.NonnullDomain, target: int, duration: int, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainPMSuspendForDuration")
        if duration:
            text = "Duration not supported. Use 0 for now"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, errors.FROM)
        if target not in _SUSPENDS:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"unknown suspend target: {target}", errors.FROM)
        guest = self._host.guest(dom)
        guest.require_active()
        if guest.state != C.VIR_DOMAIN_RUNNING:
            raise errors.invalid("domain is not running")
        if target == C.VIR_NODE_SUSPEND_TARGET_DISK:
            message = p.DomainEventPmsuspendDiskMsg(guest.ref)
            self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, message)
            self._host.stop(guest, C.VIR_DOMAIN_SHUTOFF_SHUTDOWN)
            self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, C.VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN)
            self._host.settle(guest)
            return
        guest.set_state(C.VIR_DOMAIN_PMSUSPENDED, C.VIR_DOMAIN_PMSUSPENDED_UNKNOWN)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_PMSUSPENDED, C.VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY)
        self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_PMSUSPEND, p.DomainEventPmsuspendMsg(guest.ref))

    async def domain_pm_wakeup(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainPMWakeup")
        guest = self._host.guest(dom)
        if guest.state != C.VIR_DOMAIN_PMSUSPENDED:
            raise errors.invalid("Unable to wake up domain: domain is not suspended")
        guest.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_WAKEUP)
        self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_PMWAKEUP, p.DomainEventPmwakeupMsg(guest.ref))
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_WAKEUP)
