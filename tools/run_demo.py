"""`make run`: a real guest's life, through our daemon, our client and our virsh.

The guest is a Linux kernel of this machine with a busybox shell where both are there, else our own boot image. Works as
root (system daemon, guests unprivileged) or not (session daemon), in a directory of its own that is removed at the end.
"""

from __future__ import annotations

import contextlib
import glob
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import purevirt
from purevirt.host import kvm
from purevirt.model._engine import ParseContext
from purevirt.model.domain.document import Domain
from purevirt.testing.boot_image import write_boot_image
from purevirt.testing.initrd import busybox_initrd

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
EMULATOR = "qemu-system-x86_64"


def install_qemu() -> bool:
    """QEMU from the distribution, where we may install it; otherwise say what to do."""
    if shutil.which(EMULATOR):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        packages = ["qemu-system-x86", "busybox-static", "linux-image-cloud-amd64"]
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=False)
    if shutil.which(EMULATOR):
        return True
    print("QEMU is missing: install qemu-system-x86 (Debian, Ubuntu) or qemu-system-x86-core (Fedora)")
    return False


def document(root: Path) -> tuple[Domain, bytes, bytes | None]:
    """The guest, what its console shows when it is up, and what typed there ends it (None: the power button)."""
    kernels = [k for k in sorted(glob.glob("/boot/vmlinuz-*")) if os.access(k, os.R_OK)]
    busybox = shutil.which("busybox")
    if kernels and busybox and b"ld-linux" not in Path(busybox).read_bytes()[:4096]:
        guest = Domain.from_xml((EXAMPLES / "linux.xml").read_text(), ParseContext(inactive=True))
        initrd = root / "initrd"
        initrd.write_bytes(busybox_initrd(Path(busybox)))
        kernel = root / "kernel"
        shutil.copyfile(kernels[-1], kernel)
        guest.os.kernel, guest.os.initrd = str(kernel), str(initrd)
        return guest, b"/ # ", b"poweroff -f\n"
    guest = Domain.from_xml((EXAMPLES / "boot-image.xml").read_text(), ParseContext(inactive=True))
    image = root / "boot.img"
    write_boot_image(image)
    assert guest.devices is not None
    guest.devices.disks[0].source.file = str(image)
    return guest, b"UP\r\n", None


@contextlib.contextmanager
def daemon(root: Path) -> Iterator[str]:
    """purevirtd under `root`; gives the URI to reach it by."""
    ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ready.bind(str(root / "ready"))
    kind = "system" if os.geteuid() == 0 else "session"
    command = [sys.executable, "-m", "purevirt.daemon.main", f"--{kind}", "--root", str(root)]
    process = subprocess.Popen(command, env={**os.environ, "NOTIFY_SOCKET": str(root / "ready")})
    try:
        if not select.select([ready], [], [], 60)[0]:
            raise SystemExit("the daemon did not start")
        yield f"qemu+unix:///{kind}?socket={root}/run/libvirt/libvirt-sock"
    finally:
        process.terminate()
        process.wait(30)
        ready.close()


def virsh(uri: str, *words: str) -> None:
    print(f"\n$ virsh {' '.join(words)}", flush=True)
    subprocess.run([sys.executable, "-m", "purevirt.cli.virsh.main", "-c", uri, *words], check=False, timeout=60)


def show(uri: str, root: Path) -> None:
    guest, prompt, ending = document(root)
    guest.type = "kvm" if kvm.usable() else "qemu"
    with purevirt.open(uri) as conn:
        dom = conn.domain_define_xml(guest.to_xml())
        dom.create_with_flags(1)  # paused, so that no word of the console is missed
        stream = conn.stream_new()
        dom.open_console(None, stream)
        dom.resume()
        virsh(uri, "list")
        print("\nconsole:", flush=True)
        seen = b""
        while prompt not in seen:
            part = stream.recv(4096)
            if not part:
                raise SystemExit("the console ended before the guest was up")
            sys.stdout.write(part.decode(errors="replace"))
            sys.stdout.flush()
            seen += part
        virsh(uri, "domstats", "demo")
        if ending is None:
            dom.shutdown()
        else:
            stream.send(ending)
        while part := stream.recv(4096):
            sys.stdout.write(part.decode(errors="replace"))
        virsh(uri, "domstate", "demo", "--reason")
        dom.undefine()


def main() -> int:
    if not install_qemu():
        return 1
    with tempfile.TemporaryDirectory(prefix="purevirt-demo-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        with daemon(root) as uri:
            show(uri, root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
