"""The QEMU driver: `start` once per daemon, `connect` per connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.api.context import CallContext, current
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.api.driver import Driver
    from purevirt.drivers.registry import DriverHost, DriverState


async def start(host: DriverHost) -> DriverState:
    """Load definitions, take running guests back, start those that shall run."""
    from purevirt.drivers.qemu.state import QemuState

    state = QemuState(host.roots)
    await state.load()
    if host.autostart and state.first_since_boot():
        state.tasks.spawn(state.autostart_all(), "autostart")
    return state


async def connect(uri: str, state: DriverState | None) -> Driver:
    """One connection to qemu:///system or qemu:///session."""
    if state is None:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "qemu state driver is not active", ErrorDomain.QEMU)
    path = uri.partition(":")[2].lstrip("/").partition("?")[0]
    privileged = current.get(CallContext()).privileged
    if path not in (("system", "session", "embed") if privileged else ("session", "embed")):
        raise VirtError(
            ErrorCode.INTERNAL_ERROR,
            f"unexpected QEMU URI path '/{path}', try qemu:///{'system' if privileged else 'session'}",
            ErrorDomain.QEMU,
        )
    return state.driver_for(current.get(CallContext()))
