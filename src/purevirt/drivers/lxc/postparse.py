"""What the LXC driver fills in: the controller program, `/sbin/init`, the kind of consoles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.model.domain.chardev import ConsoleTarget
from purevirt.model.domain.defaults import settle_arch, settle_mac
from purevirt.model.domain.postparse import PostParseHooks
from purevirt.types.override import override

DEFAULT_INIT = "/sbin/init"


class LxcHooks(PostParseHooks):
    """`arch` is the host's; `emulator` the program that watches a container; `new_mac` makes a MAC address up."""

    stub_console = False

    def __init__(self, arch: str, emulator: str, new_mac: Callable[[], str]) -> None:
        self.arch = arch
        self.emulator = emulator
        self.new_mac = new_mac

    @override
    def basic(self, domain: Any) -> None:
        settle_arch(domain, self.arch)
        if domain.devices.emulator is None:
            domain.devices.emulator = self.emulator
        if domain.os.type.value == "exe" and domain.os.init is None:
            domain.os.init = DEFAULT_INIT
        for name in ("qemu_commandline", "qemu_capabilities", "qemu_override", "qemu_deprecation"):
            setattr(domain, name, None)
        domain.bhyve_commandline = domain.xen_commandline = domain.vmware_datacenterpath = None

    @override
    def device(self, domain: Any, kind: str, device: Any) -> None:
        if kind == "consoles":
            if device.target is None:
                device.target = ConsoleTarget()
            if device.target.type in (None, "none"):
                device.target.type = "lxc"
        elif kind == "interfaces":
            settle_mac(device, self.new_mac)
