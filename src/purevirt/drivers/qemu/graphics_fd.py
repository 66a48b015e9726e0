"""A client's own connection to a guest's display, as a descriptor instead of a port."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from purevirt.api.context import current
from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.vm import Vm
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


class GraphicsFdFacet:
    """virDomainOpenGraphicsFD."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_open_graphics_fd(self, dom: p.NonnullDomain, idx: int, flags: int) -> None:
        """The reply carries one end of a socket pair; QEMU has the other as a new client of the display."""
        errors.check_flags(flags, C.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH, "qemuDomainOpenGraphicsFD")
        vm = self._state.find(dom)
        protocol = _protocol_of(vm, idx)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            async with vm.jobs.job(Job.MODIFY):
                monitor = vm.require_monitor()
                skip = bool(flags & C.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH)
                await monitor.execute("getfd", {"fdname": "graphicsfd"}, fds=[theirs.fileno()])
                await monitor.execute("add_client", {"protocol": protocol, "fdname": "graphicsfd", "skipauth": skip})
                vm.require_active()
            current.get().reply_fds.append(os.dup(ours.fileno()))
        finally:
            ours.close()
            theirs.close()


def _protocol_of(vm: Vm, idx: int) -> str:
    """"vnc" or "spice": what QEMU calls the display's protocol."""
    vm.require_active()
    graphics = vm.devices().graphics
    if not 0 <= idx < len(graphics):
        raise errors.internal(f"No graphics backend with index {idx}")
    if graphics[idx].type not in ("vnc", "spice"):
        raise errors.internal(f"Can only open VNC or SPICE graphics backends, not {graphics[idx].type}")
    return str(graphics[idx].type)
