"""The daemon's end and its guests: SIGTERM leaves them running, --timeout stays for them, a new daemon has them again."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.testing.boot_image import write_boot_image
from purevirt.types import constants as c
from system.served import served

pytestmark = pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64")
XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='{image}'/><target dev='hda' bus='ide'/></disk></devices></domain>"""


@pytest.fixture
def root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="purevirt-guests-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        write_boot_image(path / "boot.img")
        yield path


def test_guests_outlive_the_daemon(root: Path) -> None:
    with served(root) as daemon:
        with purevirt.open(daemon.uri, deadline=30) as conn:
            guest = conn.domain_define_xml(XML.format(image=root / "boot.img"))
            guest.create()
        pid = int(next((root / "run").rglob("g.pid")).read_text())
        watch = os.pidfd_open(pid)
        assert daemon.stop() == 0
    assert not select.select([watch], [], [], 0)[0], "the guest ended with the daemon"
    with served(root, "--timeout", "1") as daemon:
        with pytest.raises(subprocess.TimeoutExpired):
            daemon.process.wait(2.5)  # nobody is connected, but a guest runs
        with purevirt.open(daemon.uri, deadline=30) as conn:
            guest = conn.domain_lookup_by_name("g")
            assert guest.get_state().state == c.VIR_DOMAIN_RUNNING
            guest.destroy()
        assert select.select([watch], [], [], 10)[0], "the guest was not destroyed"
        os.close(watch)
        assert daemon.process.wait(10) == 0
