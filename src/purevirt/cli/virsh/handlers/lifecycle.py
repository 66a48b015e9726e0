"""Starting, stopping and otherwise moving a domain through its life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import INT_MAX, signed
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import affect, collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain

_START = {
    "paused": c.VIR_DOMAIN_START_PAUSED,
    "autodestroy": c.VIR_DOMAIN_START_AUTODESTROY,
    "bypass-cache": c.VIR_DOMAIN_START_BYPASS_CACHE,
    "force-boot": c.VIR_DOMAIN_START_FORCE_BOOT,
    "validate": c.VIR_DOMAIN_START_VALIDATE,
    "reset-nvram": c.VIR_DOMAIN_START_RESET_NVRAM,
}
_MODES = {
    "shutdown": {
        "acpi": c.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
        "agent": c.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT,
        "initctl": c.VIR_DOMAIN_SHUTDOWN_INITCTL,
        "signal": c.VIR_DOMAIN_SHUTDOWN_SIGNAL,
        "paravirt": c.VIR_DOMAIN_SHUTDOWN_PARAVIRT,
    },
    "reboot": {
        "acpi": c.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN,
        "agent": c.VIR_DOMAIN_REBOOT_GUEST_AGENT,
        "initctl": c.VIR_DOMAIN_REBOOT_INITCTL,
        "signal": c.VIR_DOMAIN_REBOOT_SIGNAL,
        "paravirt": c.VIR_DOMAIN_REBOOT_PARAVIRT,
    },
}
_NO_SUCH_FLAG = (ErrorCode.NO_SUPPORT, ErrorCode.INVALID_ARG)


def passed_descriptors(a: Args) -> list[int]:
    """The descriptor numbers of --pass-fds. Raises Failed."""
    text = a.text("pass-fds")
    if text is None:
        return []
    fds = []
    for part in text.split(","):
        number = signed(part, 32)
        if number is None:
            raise Failed(f"Unable to parse FD number '{part}'")
        fds.append(number)
    return fds


def _console_after(sh: Shell, a: Args, dom: Domain) -> bool:
    if not a.flag("console"):
        return True
    from purevirt.cli.virsh.handlers.screens import run_console

    return run_console(sh, dom, None, 0)


def cmd_start(sh: Shell, a: Args) -> bool:
    dom = lookup.domain(sh, a, by="uuid name")
    if dom.get_id() != -1:
        raise Failed("Domain is already active")
    fds = passed_descriptors(a)
    flags = collect(a, _START)
    with complaining(f"Failed to start domain '{dom.get_name()}'"):
        _start(dom, flags, fds)
    sh.extra(f"Domain '{dom.get_name()}' started\n")
    return _console_after(sh, a, dom)


def _start(dom: Domain, flags: int, fds: list[int]) -> None:
    """Start; a forced boot on a host that does not know the flag drops the managed save image first."""
    try:
        if fds:
            dom.create_with_files(fds, flags)
        elif flags:
            dom.create_with_flags(flags)
        else:
            dom.create()
        return
    except VirtError as error:
        if not flags & c.VIR_DOMAIN_START_FORCE_BOOT or error.code not in _NO_SUCH_FLAG:
            raise
    if dom.has_managed_save_image():
        dom.managed_save_remove()
    dom.create_with_flags(flags & ~c.VIR_DOMAIN_START_FORCE_BOOT)


def cmd_create(sh: Shell, a: Args) -> bool:
    path = a.need("file")
    xml = read_text(path)
    fds = passed_descriptors(a)
    flags = collect(a, _START)
    with complaining(f"Failed to create domain from {path}"):
        dom = sh.conn.domain_create_xml_with_files(xml, fds, flags) if fds else sh.conn.domain_create_xml(xml, flags)
    sh.extra(f"Domain '{dom.get_name()}' created from {path}\n")
    return _console_after(sh, a, dom)


def cmd_destroy(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to destroy domain '{a.raw('domain')}'"):
        if a.flag("graceful"):
            dom.destroy_flags(c.VIR_DOMAIN_DESTROY_GRACEFUL)
        else:
            dom.destroy()
    sh.extra(f"Domain '{a.raw('domain')}' destroyed\n")


def cmd_suspend(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to suspend domain '{a.raw('domain')}'"):
        dom.suspend()
    sh.extra(f"Domain '{a.raw('domain')}' suspended\n")


def cmd_resume(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to resume domain '{a.raw('domain')}'"):
        dom.resume()
    sh.extra(f"Domain '{a.raw('domain')}' resumed\n")


def cmd_reset(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to reset domain '{a.raw('domain')}'"):
        dom.reset()
    sh.extra(f"Domain '{a.raw('domain')}' was reset\n")


def _modes(a: Args, command: str, last_joint: str) -> int:
    text = a.text("mode")
    flags = 0
    for mode in text.split(",") if text else []:
        bit = _MODES[command].get(mode)
        if bit is None:
            raise Failed(
                f"Unknown mode {mode} value, expecting 'acpi', 'agent', 'initctl', 'signal'{last_joint} 'paravirt'"
            )
        flags |= bit
    return flags


def cmd_shutdown(sh: Shell, a: Args) -> None:
    flags = _modes(a, "shutdown", ", or")
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to shutdown domain '{dom.get_name()}'"):
        if flags:
            dom.shutdown_flags(flags)
        else:
            dom.shutdown()
    sh.extra(f"Domain '{dom.get_name()}' is being shutdown\n")


def cmd_reboot(sh: Shell, a: Args) -> None:
    flags = _modes(a, "reboot", " or")
    dom = lookup.domain(sh, a)
    with complaining(f"Failed to reboot domain '{dom.get_name()}'"):
        dom.reboot(flags)
    sh.extra(f"Domain '{dom.get_name()}' is being rebooted\n")


def cmd_inject_nmi(sh: Shell, a: Args) -> None:
    lookup.domain(sh, a).inject_nmi()


def cmd_dompmsuspend(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    duration = a.unsigned("duration", 64) or 0
    target = names.index(names.NODE_SUSPEND_TARGET, a.need("target"))
    if target is None:
        raise Failed("Invalid target")
    with complaining(f"Domain '{dom.get_name()}' could not be suspended"):
        dom.pm_suspend_for_duration(target, duration)
    sh.extra(f"Domain '{dom.get_name()}' successfully suspended")


def cmd_dompmwakeup(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining(f"Domain '{dom.get_name()}' could not be woken up"):
        dom.pm_wakeup()
    sh.extra(f"Domain '{dom.get_name()}' successfully woken up")


def cmd_set_lifecycle_action(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    kind = names.index(names.DOMAIN_LIFECYCLE, a.need("type"))
    if kind is None:
        raise Failed(f"Invalid lifecycle type '{a.raw('type')}'.")
    action = names.index(names.DOMAIN_LIFECYCLE_ACTION, a.need("action"))
    if action is None:
        raise Failed(f"Invalid lifecycle action '{a.raw('action')}'.")
    with complaining("Unable to change lifecycle action."):
        dom.set_lifecycle_action(kind, action, flags)


def cmd_dom_fd_associate(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {
            "seclabel-writable": c.VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_WRITABLE,
            "seclabel-restore": c.VIR_DOMAIN_FD_ASSOCIATE_SECLABEL_RESTORE,
        },
    )
    dom = lookup.domain(sh, a)
    name = a.need("name")
    fds = passed_descriptors(a)
    dom.fd_associate(name, fds, flags)


def signal_number(text: str) -> int | None:
    """A signal by number or name, with or without "sig" or "sig_" before it."""
    number = signed(text, 32)
    if number is not None:
        return number if 0 <= number <= INT_MAX else None
    low = text.lower()
    return names.index(
        names.DOMAIN_PROCESS_SIGNAL, low.removeprefix("sig_") if low[:4] == "sig_" else low.removeprefix("sig")
    )


def cmd_send_process_signal(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    pid = a.integer("pid", 64)
    assert pid is not None
    name = a.need("signame")
    number = signal_number(name)
    if number is None:
        raise Failed(f"malformed signal name: {name}")
    dom.send_process_signal(pid, number)


def cmd_lxc_enter_namespace(sh: Shell, a: Args) -> bool:
    """Run a program inside a container's namespaces, by nsenter and the descriptors that the driver hands out."""
    import os

    from purevirt.host.foreground import run_in_foreground

    dom = lookup.domain(sh, a)
    command = a.words("cmd")
    fds = dom.lxc_open_namespace()
    kinds = ("--ipc", "--mount", "--net", "--pid", "--user", "--uts", "--cgroup")
    options = []
    for fd in fds:
        os.set_inheritable(fd, True)
        link = os.readlink(f"/proc/self/fd/{fd}")
        kind = "--" + link.partition(":")[0].replace("mnt", "mount")
        if kind in kinds:
            options.append(f"{kind}=/proc/self/fd/{fd}")
    sh.out.flush()
    return run_in_foreground(["nsenter", *options, "--", *command], keep=fds) == 0


def cmd_undefine(sh: Shell, a: Args) -> None:
    from purevirt.cli.virsh.undefine import undefine

    undefine(sh, a)
