"""A guest from XML on a real QEMU, in process, by the driver's own command builder."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from purevirt.drivers.qemu.state import QemuState
from purevirt.host import process
from purevirt.host.roots import system_roots
from purevirt.types import constants as C

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("qemu-system-x86_64") is None, reason="needs root and qemu-system-x86_64"
)
XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<cpu mode='host-model'><feature policy='disable' name='la57'/></cpu>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>EXTRA<serial type='pty'/><console type='pty'/></devices></domain>"""
CHANNEL = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"


@pytest.mark.parametrize("extra", ["", CHANNEL], ids=["plain", "automatic-channel"])
def test_real_command(open_root: Path, extra: str) -> None:
    try:
        asyncio.run(asyncio.wait_for(_life(open_root, XML.replace("EXTRA", extra)), 60))
    finally:
        pid = process.pid_from_file(open_root / "run/libvirt/qemu/g.pid")
        if pid is not None:
            os.kill(pid, 9)


async def _life(root: Path, xml: str) -> None:
    state = QemuState(system_roots(root))
    await state.load()
    driver = state.driver_for(None)  # type: ignore[arg-type]
    ref = await driver.call("domain_define_xml_flags", xml, 0)
    ref = await driver.call("domain_create_with_flags", ref, 0)
    vm = state.find(ref)
    assert vm.state == C.VIR_DOMAIN_RUNNING
    live = await driver.call("domain_get_xml_desc", ref, 0)
    tty = re.search(r"<console type='pty' tty='(/dev/pts/\d+)'>", live)
    assert tty is not None
    assert live.count(f"<source path='{tty[1]}'/>") == 2
    await driver.call("domain_suspend", ref)
    assert vm.state == C.VIR_DOMAIN_PAUSED
    await driver.call("domain_resume", ref)
    assert vm.state == C.VIR_DOMAIN_RUNNING
    await driver.call("domain_destroy", ref)
    assert vm.state == C.VIR_DOMAIN_SHUTOFF
    await driver.call("domain_undefine", ref)
    await state.stop()
