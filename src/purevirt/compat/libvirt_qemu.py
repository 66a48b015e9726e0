"""The module `libvirt_qemu` of libvirt-python 9.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.compat import libvirt
from purevirt.compat.eventloop import called
from purevirt.compat.handle import make
from purevirt.compat.raising import failing
from purevirt.types.constants import (
    VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE,
    VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT,
    VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN,
    VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT,
    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP,
)

__all__ = [
    "VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE",
    "VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_MIN",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT",
    "VIR_DOMAIN_QEMU_AGENT_COMMAND_SHUTDOWN",
    "VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT",
    "VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP",
    "libvirt",
    "qemuAgentCommand",
    "qemuAttach",
    "qemuMonitorCommand",
    "qemuMonitorCommandWithFiles",
    "qemuMonitorEventDeregister",
    "qemuMonitorEventRegister",
]


def qemuMonitorCommand(domain: Any, cmd: str, flags: int) -> Any:
    """The monitor's answer as text."""
    with failing("virDomainQemuMonitorCommand"):
        return domain._o.qemu_monitor_command(cmd, flags)


def qemuMonitorCommandWithFiles(domain: Any, cmd: str, files: list[Any] = [], flags: int = 0) -> Any:  # noqa: B006
    """As above with descriptors (numbers, or what has fileno()) on the way in and files on the way out."""
    import os

    numbers = [f if isinstance(f, int) else f.fileno() for f in files]
    with failing("virDomainQemuMonitorCommandWithFiles"):
        text, fds = domain._o.qemu_monitor_command_with_files(cmd, numbers, flags)
    return text, [os.fdopen(fd) for fd in fds]


def qemuAgentCommand(domain: Any, cmd: str, timeout: int, flags: int) -> Any:
    """The guest agent's answer as text."""
    with failing("virDomainQemuAgentCommand"):
        return domain._o.qemu_agent_command(cmd, timeout, flags)


def qemuAttach(conn: Any, pid_value: int, flags: int) -> Any:
    """A guest from a QEMU that runs already."""
    with failing("virDomainQemuAttach"):
        return make("virDomain", conn, conn._o.domain_qemu_attach(pid_value, flags))


def qemuMonitorEventRegister(
    conn: Any, dom: Any, event: str | None, cb: Callable[..., None], opaque: Any, flags: int = 0
) -> int:
    """cb(conn, dom, event, seconds, micros, details, opaque) for raw monitor events."""
    data = {"cb": cb, "conn": conn, "opaque": opaque}

    def deliver(got: Any) -> None:
        if got.scope != "gap":
            called(_dispatchQemuMonitorEventCallback, conn, got.object, *got.args, data)

    with failing("virConnectDomainQemuMonitorEventRegister"):
        conn._pump.need_timer("domain")
        twin = None if dom is None else dom._o
        number: int = conn._o.domain_qemu_monitor_event_register(twin, event, deliver, flags)
        conn._pump.added()
    return number


def qemuMonitorEventDeregister(conn: Any, callbackID: int) -> None:
    with failing("virConnectDomainQemuMonitorEventDeregister"):
        conn._o.domain_qemu_monitor_event_deregister(callbackID)
        conn._pump.removed()


def _dispatchQemuMonitorEventCallback(
    conn: Any, dom: Any, event: str, seconds: int, micros: int, details: str | None, cbData: dict[str, Any]
) -> int:
    cbData["cb"](conn, make("virDomain", conn, dom), event, seconds, micros, details, cbData["opaque"])
    return 0
