"""Domain events of every kind, made from words: what rules of a host's description can let happen.

A word that a rule does not give is 0, "" or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

Ref = p.NonnullDomain


class Words:
    """The words of a rule, read as the kind wants them. ValueError for a number that is none."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def number(self, name: str) -> int:
        return int(self._given.get(name, "0"), 0)

    def text(self, name: str) -> str:
        return self._given.get(name, "")

    def maybe(self, name: str) -> str | None:
        return self._given.get(name)

    def params(self) -> list[Any]:
        """Everything that is no number is a string parameter, numbers are unsigned long long ones."""
        out = ParamList()
        for name, value in self._given.items():
            if value.isdecimal():
                out.ullong(name, int(value))
            else:
                out.string(name, value)
        return list(out)


def _graphics(ref: Ref, w: Words) -> Any:
    ends = [
        p.DomainEventGraphicsAddress(w.number(f"{end}-family"), w.text(f"{end}-node"), w.text(f"{end}-service"))
        for end in ("local", "remote")
    ]
    subject = [p.DomainEventGraphicsIdentity("user", w.text("user"))] if w.text("user") else []
    return p.DomainEventGraphicsMsg(ref, w.number("phase"), ends[0], ends[1], w.text("auth"), subject)


KINDS: dict[str, tuple[int, Callable[[Ref, Words], Any]]] = {
    "lifecycle": (
        C.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        lambda r, w: p.DomainEventLifecycleMsg(r, w.number("event"), w.number("detail")),
    ),
    "reboot": (C.VIR_DOMAIN_EVENT_ID_REBOOT, lambda r, w: p.DomainEventRebootMsg(r)),
    "rtc-change": (C.VIR_DOMAIN_EVENT_ID_RTC_CHANGE, lambda r, w: p.DomainEventRtcChangeMsg(r, w.number("offset"))),
    "watchdog": (C.VIR_DOMAIN_EVENT_ID_WATCHDOG, lambda r, w: p.DomainEventWatchdogMsg(r, w.number("action"))),
    "io-error": (
        C.VIR_DOMAIN_EVENT_ID_IO_ERROR,
        lambda r, w: p.DomainEventIoErrorMsg(r, w.text("path"), w.text("alias"), w.number("action")),
    ),
    "graphics": (C.VIR_DOMAIN_EVENT_ID_GRAPHICS, _graphics),
    "io-error-reason": (
        C.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON,
        lambda r, w: p.DomainEventIoErrorReasonMsg(
            r, w.text("path"), w.text("alias"), w.number("action"), w.text("reason")
        ),
    ),
    "control-error": (C.VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, lambda r, w: p.DomainEventControlErrorMsg(r)),
    "block-job": (
        C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB,
        lambda r, w: p.DomainEventBlockJobMsg(r, w.text("path"), w.number("type"), w.number("status")),
    ),
    "disk-change": (
        C.VIR_DOMAIN_EVENT_ID_DISK_CHANGE,
        lambda r, w: p.DomainEventDiskChangeMsg(r, w.maybe("old"), w.maybe("new"), w.text("alias"), w.number("reason")),
    ),
    "tray-change": (
        C.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE,
        lambda r, w: p.DomainEventTrayChangeMsg(r, w.text("alias"), w.number("reason")),
    ),
    "pm-wakeup": (C.VIR_DOMAIN_EVENT_ID_PMWAKEUP, lambda r, w: p.DomainEventPmwakeupMsg(r)),
    "pm-suspend": (C.VIR_DOMAIN_EVENT_ID_PMSUSPEND, lambda r, w: p.DomainEventPmsuspendMsg(r)),
    "balloon-change": (
        C.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE,
        lambda r, w: p.DomainEventBalloonChangeMsg(r, w.number("actual")),
    ),
    "pm-suspend-disk": (C.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, lambda r, w: p.DomainEventPmsuspendDiskMsg(r)),
    "device-removed": (
        C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
        lambda r, w: p.DomainEventDeviceRemovedMsg(r, w.text("alias")),
    ),
    "block-job-2": (
        C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2,
        lambda r, w: p.DomainEventBlockJob2Msg(0, r, w.text("dst"), w.number("type"), w.number("status")),
    ),
    "tunable": (
        C.VIR_DOMAIN_EVENT_ID_TUNABLE,
        lambda r, w: p.DomainEventCallbackTunableMsg(0, r, w.params()),
    ),
    "agent-lifecycle": (
        C.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
        lambda r, w: p.DomainEventCallbackAgentLifecycleMsg(0, r, w.number("state"), w.number("reason")),
    ),
    "device-added": (
        C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
        lambda r, w: p.DomainEventCallbackDeviceAddedMsg(0, r, w.text("alias")),
    ),
    "migration-iteration": (
        C.VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
        lambda r, w: p.DomainEventCallbackMigrationIterationMsg(0, r, w.number("iteration")),
    ),
    "job-completed": (
        C.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED,
        lambda r, w: p.DomainEventCallbackJobCompletedMsg(0, r, w.params()),
    ),
    "device-removal-failed": (
        C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
        lambda r, w: p.DomainEventCallbackDeviceRemovalFailedMsg(0, r, w.text("alias")),
    ),
    "metadata-change": (
        C.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
        lambda r, w: p.DomainEventCallbackMetadataChangeMsg(0, r, w.number("type"), w.maybe("uri")),
    ),
    "block-threshold": (
        C.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD,
        lambda r, w: p.DomainEventBlockThresholdMsg(
            0, r, w.text("dev"), w.maybe("path"), w.number("threshold"), w.number("excess")
        ),
    ),
    "memory-failure": (
        C.VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE,
        lambda r, w: p.DomainEventMemoryFailureMsg(0, r, w.number("recipient"), w.number("action"), w.number("flags")),
    ),
    "memory-device-size-change": (
        C.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE,
        lambda r, w: p.DomainEventMemoryDeviceSizeChangeMsg(0, r, w.text("alias"), w.number("size")),
    ),
}
"""By the names that `virsh event` uses: the number, and what makes the message."""
