"""The status document of a running guest, in libvirt's layout: what a restarted daemon needs to find it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from purevirt.core.state import StateDirectory
from purevirt.drivers.qemu.capability_flags import in_order
from purevirt.drivers.qemu.documents import format_status
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.core.jobs import AsyncJob

HEADER = """<!--
WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
  virsh edit {name}
or other application using the libvirt API.
-->

"""

STATES = {
    C.VIR_DOMAIN_NOSTATE: "no state",
    C.VIR_DOMAIN_RUNNING: "running",
    C.VIR_DOMAIN_BLOCKED: "idle",
    C.VIR_DOMAIN_PAUSED: "paused",
    C.VIR_DOMAIN_SHUTDOWN: "in shutdown",
    C.VIR_DOMAIN_SHUTOFF: "shut off",
    C.VIR_DOMAIN_CRASHED: "crashed",
    C.VIR_DOMAIN_PMSUSPENDED: "pmsuspended",
}
_WORDS = {
    C.VIR_DOMAIN_RUNNING: (
        "unknown booted migrated restored from-snapshot unpaused migration-canceled save-canceled wakeup crashed postcopy"
    ),
    C.VIR_DOMAIN_PAUSED: (
        "unknown user migration save dump ioerror watchdog from-snapshot shutdown snapshot panicked starting-up postcopy"
        " postcopy-failed"
    ),
    C.VIR_DOMAIN_SHUTDOWN: "unknown user",
    C.VIR_DOMAIN_SHUTOFF: "unknown shutdown destroyed crashed migrated saved failed from-snapshot daemon",
    C.VIR_DOMAIN_CRASHED: "unknown panicked",
    C.VIR_DOMAIN_PMSUSPENDED: "unknown",
    C.VIR_DOMAIN_BLOCKED: "unknown",
    C.VIR_DOMAIN_NOSTATE: "unknown",
}
REASONS = {state: words.split() for state, words in _WORDS.items()}
_ASYNC_NAMES = {
    "MIGRATION_OUT": "migration out",
    "MIGRATION_IN": "migration in",
    "SAVE": "save",
    "DUMP": "dump",
    "SNAPSHOT": "snapshot",
    "START": "start",
    "BACKUP": "backup",
}


def _job(kind: AsyncJob | None) -> list[str]:
    if kind is None:
        return []
    return [f"  <job type='none' async='{_ASYNC_NAMES[kind.name]}' phase='none' flags='0x0'/>"]


_STATUS = -1
"""Key of the text in `Vm.live_text`: no VIR_DOMAIN_XML_* flags are negative."""


def _indented(text: str) -> str:
    return "\n".join("  " + line if line else line for line in text.rstrip("\n").split("\n"))


@lru_cache(maxsize=16)
def _flags(names: frozenset[str]) -> str:
    """QEMU's capabilities: hundreds, the same for every guest of a binary, and written at each change of state."""
    lines = [f"    <flag name='{name}'/>" for name in in_order(names)]
    return "\n".join(["  <qemuCaps>", *lines, "  </qemuCaps>"])


def format_document(vm: Vm) -> str:
    """The whole document of an active guest."""
    run = vm.require_active()
    pid = f" pid='{run.process.pid}'" if run.process else " pid='0'"
    out = [f"<domstatus state='{STATES[vm.state]}' reason='{REASONS[vm.state][vm.reason]}'{pid}>"]
    out += [f"  <taint flag='{name}'/>" for name in sorted(run.taints)]
    out.append(f"  <monitor path='{run.own_dir}/monitor.sock' type='unix'/>")
    if run.vcpu_threads:
        out.append("  <vcpus>")
        out += [f"    <vcpu id='{number}' pid='{tid}'/>" for number, tid in sorted(run.vcpu_threads.items())]
        out.append("  </vcpus>")
    out.append(_flags(frozenset(run.caps.flags)))
    out += _job(vm.jobs.long.kind if vm.jobs.long is not None else None)  # type: ignore[arg-type]
    if run.fake_reboot:
        out.append("  <fakereboot/>")
    out += [
        f"  <libDir path='{run.own_dir}'/>",
        f"  <channelTargetDir path='{run.channel_dir}'/>",
        *([_indented(run.asked_cpu.to_xml())] if run.asked_cpu is not None else ()),
        "  <rememberOwner/>",
        "  <agentTimeout>-2</agentTimeout>",
    ]
    out.append(vm.live_text(_STATUS, lambda: _indented(format_status(vm.require_live()))))
    out.append("</domstatus>")
    return "\n".join(out) + "\n"


def save(store: StateDirectory, vm: Vm) -> None:
    """Put the state on disk before its effect is visible. VirtError when that is impossible."""
    try:
        store.save(vm.name, HEADER.format(name=vm.name.replace("--", "- -")) + format_document(vm))
    except OSError as error:
        raise VirtError(
            ErrorCode.SYSTEM_ERROR,
            f"Failed to create file '{store.path(vm.name)}': {error.strerror}",
            ErrorDomain.QEMU,
            int1=error.errno or 0,
        ) from error


@dataclass(slots=True)
class SavedStatus:
    """A status document as found at start."""

    state: int
    reason: int
    pid: int
    monitor: Path
    own_dir: Path
    channel_dir: Path
    domain_xml: str
    flags: list[str] = field(default_factory=list)
    vcpu_threads: dict[int, int] = field(default_factory=dict)
    taints: list[str] = field(default_factory=list)
    async_job: str | None = None
    fake_reboot: bool = False
    asked_cpu: str | None = None


def parse_document(text: str) -> SavedStatus:
    """Read a status document, ours or libvirt's. VirtError when it is not one."""
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "surrogateescape"))
        domain = root.find("domain")
        monitor = root.find("monitor")
        if root.tag != "domstatus" or domain is None or monitor is None:
            raise ValueError("not a status document")
        state = next(number for number, word in STATES.items() if word == root.get("state"))
        reason = REASONS[state].index(root.get("reason", "unknown"))
        start = text.index("<domain ", text.index("<domstatus") + 10)
        end = text.rindex("</domain>") + len("</domain>")
        job = root.find("job")
        return SavedStatus(
            state=state,
            reason=reason,
            pid=int(root.get("pid", "0")),
            monitor=Path(monitor.get("path", "")),
            own_dir=Path(_path(root, "libDir")),
            channel_dir=Path(_path(root, "channelTargetDir")),
            domain_xml=text[start:end],
            flags=[node.get("name", "") for node in root.iterfind("qemuCaps/flag")],
            vcpu_threads={int(n.get("id", "0")): int(n.get("pid", "0")) for n in root.iterfind("vcpus/vcpu")},
            taints=[node.get("flag", "") for node in root.iterfind("taint")],
            async_job=job.get("async") if job is not None else None,
            fake_reboot=root.find("fakereboot") is not None,
            asked_cpu=ElementTree.tostring(asked, "unicode") if (asked := root.find("cpu")) is not None else None,
        )
    except (ElementTree.ParseError, ValueError, StopIteration) as error:
        raise VirtError(ErrorCode.XML_ERROR, f"unusable domain status: {error}", ErrorDomain.QEMU) from error


def _path(root: ElementTree.Element, tag: str) -> str:
    node = root.find(tag)
    return node.get("path", "") if node is not None else ""
