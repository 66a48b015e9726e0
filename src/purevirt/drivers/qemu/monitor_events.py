"""QEMU's events: what each changes in the guest's state, and which of our events follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from logging import getLogger
from typing import TYPE_CHECKING, Any

from purevirt.api.events import Event
from purevirt.drivers.qemu import lifecycle_policy, status, vcpu_hotplug
from purevirt.drivers.qemu.block import images_of
from purevirt.drivers.qemu.labels import source_path
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.monitor.connection import QmpEvent
from purevirt.drivers.qemu.vm import Runtime, Vm
from purevirt.errors import VirtError
from purevirt.protocol import qemu as pq
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

log = getLogger("purevirt.qemu.events")

_RESUMED = {
    C.VIR_DOMAIN_RUNNING_MIGRATED: C.VIR_DOMAIN_EVENT_RESUMED_MIGRATED,
    C.VIR_DOMAIN_RUNNING_RESTORED: C.VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT,
    C.VIR_DOMAIN_RUNNING_FROM_SNAPSHOT: C.VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT,
    C.VIR_DOMAIN_RUNNING_POSTCOPY: C.VIR_DOMAIN_EVENT_RESUMED_POSTCOPY,
}
_SUSPENDED = {
    C.VIR_DOMAIN_PAUSED_MIGRATION: C.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED,
    C.VIR_DOMAIN_PAUSED_FROM_SNAPSHOT: C.VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT,
    C.VIR_DOMAIN_PAUSED_IOERROR: C.VIR_DOMAIN_EVENT_SUSPENDED_IOERROR,
    C.VIR_DOMAIN_PAUSED_WATCHDOG: C.VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG,
    C.VIR_DOMAIN_PAUSED_POSTCOPY: C.VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY,
    C.VIR_DOMAIN_PAUSED_POSTCOPY_FAILED: C.VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED,
}
_WATCHDOG = {
    "none": C.VIR_DOMAIN_EVENT_WATCHDOG_NONE,
    "pause": C.VIR_DOMAIN_EVENT_WATCHDOG_PAUSE,
    "reset": C.VIR_DOMAIN_EVENT_WATCHDOG_RESET,
    "poweroff": C.VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF,
    "shutdown": C.VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN,
    "debug": C.VIR_DOMAIN_EVENT_WATCHDOG_DEBUG,
    "inject-nmi": C.VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI,
}
_IO_ERROR = {
    "ignore": C.VIR_DOMAIN_EVENT_IO_ERROR_NONE,
    "stop": C.VIR_DOMAIN_EVENT_IO_ERROR_PAUSE,
    "report": C.VIR_DOMAIN_EVENT_IO_ERROR_REPORT,
}
_GRAPHICS_FAMILY = {
    "ipv4": C.VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV4,
    "ipv6": C.VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV6,
    "unix": C.VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_UNIX,
}
_GRAPHICS = {
    "VNC_CONNECTED": C.VIR_DOMAIN_EVENT_GRAPHICS_CONNECT,
    "VNC_INITIALIZED": C.VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE,
    "VNC_DISCONNECTED": C.VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT,
    "SPICE_CONNECTED": C.VIR_DOMAIN_EVENT_GRAPHICS_CONNECT,
    "SPICE_INITIALIZED": C.VIR_DOMAIN_EVENT_GRAPHICS_INITIALIZE,
    "SPICE_DISCONNECTED": C.VIR_DOMAIN_EVENT_GRAPHICS_DISCONNECT,
}
_RECIPIENT = {
    "hypervisor": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR,
    "guest": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_GUEST,
}
_FAILURE_ACTION = {
    "ignore": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_IGNORE,
    "inject": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_INJECT,
    "fatal": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_FATAL,
    "reset": C.VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_RESET,
}


class MonitorEvents:
    """Takes the events of one guest. Never waits: what takes time becomes a task of the guest."""

    def __init__(self, state: QemuState, vm: Vm) -> None:
        self._state = state
        self._vm = vm
        self._events = state.events
        handlers: dict[str, Callable[[Runtime, Any], None]] = {
            "RESUME": self._resume,
            "STOP": self._stop,
            "SHUTDOWN": self._shutdown,
            "RESET": self._reset,
            "GUEST_PANICKED": self._panicked,
            "GUEST_CRASHLOADED": lambda run, data: None,
            "RTC_CHANGE": self._rtc_change,
            "WATCHDOG": self._watchdog,
            "BLOCK_IO_ERROR": self._io_error,
            "BLOCK_WRITE_THRESHOLD": self._threshold,
            "BALLOON_CHANGE": self._balloon,
            "DEVICE_DELETED": self._device_deleted,
            "DEVICE_UNPLUG_GUEST_ERROR": self._unplug_error,
            "MEM_UNPLUG_ERROR": self._mem_unplug_error,
            "DEVICE_TRAY_MOVED": self._tray_moved,
            "WAKEUP": self._wakeup,
            "SUSPEND": self._suspend,
            "SUSPEND_DISK": self._suspend_disk,
            "VSERPORT_CHANGE": self._port_change,
            "MIGRATION_PASS": self._migration_pass,
            "MEMORY_FAILURE": self._memory_failure,
            "MEMORY_DEVICE_SIZE_CHANGE": self._memory_size,
        }
        self._handlers = handlers

    def handle(self, event: QmpEvent) -> None:
        """One event; a malformed one is logged and has no effect."""
        self._pass_on(event)
        vm, run = self._vm, self._vm.run
        if run is None or run.quiet:
            return
        for waiter in list(run.waiters):
            if waiter[0] == event.name and waiter[1](event.data):
                run.waiters.remove(waiter)
        try:
            if event.name in _GRAPHICS:
                self._graphics(event.name, event.data)
            elif (handler := self._handlers.get(event.name)) is not None:
                handler(run, event.data)
        except VirtError as error:
            log.warning("%s: bad event %s: %s", vm.name, event.name, error)

    def _pass_on(self, event: QmpEvent) -> None:
        """To those who asked for QEMU's own events."""
        details = json.dumps(event.data, separators=(",", ":")) if event.data else None
        message = pq.DomainMonitorEventMsg(0, self._vm.ref, event.name, event.seconds, event.micros, details)
        self._events.hub.emit(Event("qemu_monitor", -1, self._vm.uuid, message))

    def _save(self) -> None:
        if self._vm.run is not None and not self._vm.run.starting:
            try:
                status.save(self._state.status, self._vm)
            except VirtError as error:
                log.warning("%s: %s", self._vm.name, error)

    # --- running or not ----------------------------------------------------------------------------------------

    def _resume(self, run: Runtime, data: Any) -> None:
        vm = self._vm
        if vm.state not in (C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_CRASHED):
            return
        reason = run.running_reason
        run.running_reason = C.VIR_DOMAIN_RUNNING_UNPAUSED
        vm.set_state(C.VIR_DOMAIN_RUNNING, reason, self._state.clock)
        self._save()
        detail = _RESUMED.get(reason, C.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED)
        self._events.lifecycle(vm, C.VIR_DOMAIN_EVENT_RESUMED, detail)

    def _stop(self, run: Runtime, data: Any) -> None:
        vm = self._vm
        reason = run.paused_reason
        run.paused_reason = C.VIR_DOMAIN_PAUSED_UNKNOWN
        if vm.state != C.VIR_DOMAIN_RUNNING:
            return
        if reason == C.VIR_DOMAIN_PAUSED_UNKNOWN and run.shutdown_seen:
            return
        vm.set_state(C.VIR_DOMAIN_PAUSED, reason, self._state.clock)
        self._save()
        detail = _SUSPENDED.get(reason, C.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED)
        self._events.lifecycle(vm, C.VIR_DOMAIN_EVENT_SUSPENDED, detail)

    def _shutdown(self, run: Runtime, data: Any) -> None:
        vm = self._vm
        if vm.state in (C.VIR_DOMAIN_SHUTDOWN, C.VIR_DOMAIN_SHUTOFF):
            return
        run.shutdown_seen = True
        guest = data.get("guest")
        detail = C.VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED
        if isinstance(guest, bool):
            detail = C.VIR_DOMAIN_EVENT_SHUTDOWN_GUEST if guest else C.VIR_DOMAIN_EVENT_SHUTDOWN_HOST
        vm.set_state(C.VIR_DOMAIN_SHUTDOWN, C.VIR_DOMAIN_SHUTDOWN_UNKNOWN, self._state.clock)
        self._save()
        self._events.lifecycle(vm, C.VIR_DOMAIN_EVENT_SHUTDOWN, detail)
        lifecycle_policy.after_shutdown(self._state, vm, run, self_caused=decode.string_or(data, "reason"))

    def _reset(self, run: Runtime, data: Any) -> None:
        self._events.reboot(self._vm)

    def _panicked(self, run: Runtime, data: Any) -> None:
        lifecycle_policy.panicked(self._state, self._vm, run)

    def _watchdog(self, run: Runtime, data: Any) -> None:
        action = decode.string_or(data, "action")
        self._events.watchdog(self._vm, _WATCHDOG.get(action, C.VIR_DOMAIN_EVENT_WATCHDOG_NONE))
        if action == "pause":
            run.paused_reason = C.VIR_DOMAIN_PAUSED_WATCHDOG
            self._stop(run, {})
        device = self._vm.devices().watchdog
        if action == "pause" and device is not None and device.action == "dump":
            lifecycle_policy.after_watchdog(self._state, self._vm, run)

    # --- power management --------------------------------------------------------------------------------------

    def _wakeup(self, run: Runtime, data: Any) -> None:
        vm = self._vm
        if vm.state == C.VIR_DOMAIN_PMSUSPENDED:
            vm.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_WAKEUP, self._state.clock)
            self._save()
            self._events.lifecycle(vm, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_WAKEUP)
        self._events.pm_wakeup(vm)

    def _suspend(self, run: Runtime, data: Any) -> None:
        vm = self._vm
        if vm.state == C.VIR_DOMAIN_RUNNING:
            vm.set_state(C.VIR_DOMAIN_PMSUSPENDED, C.VIR_DOMAIN_PMSUSPENDED_UNKNOWN, self._state.clock)
            self._save()
            self._events.lifecycle(vm, C.VIR_DOMAIN_EVENT_PMSUSPENDED, C.VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY)
        self._events.pm_suspend(vm)

    def _suspend_disk(self, run: Runtime, data: Any) -> None:
        self._events.lifecycle(self._vm, C.VIR_DOMAIN_EVENT_PMSUSPENDED, C.VIR_DOMAIN_EVENT_PMSUSPENDED_DISK)
        self._events.pm_suspend_disk(self._vm)

    # --- devices -----------------------------------------------------------------------------------------------

    def _rtc_change(self, run: Runtime, data: Any) -> None:
        offset = decode.integer(data, "offset", "RTC_CHANGE")
        clock = self._vm.require_live().clock
        if clock is not None and clock.offset == "variable":
            clock.adjustment = str(offset) if isinstance(clock.adjustment, str) else offset
            self._vm.changed()
            self._save()
        self._events.rtc_change(self._vm, offset)

    def _io_error(self, run: Runtime, data: Any) -> None:
        alias = self._disk_alias(decode.string_or(data, "device"), decode.string_or(data, "node-name"))
        action = decode.string_or(data, "action")
        reason = "enospc" if decode.flag_or(data, "nospace") else ""
        path = self._disk_path(alias)
        if action == "stop":
            run.paused_reason = C.VIR_DOMAIN_PAUSED_IOERROR
            code = C.VIR_DOMAIN_DISK_ERROR_NO_SPACE if reason else C.VIR_DOMAIN_DISK_ERROR_UNSPEC
            run.block_errors[alias] = code
        self._events.io_error(self._vm, path, alias, _IO_ERROR.get(action, C.VIR_DOMAIN_EVENT_IO_ERROR_NONE), reason)

    def _threshold(self, run: Runtime, data: Any) -> None:
        """Told for the layer by its index, and for the top one also by the disk's bare name."""
        node = decode.string_or(data, "node-name")
        threshold = decode.integer_or(data, "write-threshold")
        excess = decode.integer_or(data, "amount-exceeded")
        for disk in self._vm.devices().disks:
            for position, (index, source) in enumerate(images_of(disk)):
                if node in (f"libvirt-{index}-storage", f"libvirt-{index}-format") and disk.target is not None:
                    names = [f"{disk.target.dev}[{index}]", *([disk.target.dev or ""] if position == 0 else [])]
                    for name in reversed(names):
                        self._events.block_threshold(self._vm, name, source_path(source), threshold, excess)

    def _disk_alias(self, device: str, node: str) -> str:
        """The disk's alias from what QEMU calls it: a drive, a QOM path, or one of our block nodes."""
        name = device.rsplit("/peripheral/", 1)[-1].split("/")[0].removeprefix("drive-")
        for disk in self._vm.devices().disks:
            alias = disk.alias.name if disk.alias else None
            index = disk.source.index if disk.source is not None else None
            if alias and (alias == name or (node and index is not None and node == f"libvirt-{index}-format")):
                return alias
        return name

    def _disk_path(self, alias: str) -> str:
        from purevirt.drivers.qemu.labels import source_path

        for disk in self._vm.devices().disks:
            if disk.alias and disk.alias.name == alias:
                return source_path(disk.source) or ""
        return ""

    def _balloon(self, run: Runtime, data: Any) -> None:
        actual_kib = decode.integer(data, "actual", "BALLOON_CHANGE") // 1024
        run.balloon_kib = actual_kib
        current = self._vm.require_live().current_memory
        if current is not None and current.value != actual_kib:
            current.value = actual_kib
            self._vm.changed()
            self._save()
        self._events.balloon_change(self._vm, actual_kib)

    def _device_deleted(self, run: Runtime, data: Any) -> None:
        alias = decode.string_or(data, "device")
        if alias and (vcpu_hotplug.unplugged(self._vm, alias) or self._state.device_removed(self._vm, alias)):
            self._save()
            self._events.device_removed(self._vm, alias)

    def _unplug_error(self, run: Runtime, data: Any) -> None:
        if alias := decode.string_or(data, "device"):
            self._events.device_removal_failed(self._vm, alias)

    def _mem_unplug_error(self, run: Runtime, data: Any) -> None:
        if alias := decode.string_or(data, "device"):
            self._events.device_removal_failed(self._vm, alias)

    def _tray_moved(self, run: Runtime, data: Any) -> None:
        device = decode.string_or(data, "id") or decode.string_or(data, "device")
        alias = self._disk_alias(device, "")
        is_open = decode.flag_or(data, "tray-open")
        for disk in self._vm.devices().disks:
            if disk.alias and disk.alias.name == alias and disk.target is not None:
                disk.target.tray = "open" if is_open else "closed"
                self._vm.changed()
                self._save()
        (run.trays_open.add if is_open else run.trays_open.discard)(alias)
        reason = C.VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN if is_open else C.VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE
        self._events.tray_change(self._vm, alias, reason)

    def _port_change(self, run: Runtime, data: Any) -> None:
        name, is_open = decode.string_or(data, "id"), decode.flag_or(data, "open")
        channels: list[Any] = self._vm.devices().channels
        for channel in channels:
            if channel.alias and channel.alias.name == name and channel.target is not None:
                channel.target.state = "connected" if is_open else "disconnected"
                self._vm.changed()
                self._save()
                if channel.target.name == "org.qemu.guest_agent.0":
                    self._state.agent_port(self._vm, is_open)
                    self._events.agent_lifecycle(
                        self._vm,
                        C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED
                        if is_open
                        else C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED,
                        C.VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL,
                    )

    def _migration_pass(self, run: Runtime, data: Any) -> None:
        self._events.migration_iteration(self._vm, decode.integer(data, "pass", "MIGRATION_PASS"))

    def _memory_failure(self, run: Runtime, data: Any) -> None:
        flags = decode.child(data, "flags")
        value = 0
        if decode.flag_or(flags, "action-required"):
            value |= C.VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED
        if decode.flag_or(flags, "recursive"):
            value |= C.VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE
        recipient = _RECIPIENT.get(decode.string_or(data, "recipient"))
        action = _FAILURE_ACTION.get(decode.string_or(data, "action"))
        if recipient is not None and action is not None:
            self._events.memory_failure(self._vm, recipient, action, value)

    def _memory_size(self, run: Runtime, data: Any) -> None:
        alias, size = decode.string_or(data, "id"), decode.integer(data, "size", "MEMORY_DEVICE_SIZE_CHANGE")
        for device in self._vm.devices().memories:
            if device.alias and device.alias.name == alias and device.target is not None:
                device.target.current = size // 1024
                self._vm.changed()
                self._save()
        self._events.memory_device_size(self._vm, alias, size)

    def _graphics(self, name: str, data: Any) -> None:
        server, client = decode.child(data, "server"), decode.child(data, "client")
        identities = [
            p.DomainEventGraphicsIdentity(kind, str(client[key]))
            for key, kind in (("x509_dname", "x509dname"), ("sasl_username", "saslUsername"))
            if isinstance(client.get(key), str)
        ]
        self._events.graphics(
            self._vm,
            p.DomainEventGraphicsMsg(
                self._vm.ref,
                _GRAPHICS[name],
                _address(server),
                _address(client),
                decode.string_or(server, "auth"),
                identities,
            ),
        )


def _address(end: Any) -> p.DomainEventGraphicsAddress:
    host = decode.string_or(end, "host")
    family = _GRAPHICS_FAMILY.get(decode.string_or(end, "family"), C.VIR_DOMAIN_EVENT_GRAPHICS_ADDRESS_IPV4)
    service = decode.string_or(end, "service") or decode.string_or(end, "port")
    return p.DomainEventGraphicsAddress(family, host, service)
