"""event: domain events, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.eventloop import Listener
from purevirt.cli.virsh.names import shown, word
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client.records import Event

Words = Callable[..., str]
"""What stands behind "event 'NAME' for domain 'X'", from the event's arguments."""

_DETAILS = {
    c.VIR_DOMAIN_EVENT_DEFINED: names.DOMAIN_EVENT_DEFINED,
    c.VIR_DOMAIN_EVENT_UNDEFINED: names.DOMAIN_EVENT_UNDEFINED,
    c.VIR_DOMAIN_EVENT_STARTED: names.DOMAIN_EVENT_STARTED,
    c.VIR_DOMAIN_EVENT_SUSPENDED: names.DOMAIN_EVENT_SUSPENDED,
    c.VIR_DOMAIN_EVENT_RESUMED: names.DOMAIN_EVENT_RESUMED,
    c.VIR_DOMAIN_EVENT_STOPPED: names.DOMAIN_EVENT_STOPPED,
    c.VIR_DOMAIN_EVENT_SHUTDOWN: names.DOMAIN_EVENT_SHUTDOWN,
    c.VIR_DOMAIN_EVENT_PMSUSPENDED: names.DOMAIN_EVENT_PMSUSPENDED,
    c.VIR_DOMAIN_EVENT_CRASHED: names.DOMAIN_EVENT_CRASHED,
}


def _nothing(*_: object) -> str:
    return ""


def _one(value: object) -> str:
    return f": {value}"


def _lifecycle(event: int, detail: int) -> str:
    return f": {word(names.DOMAIN_EVENT, event)} {word(_DETAILS.get(event, ()), detail)}"


def _watchdog(action: int) -> str:
    return f": {word(names.DOMAIN_EVENT_WATCHDOG, action)}"


def _io_error(source: str, alias: str, action: int) -> str:
    return f": {source} ({alias}) {word(names.DOMAIN_EVENT_IO_ERROR, action)}"


def _io_error_reason(source: str, alias: str, action: int, reason: str) -> str:
    return f": {source} ({alias}) {word(names.DOMAIN_EVENT_IO_ERROR, action)} due to {reason}"


def _graphics(phase: int, local: Any, remote: Any, scheme: str, subject: Any) -> str:
    def end(a: Any) -> str:
        return f"[{word(names.GRAPHICS_ADDRESS, a.family)} {a.node} {a.service}]"

    lines = "".join(f"\n\t{kind}={name}" for kind, name in subject or ())
    return f": {word(names.GRAPHICS_PHASE, phase)} local{end(local)} remote{end(remote)} {scheme}{lines}"


def _block_job(path: str, kind: int, status: int) -> str:
    job = word(names.DOMAIN_BLOCK_JOB, kind, "Unknown job")
    return f": {job} for {path} {word(names.DOMAIN_BLOCK_JOB_STATUS, status)}"


def _disk_change(old: str | None, new: str | None, alias: str, reason: int) -> str:
    return f" disk {alias}: {old or ''} -> {new or ''}: {word(names.DOMAIN_EVENT_DISK_CHANGE, reason)}"


def _tray_change(alias: str, reason: int) -> str:
    return f" disk {alias}: {word(names.DOMAIN_EVENT_TRAY_CHANGE, reason)}"


def _balloon(actual: int) -> str:
    return f": {actual}KiB"


def _params(params: Mapping[str, object]) -> str:
    return ":" + "".join(f"\n\t{name}: {shown(value)}" for name, value in params.items())


def _agent(state: int, reason: int) -> str:
    state_word = word(names.EVENT_AGENT_LIFECYCLE_STATE, state)
    return f": state: '{state_word}' reason: '{word(names.EVENT_AGENT_LIFECYCLE_REASON, reason)}'"


def _iteration(number: int) -> str:
    return f": iteration: '{number}'"


def _metadata(kind: int, uri: Any) -> str:
    text = uri[0] if isinstance(uri, (list, tuple)) and uri else uri
    return f": type {word(names.EVENT_METADATA_CHANGE_TYPE, kind)}, uri {'<null>' if text is None else text}"


def _threshold(device: str, path: str | None, threshold: int, excess: int) -> str:
    return f": dev: {device}({path or ''}) {threshold} {excess}"


def _memory_failure(recipient: int, action: int, flags: int) -> str:
    required = int(bool(flags & c.VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED))
    recursive = int(bool(flags & c.VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE))
    return (
        f":\nrecipient: {word(names.EVENT_MEMORY_FAILURE_RECIPIENT_TYPE, recipient)}"
        f"\naction: {word(names.EVENT_MEMORY_FAILURE_ACTION_TYPE, action)}"
        f"\n\taction required: {required}\n\trecursive: {recursive}"
    )


def _memory_device(alias: str, size: int) -> str:
    return f":\nalias: {alias}\nsize: {size}"


EVENTS: tuple[tuple[str, Words], ...] = (
    ("lifecycle", _lifecycle),
    ("reboot", _nothing),
    ("rtc-change", _one),
    ("watchdog", _watchdog),
    ("io-error", _io_error),
    ("graphics", _graphics),
    ("io-error-reason", _io_error_reason),
    ("control-error", _nothing),
    ("block-job", _block_job),
    ("disk-change", _disk_change),
    ("tray-change", _tray_change),
    ("pm-wakeup", _nothing),
    ("pm-suspend", _nothing),
    ("balloon-change", _balloon),
    ("pm-suspend-disk", _nothing),
    ("device-removed", _one),
    ("block-job-2", _block_job),
    ("tunable", _params),
    ("agent-lifecycle", _agent),
    ("device-added", _one),
    ("migration-iteration", _iteration),
    ("job-completed", _params),
    ("device-removal-failed", _one),
    ("metadata-change", _metadata),
    ("block-threshold", _threshold),
    ("memory-failure", _memory_failure),
    ("memory-device-size-change", _memory_device),
)
"""By VIR_DOMAIN_EVENT_ID_*."""


def cmd_event(sh: Shell, a: Args) -> bool:
    all_names = [name for name, _ in EVENTS]
    if a.flag("list"):
        sh.write("".join(f"{name}\n" for name in all_names))
        return True
    wanted = a.text("event")
    if wanted is not None:
        if wanted not in all_names:
            raise Failed(f"unknown event type {wanted}")
        numbers = [all_names.index(wanted)]
    elif a.flag("all"):
        numbers = list(range(len(EVENTS)))
    else:
        raise Failed("one of --list, --all, or --event <type> is required")
    listener = Listener(sh, a)
    dom = lookup.domain(sh, a) if a.given("domain") else None
    for number in numbers:
        name, words = EVENTS[number]

        def show(event: Event, name: str = name, words: Words = words) -> None:
            listener.show(f"event '{name}' for domain '{event.object.get_name()}'{words(*event.args)}\n")

        registered = sh.conn.domain_event_register_any(dom, number, show)
        listener.registered(registered, sh.conn.domain_event_deregister_any)
    return listener.run()
