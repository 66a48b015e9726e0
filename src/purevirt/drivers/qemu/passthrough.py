"""Straight to the guest's monitor: raw commands, keys, NMI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.monitor.connection import QmpFailure
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


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
                return str(await monitor.execute("human-monitor-command", {"command-line": cmd}))
            try:
                command = json.loads(cmd)
                name, arguments = command["execute"], command.get("arguments")
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise errors.internal(f"cannot parse json {cmd[:80]}: {error}") from error
            tag = {"id": command["id"]} if "id" in command else {}
            try:
                return json.dumps({"return": await monitor.execute(name, arguments), **tag}, separators=(",", ":"))
            except QmpFailure as error:
                reply = {**tag, "error": {"class": error.qmp_class, "desc": error.text}}
                return json.dumps(reply, separators=(",", ":"))

    async def domain_inject_nmi(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainInjectNMI")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            await vm.require_monitor().execute("inject-nmi")
            vm.require_active()
