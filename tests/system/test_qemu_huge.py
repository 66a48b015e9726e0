"""A document that takes long to read: others are served meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

import purevirt.aio
from purevirt.errors import VirtError
from system.test_clients import uri
from system.test_daemon_basic import root

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]
HUGE = (
    "<domain type='qemu'><name>x</name><memory>65536</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>"
    + "<devices>" + "<interface type='user'/>" * 12_000 + "</devices></domain>"
)


def test_others_are_answered_while_a_document_is_read(root: Path) -> None:
    async def work() -> int:
        async with purevirt.aio.open(uri(root), deadline=60) as one, purevirt.aio.open(uri(root), deadline=60) as other:
            await one.get_version()  # the emulator is known from here on
            defining = asyncio.ensure_future(one.domain_define_xml(HUGE))
            answers = 0
            while not defining.done():
                await other.get_lib_version()
                answers += 1
            with pytest.raises(VirtError, match="PCI slot is needed"):
                await defining
            return answers

    assert asyncio.run(asyncio.wait_for(work(), 120)) > 10
