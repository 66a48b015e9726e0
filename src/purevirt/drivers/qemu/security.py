"""Security labels that a running guest has: none of a first model, and the user its QEMU runs as (dac)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu.vm import Vm
from purevirt.host.process import owner
from purevirt.protocol import remote as p

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


def _dac_label(vm: Vm) -> str:
    """`+UID:+GID` of the guest's process, empty when it has none."""
    process = vm.run.process if vm.run is not None else None
    found = owner(process.pid) if process is not None else None
    return f"+{found[0]}:+{found[1]}" if found is not None else ""


class SecurityFacet:
    """virDomainGetSecurityLabel, virDomainGetSecurityLabelList."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_security_label(self, dom: p.NonnullDomain) -> p.DomainGetSecurityLabelRet:
        """Of the first model, which is "none": an empty one."""
        self._state.find(dom)
        return p.DomainGetSecurityLabelRet("", 0)

    async def domain_get_security_label_list(self, dom: p.NonnullDomain) -> p.DomainGetSecurityLabelListRet:
        vm = self._state.find(dom)
        if not vm.is_active:
            return p.DomainGetSecurityLabelListRet([], 0)
        labels = [p.DomainGetSecurityLabelRet("", 0), p.DomainGetSecurityLabelRet(_dac_label(vm), 0)]
        return p.DomainGetSecurityLabelListRet(labels, len(labels))
