"""Fields that no document can hold and give back, and what they do instead. `test_fields.py` shows each of them doing it.

Told: written of what the host or the running guest knows, never taken over from a document. Ignored: read past. Refused: its
presence is an error. Fixed: one word is all it can say, so it is written whether said or not, and any other is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from purevirt.model._engine import Element, ParseContext
from purevirt.model._engine.element import ElementMeta
from purevirt.model.cpu_numa import CacheLine, CacheSize
from purevirt.model.domain.interface_source import NetworkSource as InterfaceNetworkSource
from purevirt.model.domain.redirdev import Redirdev
from purevirt.model.domain.tpm import ExternalTpmSource, Tpm
from purevirt.model.net_bandwidth import Bandwidth
from purevirt.model.node_device_storage import RemovableMedia, StorageCapability
from purevirt.model.storage_pool import PoolSource
from purevirt.model.storage_source import NetworkSource, VolumeSource


@dataclass(frozen=True, slots=True)
class Told:
    """`element` is written with `said` in it, and read back without."""

    element: Element
    said: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """`xml` with `part` reads as it does without."""

    cls: ElementMeta
    xml: str
    part: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`xml` is good, but not with `part` in it."""

    cls: ElementMeta
    xml: str
    part: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """`xml` without `part` is written with it, and `other` in its place is refused."""

    cls: ElementMeta
    xml: str
    part: str
    other: str


_AUTH = "<auth username='u'><secret type='ceph' usage='x'/></auth>"
_MEDIA = {"media_available": 1, "media_size": 4096}

NOT_KEPT: dict[str, Told | Ignored | Refused | Fixed] = {
    "CacheSize.unit": Ignored(CacheSize, "<size value='10'{}/>", " unit='MiB'"),
    "CacheLine.unit": Ignored(CacheLine, "<line value='10'{}/>", " unit='KiB'"),
    "NetworkSource.seclabels": Ignored(
        NetworkSource, "<source protocol='rbd' name='p/v'>{}</source>", "<seclabel model='dac' relabel='no'/>"
    ),
    "VolumeSource.auth": Ignored(VolumeSource, "<source pool='p' volume='v'>{}</source>", _AUTH),
    "PassthroughBackend.version": Ignored(Tpm, "<tpm><backend type='passthrough'{}/></tpm>", " version='2.0'"),
    "ExternalBackend.version": Ignored(
        Tpm, "<tpm><backend type='external'{}><source type='unix' path='/s'/></backend></tpm>", " version='2.0'"
    ),
    "Outbound.floor": Refused(Bandwidth, "<bandwidth><outbound average='1'{}/></bandwidth>", " floor='1'"),
    "OldAdapter.type": Refused(PoolSource, "<source><adapter name='a'{}/></source>", " type='sas'"),
    "OldAdapter.wwnn": Refused(PoolSource, "<source><adapter name='a'{}/></source>", " wwnn='20000000c9831b4b'"),
    "OldAdapter.wwpn": Refused(PoolSource, "<source><adapter name='a'{}/></source>", " wwpn='20000000c9831b4b'"),
    "OldAdapter.parent": Refused(PoolSource, "<source><adapter name='a'{}/></source>", " parent='scsi_host5'"),
    "Redirdev.bus": Fixed(Redirdev, "<redirdev{} type='pty'/>", " bus='usb'", " bus='pci'"),
    "ExternalTpmSource.mode": Fixed(ExternalTpmSource, "<source type='unix'{} path='/s'/>", " mode='connect'", " mode='bind'"),
    "NetworkSource.dev": Told(InterfaceNetworkSource(network="n", dev="eth0"), " dev='eth0'"),
    "NetworkSource.bridge": Told(InterfaceNetworkSource(network="n", bridge="virbr0"), " bridge='virbr0'"),
    "NetworkSource.mode": Told(InterfaceNetworkSource(network="n", mode="bridge"), " mode='bridge'"),
    "StorageCapability.logical_block_size": Told(
        StorageCapability(block="/dev/sda", size=4096, logical_block_size=512), "<logical_block_size>512<"
    ),
    "StorageCapability.num_blocks": Told(StorageCapability(block="/dev/sda", size=4096, num_blocks=8), "<num_blocks>8<"),
    "RemovableMedia.logical_block_size": Told(
        RemovableMedia(**_MEDIA, logical_block_size=2048), "<logical_block_size>2048<"
    ),
    "RemovableMedia.num_blocks": Told(RemovableMedia(**_MEDIA, num_blocks=2), "<num_blocks>2<"),
}
"""By "Class.field"."""

READ = ParseContext()
