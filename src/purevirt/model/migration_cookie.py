"""`<qemu-migration>`: what the two daemons of a QEMU migration tell each other beside the guest's definition.

The document travels as an opaque byte string (libvirt's migration cookie), so its layout is as much interface as the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    INT,
    UINT,
    ULONG,
    UUID,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    leaf,
)
from purevirt.model.cpu import Cpu
from purevirt.model.domain.blocks import write_block
from purevirt.model.domain.document import Domain
from purevirt.model.domain.status import AllowReboot
from purevirt.types.override import override

CookieFeature = Literal[
    "graphics", "lockstate", "persistent", "network", "nbd", "statistics", "memory-hotplug", "cpu-hotplug", "cpu",
    "allow-reboot", "capabilities", "block-dirty-bitmaps",
]  # fmt: skip
Party = Literal["source", "destination"]


class RequiredFeature(Element, tag="feature"):
    """A part that the other side must understand."""

    name: CookieFeature = attr(
        CookieFeature, required=True, error=(ErrorCode.INTERNAL_ERROR, "Unknown migration cookie feature %s")
    )


class CookieCertificate(Element, tag="cert"):
    """A fact of the display server's certificate."""

    info: str = attr(required=True)
    value: str | None = attr()


class CookieGraphics(Element, tag="graphics"):
    """Where clients of the display are to be sent."""

    type: str | None = attr()
    port: int | None = attr(INT)
    listen: str | None = attr()
    tls_port: int | None = attr(INT, name="tlsPort")
    certs: list[CookieCertificate] = children(CookieCertificate)


class CookieLockState(Element, tag="lockstate"):
    """Leases to be taken over, in the lock driver's own words."""

    driver: str | None = attr()
    leases: str | None = leaf()


class CookieInterface(Element, tag="interface"):
    """Data of the virtual port an interface is connected to."""

    index: int | None = attr(UINT)
    vporttype: str | None = attr()
    portdata: str | None = leaf()


class CookieNetwork(Element, tag="network"):
    """Virtual ports of all interfaces."""

    interfaces: list[CookieInterface] = children(CookieInterface)


class NbdDisk(Element, tag="disk"):
    """A disk to be copied, and its size in bytes."""

    target: str | None = attr()
    capacity: int | None = attr(ULONG)


class CookieNbd(Element, tag="nbd"):
    """The NBD server that receives disks."""

    port: int | None = attr(UINT, omit=0)
    disks: list[NbdDisk] = children(NbdDisk)


def _count() -> Any:
    return leaf(ULONG)


class CookieStatistics(Element, tag="statistics"):
    """Statistics of the finished job; times in milliseconds, sizes in bytes."""

    started: int | None = _count()
    stopped: int | None = _count()
    sent: int | None = _count()
    delta: int | None = leaf(INT)
    time_elapsed: int | None = _count()
    time_remaining: int | None = _count()
    downtime: int | None = _count()
    setup_time: int | None = _count()
    memory_total: int | None = _count()
    memory_processed: int | None = _count()
    memory_remaining: int | None = _count()
    memory_bps: int | None = _count()
    memory_constant: int | None = _count()
    memory_normal: int | None = _count()
    memory_normal_bytes: int | None = _count()
    memory_dirty_rate: int | None = _count()
    memory_iteration: int | None = _count()
    memory_postcopy_requests: int | None = _count()
    memory_page_size: int | None = _count()
    disk_total: int | None = _count()
    disk_processed: int | None = _count()
    disk_remaining: int | None = _count()
    disk_bps: int | None = _count()
    compression_cache: int | None = _count()
    compression_bytes: int | None = _count()
    compression_pages: int | None = _count()
    compression_cache_misses: int | None = _count()
    compression_overflow: int | None = _count()
    auto_converge_throttle: int | None = leaf(INT)


class CookieCapability(Element, tag="cap"):
    """A QEMU migration capability, and whether it may be switched on by itself."""

    name: str = attr(required=True)
    auto: bool | None = attr(YES_NO)


class CookieCapabilities(Element, tag="capabilities"):
    """Migration capabilities of the sender's QEMU."""

    caps: list[CookieCapability] = children(CookieCapability)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class DirtyBitmap(Element, tag="bitmap"):
    """A bitmap to be migrated under an alias."""

    name: str = attr(required=True)
    alias: str = attr(required=True)


class DirtyBitmapDisk(Element, tag="disk"):
    """The bitmaps of one disk."""

    target: str = attr(required=True)
    bitmaps: list[DirtyBitmap] = children(DirtyBitmap)


class MigrationCookie(Element, tag="qemu-migration"):
    """Everything in the cookie; a part that was not asked for is absent."""

    document = "qemu_migration_cookie"
    error_domain = ErrorDomain.QEMU

    name: str | None = leaf()
    uuid: str | None = leaf(UUID)
    hostname: str | None = leaf()
    hostuuid: str | None = leaf(UUID)
    features: list[RequiredFeature] = children(RequiredFeature)
    graphics: CookieGraphics | None = child(CookieGraphics)
    lockstate: CookieLockState | None = child(CookieLockState)
    domain: Domain | None = child(Domain)
    network: CookieNetwork | None = child(CookieNetwork)
    nbd: CookieNbd | None = child(CookieNbd, keep=True)
    statistics: CookieStatistics | None = child(CookieStatistics)
    cpu: Cpu | None = child(Cpu)
    allow_reboot: AllowReboot | None = child(AllowReboot)
    capabilities: CookieCapabilities | None = child(CookieCapabilities, keep=True)
    block_dirty_bitmaps: list[DirtyBitmapDisk] = children(DirtyBitmapDisk, inside="blockDirtyBitmaps")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        for value, what in ((self.name, "name"), (self.hostname, "hostname"), (self.hostuuid, "hostuuid")):
            if not value:
                raise XmlError(f"missing {what} element in migration data", ErrorCode.INTERNAL_ERROR)

    def answer(self, hostname: str, hostuuid: str) -> MigrationCookie:
        """The cookie that goes on from here: from this host, without demands, with a (possibly empty) list of abilities."""
        mine = self.copy()
        mine.hostname, mine.hostuuid = hostname, hostuuid
        mine.features = []
        mine.allow_reboot = None
        if mine.capabilities is None:
            mine.capabilities = CookieCapabilities()
        return mine


def cookie_of(domain: Domain, hostname: str, hostuuid: str, *, spice_tls: bool = False) -> MigrationCookie:
    """The cookie of a running guest: display and CPU as they are now."""
    cookie = MigrationCookie(name=domain.name, uuid=domain.uuid, hostname=hostname, hostuuid=hostuuid)
    displays = domain.devices.graphics if domain.devices is not None else []
    spice = next((display for display in displays if display.type == "spice"), None)
    if spice is not None:
        listen = next((entry.address for entry in spice.listens if entry.address), None) or ""
        tls_port = (spice.tls_port or 0) if spice_tls else -1
        cookie.graphics = CookieGraphics(type="spice", port=spice.port or 0, listen=listen, tls_port=tls_port)
    cookie.cpu = domain.cpu.copy() if domain.cpu is not None else None
    cookie.capabilities = CookieCapabilities()
    return cookie


def bitmap_mapping(
    cookie: MigrationCookie, domain: Domain, persistent: Mapping[tuple[str, str], bool]
) -> list[dict[str, Any]]:
    """QEMU's block-bitmap-mapping for the cookie's bitmaps.

    `persistent` says for (disk, bitmap) what the bitmap becomes; others stay as they are. INTERNAL_ERROR for a disk that
    the guest has not.
    """
    disks = {disk.dev: disk for disk in domain.devices.disks} if domain.devices is not None else {}
    mapping: list[dict[str, Any]] = []
    for entry in cookie.block_dirty_bitmaps:
        disk = disks.get(entry.target)
        data = disk.source.private_data if disk is not None and disk.source is not None else None
        node = data.node("format") if data is not None else None
        if node is None:
            text = f"Couldn't find disk '{entry.target}' for bitmap migration"
            raise XmlError(text, ErrorCode.INTERNAL_ERROR, domain=ErrorDomain.QEMU)
        bitmaps: list[dict[str, Any]] = []
        for bitmap in entry.bitmaps:
            item: dict[str, Any] = {"name": bitmap.name, "alias": bitmap.alias}
            becomes = persistent.get((entry.target, bitmap.name))
            if becomes is not None:
                item["transform"] = {"persistent": becomes}
            bitmaps.append(item)
        mapping.append({"node-name": node, "alias": entry.target, "bitmaps": bitmaps})
    return mapping
