"""A Linux initrd of one program: busybox with a shell on the console, as a cpio archive made here.

With the modules of POWER_BUTTON it powers off when its button is pressed.
"""

from __future__ import annotations

import gzip
import stat
from collections.abc import Iterable
from pathlib import Path

INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /sbin /usr/bin /usr/sbin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s
for module in /lib/modules/*.ko; do [ -e "$module" ] && insmod "$module"; done
watch_power_button() {
    while event=$(head -c 24 "$1" | hexdump -v -e '12/2 "%d "') && [ -n "$event" ]; do
        case "$event" in *" 1 116 1 0"*) poweroff -f ;; esac
    done
}
for input in /dev/input/event*; do [ -e "$input" ] && watch_power_button "$input" & done
[ -e /service ] && sh /service &
echo "Welcome to a guest of purevirt"
exec /bin/busybox setsid /bin/busybox cttyhack /bin/busybox sh
"""


def _entry(name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One member in the "newc" format."""
    path = name.encode() + b"\0"
    numbers = (0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % n for n in numbers) + path
    return head.ljust(-(-len(head) // 4) * 4, b"\0") + data.ljust(-(-len(data) // 4) * 4, b"\0")


POWER_BUTTON = ("kernel/drivers/acpi/button.ko", "kernel/drivers/input/evdev.ko")
"""Modules, below /lib/modules/VERSION, that let the guest power off when its ACPI button is pressed."""


def busybox_initrd(busybox: Path, modules: Iterable[Path] = (), service: str = "") -> bytes:
    """The compressed archive. `busybox` must be linked statically; `modules` are loaded in their order.

    `service` is a shell script that runs in the background once they are.
    """
    members = [_entry(name, stat.S_IFDIR | 0o755) for name in ("bin", "dev", "lib", "lib/modules")]
    for number, module in enumerate(modules):
        members.append(_entry(f"lib/modules/{number:02}-{module.name}", stat.S_IFREG | 0o644, module.read_bytes()))
    members.append(_entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)))
    members.append(_entry("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes()))
    if service:
        members.append(_entry("service", stat.S_IFREG | 0o755, service.encode()))
    members.append(_entry("init", stat.S_IFREG | 0o755, INIT.encode()))
    members.append(_entry("TRAILER!!!", 0))
    return gzip.compress(b"".join(members), 1)
