"""`make run`: a real guest from libvirt XML on QEMU, driven in process: define, start, console banner, state, destroy.

The guest is the machine's own kernel (/boot/vmlinuz-*), whose first words on the serial console are the banner.
"""

from __future__ import annotations

import asyncio
import glob
import os
import shutil
import sys
import tempfile
from pathlib import Path

from purevirt.drivers import registry
from purevirt.host.roots import system_roots

XML = """<domain type='qemu'><name>demo</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{kernel}</kernel><cmdline>console=ttyS0 panic=-1</cmdline></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/><console type='pty'/></devices></domain>"""


async def banner(path: str, timeout_s: float) -> str:
    """Text from the guest's console until it says which kernel it is."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    loop = asyncio.get_running_loop()
    seen = bytearray()
    found: asyncio.Future[None] = loop.create_future()

    def read() -> None:
        seen.extend(os.read(fd, 4096))
        if b"Linux version" in seen and seen.endswith(b"\n") and not found.done():
            found.set_result(None)

    loop.add_reader(fd, read)
    try:
        await asyncio.wait_for(found, timeout_s)
    finally:
        loop.remove_reader(fd)
        os.close(fd)
    text = seen.decode(errors="replace")
    return text[text.index("Linux version") :].splitlines()[0]


async def show(kernel: str, root: Path) -> None:
    host = registry.DriverHost(system_roots(root))
    module = registry.load("qemu")
    assert module is not None
    host.states["qemu"] = await module.start(host)
    driver = await registry.open_driver("qemu:///system", host)
    try:
        dom = await driver.call("domain_define_xml", XML.format(kernel=kernel))
        print(f"defined {dom.name}")
        await driver.call("domain_create", dom)
        print("started; state", await driver.call("domain_get_state", dom, 0))
        xml = await driver.call("domain_get_xml_desc", dom, 0)
        pty = xml.split("<source path='")[1].split("'")[0]
        print(f"console on {pty}: {await banner(pty, 60)}")
        await driver.call("domain_destroy", dom)
        await driver.call("domain_undefine", dom)
        print("destroyed and undefined")
    finally:
        await registry.stop_all(host)


def main() -> int:
    kernels = sorted(glob.glob("/boot/vmlinuz-*"))
    if shutil.which("qemu-system-x86_64") is None or not kernels or os.geteuid() != 0:
        print("make run needs root, qemu-system-x86 and a kernel: apt install qemu-system-x86 linux-image-cloud-amd64")
        return 1
    with tempfile.TemporaryDirectory(prefix="purevirt-demo-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        asyncio.run(show(kernels[-1], root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
