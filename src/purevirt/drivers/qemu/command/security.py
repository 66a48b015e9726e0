"""Confidential guests: the object that the machine refers to."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props

OBJECT = "lsec0"


def add_launch_security(command: Command, domain: Any, context: CommandContext) -> None:
    """sev-guest or s390-pv-guest."""
    security = domain.launch_security
    if security is None:
        return
    if security.type == "s390-pv":
        command.object({"qom-type": "s390-pv-guest", "id": OBJECT})
        return
    sev = context.caps.sev
    value: Props = {"qom-type": "sev-guest", "id": OBJECT}
    value["cbitpos"] = security.cbitpos if security.cbitpos is not None or sev is None else sev.cbitpos
    bits = security.reduced_phys_bits
    value["reduced-phys-bits"] = bits if bits is not None or sev is None else sev.reduced_phys_bits
    value["policy"] = security.policy
    if security.dh_cert:
        value["dh-cert-file"] = f"{context.lib_dir}/dh_cert.base64"
    if security.session:
        value["session-file"] = f"{context.lib_dir}/session.base64"
    if security.kernel_hashes is not None:
        value["kernel-hashes"] = security.kernel_hashes
    command.object(value)
