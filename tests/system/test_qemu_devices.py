"""A guest with a device of nearly every kind, on a real QEMU: what the driver writes is what QEMU takes."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from purevirt.drivers.qemu.firmware import load_descriptors
from purevirt.drivers.qemu.state import QemuState
from purevirt.host import process
from purevirt.host.roots import system_roots
from purevirt.types import constants as C

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("qemu-system-x86_64") is None, reason="needs root and qemu-system-x86_64"
)
DEFINITION = Path(__file__).with_name("devices.xml")


@pytest.fixture
def root(open_root: Path) -> Iterator[Path]:
    (open_root / "share").mkdir()
    for name in "abcd":
        with open(open_root / f"{name}.img", "wb") as file:
            file.truncate(1 << 20)
    yield open_root
    pid = process.pid_from_file(open_root / "run/libvirt/qemu/g.pid")
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)


def test_a_device_of_nearly_every_kind(root: Path) -> None:
    if not load_descriptors():
        pytest.skip("no UEFI firmware (ovmf)")
    asyncio.run(asyncio.wait_for(_life(root), 90))


async def _life(root: Path) -> None:
    state = QemuState(system_roots(root))
    await state.load()
    driver = state.driver_for(None)  # type: ignore[arg-type]
    ref = await driver.call("domain_define_xml_flags", DEFINITION.read_text().replace("ROOT", str(root)), 0)
    ref = await driver.call("domain_create_with_flags", ref, 0)
    vm = state.find(ref)
    assert vm.state == C.VIR_DOMAIN_RUNNING
    await _check_limits(vm)
    live = await driver.call("domain_get_xml_desc", ref, 0)
    nvram = root / "lib/libvirt/qemu/nvram/g_VARS.fd"
    assert f">{nvram}</nvram>" in live
    assert nvram.stat().st_size > 0
    first, second = re.findall(r"<graphics type='\w+' port='(\d+)'", live)
    assert int(first) > 0
    assert first != second
    await driver.call("domain_destroy", ref)
    await driver.call("domain_undefine_flags", ref, C.VIR_DOMAIN_UNDEFINE_NVRAM)
    assert not nvram.exists()
    await state.stop()


async def _check_limits(vm: Any) -> None:
    """Every disk of the four buses has its limits."""
    blocks = await vm.require_monitor().execute("query-block")
    limited = [item["inserted"] for item in blocks if item.get("inserted", {}).get("bps")]
    assert [(i["bps"], i["iops_rd"], i["iops_rd_max"]) for i in limited] == [(1000000, 50, 90)] * 4
