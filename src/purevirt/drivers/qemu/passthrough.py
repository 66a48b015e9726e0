"""Straight to the guest's monitor: raw commands, keys, NMI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.monitor.connection import QmpFailure
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.monitor.connection import Monitor
    from purevirt.drivers.qemu.state import QemuState


LONG_S = 3600.0
"""Nobody knows how long a command takes that a client made up."""


class PassthroughFacet:
    """virDomainQemuMonitorCommand, virDomainInjectNMI."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def qemu_domain_monitor_command(self, dom: p.NonnullDomain, cmd: str, flags: int) -> str:
        """The reply as QEMU gave it; an error of QEMU's is a reply too. HMP is wrapped for it."""
        errors.check_flags(flags, C.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP, "qemuDomainQemuMonitorCommandWithFiles")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.QUERY):
            run, monitor = vm.require_active(), vm.require_monitor()
            run.taints.add("custom-monitor")
            if flags & C.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP:
                return str(await monitor.execute("human-monitor-command", {"command-line": cmd}, deadline_s=LONG_S))
            return await self._raw(monitor, cmd)

    @staticmethod
    async def _raw(monitor: Monitor, cmd: str) -> str:
        """QEMU's reply as JSON, with the id that the daemon gave the command, where libvirt has it too."""
        try:
            command = json.loads(cmd)
        except (ValueError, RecursionError) as error:
            text = f"cannot parse json {cmd[:80]}: {error}"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.NONE) from error
        if not isinstance(command, dict):
            return _refusal("QMP input must be a JSON object")
        if "execute" not in command:
            return _refusal("QMP input lacks member 'execute'")
        name, arguments = command["execute"], command.get("arguments")
        tag = f"libvirt-{monitor.commands + 1}"
        try:
            value = await monitor.execute(name, arguments, deadline_s=LONG_S)
        except QmpFailure as error:
            reply = {"id": tag, "error": {"class": error.qmp_class, "desc": error.text}}
            return json.dumps(reply, separators=(",", ":"), ensure_ascii=False)
        return json.dumps({"return": value, "id": tag}, separators=(",", ":"), ensure_ascii=False)

    async def domain_inject_nmi(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainInjectNMI")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            await vm.require_monitor().execute("inject-nmi")
            vm.require_active()


def _refusal(text: str) -> str:
    return json.dumps({"error": {"class": "GenericError", "desc": text}}, separators=(",", ":"))
