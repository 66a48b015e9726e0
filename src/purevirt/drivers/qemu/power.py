"""Sleep, waking up, and what shall follow when a guest powers off, reboots or crashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import AgentJob, Job
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.affect import AFFECT, redefine, save_live, targets
from purevirt.drivers.qemu.agent import require_agent
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_LIFECYCLES = ("on_poweroff", "on_reboot", "on_crash")
_ACTIONS = ("destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart")
_SLEEPS = {
    C.VIR_NODE_SUSPEND_TARGET_MEM: ("guest-suspend-ram", "S3"),
    C.VIR_NODE_SUSPEND_TARGET_DISK: ("guest-suspend-disk", "S4"),
    C.VIR_NODE_SUSPEND_TARGET_HYBRID: ("guest-suspend-hybrid", "S3"),
}


def _check_action(kind: int, action: int) -> None:
    if not 0 <= kind < len(_LIFECYCLES):
        raise VirtError(ErrorCode.INVALID_ARG, f"invalid lifecycle type '{kind}'", ErrorDomain.DOMAIN)
    if not 0 <= action < len(_ACTIONS):
        raise VirtError(ErrorCode.INVALID_ARG, f"invalid lifecycle action '{action}'", ErrorDomain.DOMAIN)
    event, word = _LIFECYCLES[kind][3:], _ACTIONS[action]
    if word.startswith("coredump-") and event != "crash":
        text = f"Lifecycle event '{event}' doesn't support '{word}' action"
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.DOMAIN)


class PowerFacet:
    """virDomainPMSuspendForDuration, virDomainPMWakeup, virDomainSetLifecycleAction."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_pm_suspend_for_duration(self, dom: p.NonnullDomain, target: int, duration: int, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainPMSuspendForDuration")
        if duration:
            text = "Duration not supported. Use 0 for now"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)
        if target not in _SLEEPS:
            raise errors.bad_argument(f"Unknown suspend target: {target}")
        command, level = _SLEEPS[target]
        vm = self._state.find(dom)
        self._check_sleep(vm, level)
        async with vm.jobs.agent_job(AgentJob.MODIFY):
            await require_agent(vm).suspend(command)

    @staticmethod
    def _check_sleep(vm: Vm, level: str) -> None:
        vm.require_active()
        pm = vm.require_live().pm
        choice = (pm.suspend_to_mem if level == "S3" else pm.suspend_to_disk) if pm is not None else None
        if choice is not None and choice.enabled is False:
            raise errors.not_supported(f"{level} state is disabled for this domain")

    async def domain_pm_wakeup(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "qemuDomainPMWakeup")
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            await vm.require_monitor().execute("system_wakeup")
            vm.require_active()

    async def domain_set_lifecycle_action(self, dom: p.NonnullDomain, type: int, action: int, flags: int) -> None:
        errors.check_flags(flags, AFFECT, "qemuDomainSetLifecycleAction")
        _check_action(type, action)
        name, word = _LIFECYCLES[type], _ACTIONS[action]
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if live:
                if name == "on_reboot":
                    await self._set_reboot(vm, word)
                setattr(vm.require_live(), name, word)
                save_live(self._state, vm)
            if config:
                document = vm.require_config().document().copy()
                setattr(document, name, word)
                redefine(self._state, vm, document)

    @staticmethod
    async def _set_reboot(vm: Vm, word: str) -> None:
        """QEMU itself resets on a reboot, or ends as if the guest had powered off."""
        run = vm.require_active()
        if not run.caps.has("set-action"):
            raise errors.not_supported("change of 'on_reboot' lifecycle action is not supported by this QEMU")
        reset = word in ("restart", "rename-restart")
        await vm.require_monitor().execute("set-action", {"reboot": "reset" if reset else "shutdown"})
        vm.require_active()
