"""The guest agent: whether it can be asked."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types import constants as C

PORT = "org.qemu.guest_agent.0"


def channel_of(vm: Vm) -> Any:
    """The channel that the running guest's agent listens at; None when it has none."""
    channels: list[Any] = vm.devices().channels
    return next((c for c in channels if c.target is not None and c.target.name == PORT), None)


def unresponsive(detail: str) -> VirtError:
    return VirtError(ErrorCode.AGENT_UNRESPONSIVE, detail, ErrorDomain.QEMU)


def require_agent(vm: Vm) -> Any:
    """The connection to the agent; says why there is none."""
    run = vm.require_active()
    if vm.state != C.VIR_DOMAIN_RUNNING:
        raise errors.invalid("domain is not running")
    if run.agent_error:
        raise unresponsive("QEMU guest agent is not available due to an error")
    if run.agent is None:
        if channel_of(vm) is not None:
            raise unresponsive("QEMU guest agent is not connected")
        raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, "QEMU guest agent is not configured", ErrorDomain.QEMU)
    return run.agent
