"""TPM devices: `-tpmdev` and the device. The emulator's process is started by the caller, who knows its socket."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.model.domain.addresses_devices import devices_of

CANCEL_PATH = "/dev/null"


def add_tpms(command: Command, domain: Any, context: CommandContext) -> None:
    """Every TPM."""
    for tpm in devices_of(domain, "tpms"):
        if tpm.model == "spapr-tpm-proxy":
            path = tpm.backend.device.path
            device: Props = {"driver": "spapr-tpm-proxy", "id": alias_of(tpm), "host-path": path}
        else:
            _add_backend(command, tpm, context)
            model = tpm.model
            if model == "tpm-tis" and mt.is_arm(mt.of(domain)[0]):
                model = "tpm-tis-device"
            device = {"driver": model, "tpmdev": f"tpm-{alias_of(tpm)}", "id": alias_of(tpm)}
        add_address(device, domain, tpm)
        command.device(device, tpm)


def _add_backend(command: Command, tpm: Any, context: CommandContext) -> None:
    name, backend = alias_of(tpm), tpm.backend
    if backend.type == "passthrough":
        path = backend.device.path
        fds = context.resources.tpm_fds(path)
        cancel = CANCEL_PATH
        if fds is not None:
            path = command.add_fdset([(fds[0], f"{name}-tpm")])
            cancel = command.add_fdset([(fds[1], f"{name}-cancel")])
        where = f"path={escape_comma(path)},cancel-path={escape_comma(cancel)}"
        command.add("-tpmdev", f"passthrough,id=tpm-{name},{where}")
        return
    path = backend.source.path if backend.type == "external" else context.resources.tpm_socket(tpm)
    command.add("-chardev", f"socket,id=chrtpm,path={escape_comma(path)}")
    command.add("-tpmdev", f"emulator,id=tpm-{name},chardev=chrtpm")
