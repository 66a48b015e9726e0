"""`<devices>`: every list of devices, in the order in which libvirt writes them."""

from __future__ import annotations

from purevirt.model._engine import Element, FormatContext, child, children, leaf
from purevirt.model.domain.audio import Audio
from purevirt.model.domain.blocks import text_or_none, write_block
from purevirt.model.domain.chardev import Channel, Console, Parallel, Serial
from purevirt.model.domain.controller import Controller
from purevirt.model.domain.disk import Disk
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
from purevirt.types.override import override


class Devices(Element, tag="devices"):
    """The guest's devices. Lists are in document order until post-parse sorts what has a natural order."""

    emulator: str | None = leaf(parse=text_or_none)
    disks: list[Disk] = children(Disk, live="now")
    controllers: list[Controller] = children(Controller, live="now")
    leases: list[Lease] = children(Lease, live="now")
    filesystems: list[Filesystem] = children(Filesystem, live="now")
    interfaces: list[Interface] = children(Interface, live="now")
    smartcards: list[Smartcard] = children(Smartcard)
    serials: list[Serial] = children(Serial, live="now")
    parallels: list[Parallel] = children(Parallel, live="now")
    consoles: list[Console] = children(Console, live="now")
    channels: list[Channel] = children(Channel, live="now")
    inputs: list[Input] = children(Input, live="now")
    tpms: list[Tpm] = children(Tpm)
    graphics: list[Graphics] = children(Graphics)
    sounds: list[Sound] = children(Sound)
    audios: list[Audio] = children(Audio)
    videos: list[Video] = children(Video)
    hostdevs: list[Hostdev] = children(Hostdev, live="now")
    redirdevs: list[Redirdev] = children(Redirdev, live="now")
    redirfilter: Redirfilter | None = child(Redirfilter)
    hubs: list[Hub] = children(Hub)
    watchdog: Watchdog | None = child(Watchdog, live="now")
    memballoon: Memballoon | None = child(Memballoon)
    rngs: list[Rng] = children(Rng, live="now")
    nvram: Nvram | None = child(Nvram)
    panics: list[Panic] = children(Panic)
    shmems: list[Shmem] = children(Shmem, live="now")
    memories: list[MemoryDevice] = children(MemoryDevice, live="now")
    iommu: Iommu | None = child(Iommu)
    vsock: Vsock | None = child(Vsock, live="now")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)
