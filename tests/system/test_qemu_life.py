"""A real QEMU under the driver: the life of a guest, its events, its end, and a restart of the driver in between.

The command line is the test's own (state.build_command is injected): what is under test is the run time.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from purevirt.api.events import Event
from purevirt.drivers.qemu.state import QemuState
from purevirt.errors import VirtError
from purevirt.host import process
from purevirt.host.roots import system_roots
from purevirt.types import constants as C

QEMU = "/usr/bin/qemu-system-x86_64"
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("qemu-system-x86_64") is None, reason="needs root and qemu-system-x86_64"
)
XML = f"""<domain type='qemu'><name>life</name><uuid>12345678-1234-1234-1234-123456789abc</uuid>
<memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>{QEMU}</emulator><memballoon model='none'/></devices></domain>"""


@dataclass
class Command:
    argv: list[str]
    env: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/bin:/bin"})


def build(document: Any, caps: Any, context: Any) -> Command:
    fd = context.monitor_fd
    return Command(
        [
            *(QEMU, "-name", "guest=life", "-uuid", document.uuid, "-S", "-no-shutdown", "-nodefaults", "-display", "none"),
            *("-M", "pc,accel=tcg", "-m", "32", "-chardev", f"socket,id=m,fd={fd},server=on,wait=off"),
            *("-mon", "chardev=m,mode=control"),
        ]
    )


async def fresh(root: Path) -> tuple[QemuState, list[tuple[int, int]]]:
    state = QemuState(system_roots(root))
    state.build_command = build
    seen: list[tuple[int, int]] = []

    def note(event: Event) -> None:
        seen.append((event.message.event, event.message.detail))

    state.hub.subscribe("domain", note, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE)
    await state.load()
    return state, seen


def test_life_of_a_guest(open_root: Path) -> None:
    try:
        asyncio.run(asyncio.wait_for(_life(open_root), 60))
    finally:
        pid = process.pid_from_file(open_root / "run/libvirt/qemu/life.pid")
        if pid is not None:
            os.kill(pid, 9)


async def _life(root: Path) -> None:
    state, seen = await fresh(root)
    driver = state.driver_for(None)  # type: ignore[arg-type]
    ref = await driver.call("domain_define_xml_flags", XML, 0)
    assert (root / "etc/libvirt/qemu/life.xml").exists()
    ref = await driver.call("domain_create_with_flags", ref, 0)
    vm = state.find(ref)
    assert (vm.state, vm.reason) == (C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_BOOTED)
    with pytest.raises(VirtError, match="already running"):
        await driver.call("domain_create", ref)
    await driver.call("domain_suspend", ref)
    assert vm.state == C.VIR_DOMAIN_PAUSED
    await driver.call("domain_resume", ref)
    assert seen == [
        (C.VIR_DOMAIN_EVENT_DEFINED, C.VIR_DOMAIN_EVENT_DEFINED_ADDED),
        (C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED),
        (C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_BOOTED),
        (C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED),
        (C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED),
    ]
    assert vm.run is not None
    assert vm.run.process is not None
    pid = vm.run.process.pid
    await state.stop()

    state, seen = await fresh(root)  # as a restarted daemon: the guest is found again, unharmed
    driver = state.driver_for(None)  # type: ignore[arg-type]
    ref = await driver.call("domain_lookup_by_name", "life")
    vm = state.find(ref)
    async with vm.jobs.job():
        pass
    assert vm.run is not None
    assert vm.run.process is not None
    assert vm.run.process.pid == pid
    assert vm.state == C.VIR_DOMAIN_RUNNING
    await driver.call("domain_destroy", ref)
    assert seen == [
        (C.VIR_DOMAIN_EVENT_SHUTDOWN, C.VIR_DOMAIN_EVENT_SHUTDOWN_HOST),
        (C.VIR_DOMAIN_EVENT_STOPPED, C.VIR_DOMAIN_EVENT_STOPPED_DESTROYED),
    ]
    assert not (root / "run/libvirt/qemu/life.xml").exists()
    await driver.call("domain_undefine", ref)
    assert len(state.vms) == 0
    await state.stop()
