"""The driver's events: one small function per kind, each puts the legacy wire struct on the hub."""

from __future__ import annotations

from typing import Any

from purevirt.api.events import Event, EventHub
from purevirt.drivers.qemu.vm import Vm
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import TypedParam


class DomainEvents:
    """What happens to guests, told to whoever asked."""

    def __init__(self, hub: EventHub) -> None:
        self.hub = hub

    def _emit(self, vm: Vm, event_id: int, message: Any) -> None:
        self.hub.emit(Event("domain", event_id, vm.uuid, message))

    def lifecycle(self, vm: Vm, event: int, detail: int, ref: p.NonnullDomain | None = None) -> None:
        """`ref` names a guest as it was, when its id is gone already."""
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, p.DomainEventLifecycleMsg(ref or vm.ref, event, detail))

    def reboot(self, vm: Vm) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_REBOOT, p.DomainEventRebootMsg(vm.ref))

    def rtc_change(self, vm: Vm, offset_s: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_RTC_CHANGE, p.DomainEventRtcChangeMsg(vm.ref, offset_s))

    def watchdog(self, vm: Vm, action: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_WATCHDOG, p.DomainEventWatchdogMsg(vm.ref, action))

    def io_error(self, vm: Vm, path: str, alias: str, action: int, reason: str) -> None:
        """Both forms, with and without the reason."""
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_IO_ERROR, p.DomainEventIoErrorMsg(vm.ref, path, alias, action))
        self._emit(
            vm,
            C.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON,
            p.DomainEventIoErrorReasonMsg(vm.ref, path, alias, action, reason),
        )

    def graphics(self, vm: Vm, message: p.DomainEventGraphicsMsg) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_GRAPHICS, message)

    def control_error(self, vm: Vm) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, p.DomainEventControlErrorMsg(vm.ref))

    def tray_change(self, vm: Vm, alias: str, reason: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, p.DomainEventTrayChangeMsg(vm.ref, alias, reason))

    def disk_change(self, vm: Vm, old: str | None, new: str | None, alias: str, reason: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_DISK_CHANGE, p.DomainEventDiskChangeMsg(vm.ref, old, new, alias, reason))

    def pm_wakeup(self, vm: Vm) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_PMWAKEUP, p.DomainEventPmwakeupMsg(vm.ref))

    def pm_suspend(self, vm: Vm) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_PMSUSPEND, p.DomainEventPmsuspendMsg(vm.ref))

    def pm_suspend_disk(self, vm: Vm) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, p.DomainEventPmsuspendDiskMsg(vm.ref))

    def balloon_change(self, vm: Vm, actual_kib: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, p.DomainEventBalloonChangeMsg(vm.ref, actual_kib))

    def device_removed(self, vm: Vm, alias: str) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, p.DomainEventDeviceRemovedMsg(vm.ref, alias))

    def device_added(self, vm: Vm, alias: str) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, p.DomainEventCallbackDeviceAddedMsg(0, vm.ref, alias))

    def device_removal_failed(self, vm: Vm, alias: str) -> None:
        self._emit(
            vm,
            C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
            p.DomainEventCallbackDeviceRemovalFailedMsg(0, vm.ref, alias),
        )

    def agent_lifecycle(self, vm: Vm, state: int, reason: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, p.DomainEventCallbackAgentLifecycleMsg(0, vm.ref, state, reason))

    def block_threshold(self, vm: Vm, dev: str, path: str | None, threshold: int, excess: int) -> None:
        message = p.DomainEventBlockThresholdMsg(0, vm.ref, dev, path, threshold, excess)
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, message)

    def migration_iteration(self, vm: Vm, iteration: int) -> None:
        self._emit(
            vm,
            C.VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
            p.DomainEventCallbackMigrationIterationMsg(0, vm.ref, iteration),
        )

    def job_completed(self, vm: Vm, params: list[TypedParam]) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, p.DomainEventCallbackJobCompletedMsg(0, vm.ref, params))

    def tunable(self, vm: Vm, params: list[TypedParam]) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_TUNABLE, p.DomainEventCallbackTunableMsg(0, vm.ref, params))

    def metadata_change(self, vm: Vm, kind: int, uri: str | None) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, p.DomainEventCallbackMetadataChangeMsg(0, vm.ref, kind, uri))

    def memory_failure(self, vm: Vm, recipient: int, action: int, flags: int) -> None:
        self._emit(vm, C.VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, p.DomainEventMemoryFailureMsg(0, vm.ref, recipient, action, flags))

    def memory_device_size(self, vm: Vm, alias: str, size_kib: int) -> None:
        self._emit(
            vm,
            C.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE,
            p.DomainEventMemoryDeviceSizeChangeMsg(0, vm.ref, alias, size_kib),
        )
