"""`<devices>`: every list of devices, in the order in which libvirt writes them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from purevirt.model._engine import Element, FormatContext, ParseContext, child, children, leaf
from purevirt.model.domain.blocks import text_or_none, write_block
from purevirt.model.domain.chardev import Channel, Console, Parallel, Serial
from purevirt.model.domain.controller import Controller
from purevirt.model.domain.devices_rules import check_counts, check_usb
from purevirt.model.domain.disk import Disk
from purevirt.model.schema_text import ABSOLUTE_PATH
from purevirt.types.override import override

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Node

    from purevirt.model.domain.audio import Audio
    from purevirt.model.domain.filesystem import Filesystem
    from purevirt.model.domain.graphics import Graphics
    from purevirt.model.domain.hostdev import Hostdev
    from purevirt.model.domain.hub import Hub
    from purevirt.model.domain.input import Input
    from purevirt.model.domain.interface import Interface
    from purevirt.model.domain.iommu import Iommu
    from purevirt.model.domain.lease import Lease
    from purevirt.model.domain.memballoon import Memballoon
    from purevirt.model.domain.memory_device import MemoryDevice
    from purevirt.model.domain.nvram import Nvram
    from purevirt.model.domain.panic import Panic
    from purevirt.model.domain.redirdev import Redirdev, Redirfilter
    from purevirt.model.domain.rng import Rng
    from purevirt.model.domain.shmem import Shmem
    from purevirt.model.domain.smartcard import Smartcard
    from purevirt.model.domain.sound import Sound
    from purevirt.model.domain.tpm import Tpm
    from purevirt.model.domain.video import Video
    from purevirt.model.domain.vsock import Vsock
    from purevirt.model.domain.watchdog import Watchdog


def later(module: str, name: str) -> Callable[[], Any]:
    """A kind of device that few guests have: its class is made when the first of them is met."""

    def load() -> Any:
        return getattr(import_module(f"purevirt.model.domain.{module}"), name)

    return load


class Devices(Element, tag="devices"):
    """The guest's devices. Lists are in document order until post-parse sorts what has a natural order."""

    emulator: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    disks: list[Disk] = children(Disk, live="now")
    controllers: list[Controller] = children(Controller, live="now")
    leases: list[Lease] = children(later("lease", "Lease"), tag="lease", live="now")
    filesystems: list[Filesystem] = children(later("filesystem", "Filesystem"), tag="filesystem", live="now")
    interfaces: list[Interface] = children(later("interface", "Interface"), tag="interface", live="now")
    smartcards: list[Smartcard] = children(later("smartcard", "Smartcard"), tag="smartcard")
    serials: list[Serial] = children(Serial, live="now")
    parallels: list[Parallel] = children(Parallel, live="now")
    consoles: list[Console] = children(Console, live="now")
    channels: list[Channel] = children(Channel, live="now")
    inputs: list[Input] = children(later("input", "Input"), tag="input", live="now")
    tpms: list[Tpm] = children(later("tpm", "Tpm"), tag="tpm")
    graphics: list[Graphics] = children(later("graphics", "Graphics"), tag="graphics")
    sounds: list[Sound] = children(later("sound", "Sound"), tag="sound")
    audios: list[Audio] = children(later("audio", "Audio"), tag="audio")
    videos: list[Video] = children(later("video", "Video"), tag="video")
    hostdevs: list[Hostdev] = children(later("hostdev", "Hostdev"), tag="hostdev", live="now")
    redirdevs: list[Redirdev] = children(later("redirdev", "Redirdev"), tag="redirdev", live="now")
    redirfilter: Redirfilter | None = child(later("redirdev", "Redirfilter"), tag="redirfilter")
    hubs: list[Hub] = children(later("hub", "Hub"), tag="hub")
    watchdog: Watchdog | None = child(later("watchdog", "Watchdog"), tag="watchdog", live="now")
    memballoon: Memballoon | None = child(later("memballoon", "Memballoon"), tag="memballoon")
    rngs: list[Rng] = children(later("rng", "Rng"), tag="rng", live="now")
    nvram: Nvram | None = child(later("nvram", "Nvram"), tag="nvram")
    panics: list[Panic] = children(later("panic", "Panic"), tag="panic")
    shmems: list[Shmem] = children(later("shmem", "Shmem"), tag="shmem", live="now")
    memories: list[MemoryDevice] = children(later("memory_device", "MemoryDevice"), tag="memory", live="now")
    iommu: Iommu | None = child(later("iommu", "Iommu"), tag="iommu")
    vsock: Vsock | None = child(later("vsock", "Vsock"), tag="vsock", live="now")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Of some kinds there is one at most; without a USB bus there is nothing on it."""
        check_counts(node)
        check_usb(self)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)
