"""What a guest's start and use has to be told of: virDomainGetMessages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import errors
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

TAINTS = {
    "custom-argv": "custom configuration parameters specified",
    "custom-monitor": "custom monitor control commands issued",
    "high-privileges": "running with undesirable elevated privileges",
    "host-cpu": "potentially unsafe use of host CPU passthrough",
    "custom-dtb": "custom device tree blob used",
    "custom-ga-command": "custom guest agent control commands issued",
    "custom-hypervisor-feature": "hypervisor feature autodetection override",
    "custom-device": "custom device configuration",
}
"""Name in the status document → text, in libvirt's order."""


def taints_of(document: Domain, *, privileged: bool) -> set[str]:
    """What the definition itself taints a guest with. `privileged`: its QEMU runs as root."""
    found = set()
    line = document.qemu_commandline
    if line is not None and (line.args or line.envs):
        found.add("custom-argv")
    if document.qemu_capabilities is not None:
        found.add("custom-hypervisor-feature")
    if document.qemu_override is not None:
        found.add("custom-device")
    if document.cpu is not None and document.cpu.mode == "host-passthrough":
        found.add("host-cpu")
    if document.os is not None and document.os.dtb:
        found.add("custom-dtb")
    if privileged:
        found.add("high-privileges")
    return found


class MessageFacet:
    """virDomainGetMessages."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_messages(self, dom: p.NonnullDomain, flags: int) -> list[str]:
        deprecation, tainting = C.VIR_DOMAIN_MESSAGE_DEPRECATION, C.VIR_DOMAIN_MESSAGE_TAINTING
        errors.check_flags(flags, deprecation | tainting, "qemuDomainGetMessages")
        vm = self._state.find(dom)
        if vm.run is None or (flags and not flags & tainting):
            return []
        return [f"tainted: {text}" for name, text in TAINTS.items() if name in vm.run.taints]
