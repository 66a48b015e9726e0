"""`<filesystem>`: host directories, images and memory shown in the guest (formatdomain.html, "Filesystems")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import (
    ON_OFF,
    ULONG,
    Element,
    FormatContext,
    Int,
    ParseContext,
    Size,
    XmlError,
    attr,
    c_integer,
    child,
    choice,
    flag,
    leaf,
    own_forms,
    scale,
    write_element,
)
from purevirt.model.domain.device import BootDevice
from purevirt.model.domain.disk import DriverFormat
from purevirt.model.domain.virtio import VirtioModel, VirtioOptions
from purevirt.model.schema_text import ABSOLUTE_DIRECTORY, ABSOLUTE_PATH, GENERIC_NAME, UNIT, UNSIGNED
from purevirt.types.override import override

FilesystemType = Literal["mount", "block", "file", "template", "ram", "bind", "volume"]
AccessMode = Literal["passthrough", "mapped", "squash"]
Multidevs = Literal["default", "remap", "forbid", "warn"]
FilesystemDriverType = Literal["default", "path", "handle", "loop", "nbd", "ploop", "virtiofs"]
WritePolicy = Literal["default", "immediate"]
VirtiofsCache = Literal["none", "always"]
VirtiofsSandbox = Literal["namespace", "chroot"]


class CreateMode:
    """Codec of permission bits, in octal; up to 0777."""

    safe = True
    rng = '<data type="unsignedInt"><param name="pattern">0[0-7]{3}|[0-7]{1,3}</param></data>'

    def parse(self, value: str) -> int:
        """The bits; ValueError when it is no octal number."""
        number = c_integer(value, 8)
        if number is None or not 0 <= number < 2**32:
            raise ValueError("non-negative integer value")
        return number

    def format(self, value: int) -> str:
        """Four octal digits."""
        return f"{value:04o}"


class FilesystemDriver(VirtioOptions, tag="driver"):
    """Who serves the file system."""

    schema_cases = own_forms(
        {"type": ("path", "handle", "loop", "nbd", "ploop", None), "format": "optional", "wrpolicy": ("immediate", None)},
        {"type": ("virtiofs",), "queue": "optional"},
    )

    type: FilesystemDriverType | None = attr(FilesystemDriverType, omit="default")
    format: str | None = attr(DriverFormat())
    wrpolicy: WritePolicy | None = attr(WritePolicy, omit="default")
    queue: int | None = attr(ULONG, omit=0, error="cannot parse queue size '%s' for virtiofs", rng=UNSIGNED)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A write policy needs a driver, a queue needs virtiofs."""
        if self.type in (None, "default"):
            self.type = self.format = self.wrpolicy = None
        if self.type != "virtiofs":
            self.queue = None


class CacheSetting(Element, tag="cache"):
    """virtiofsd's cache."""

    mode: VirtiofsCache | None = attr(VirtiofsCache)


class SandboxSetting(Element, tag="sandbox"):
    """How virtiofsd locks itself in."""

    mode: VirtiofsSandbox | None = attr(VirtiofsSandbox)


class LockSetting(Element, tag="lock"):
    """Which locks reach the host."""

    posix: bool | None = attr(ON_OFF)
    flock: bool | None = attr(ON_OFF)


class ThreadPool(Element, tag="thread_pool"):
    """virtiofsd's threads; 0 is no pool."""

    size: int | None = attr(
        Int(-(2**31), 2**31 - 1), error="cannot parse thread pool size '%s' for virtiofs", omit=-1, rng='<data type="integer"/>'
    )


class VirtiofsBinary(Element, tag="binary"):
    """The virtiofsd to start and how."""

    path: str | None = attr(rng=ABSOLUTE_PATH)
    xattr: bool | None = attr(ON_OFF)
    cache: CacheSetting | None = child(CacheSetting)
    sandbox: SandboxSetting | None = child(SandboxSetting)
    lock: LockSetting | None = child(LockSetting)
    thread_pool: ThreadPool | None = child(ThreadPool)


class FilesystemSource(Element, tag="source"):
    """The base of all filesystem sources."""

    @property
    def path(self) -> str | None:
        """The place on the host."""
        return None


class MountSource(FilesystemSource):
    """A directory, or the socket of a virtiofsd that runs already."""

    schema_cases = own_forms({"dir": "present"}, {"socket": "present"})

    dir: str | None = attr(rng=ABSOLUTE_DIRECTORY)
    socket: str | None = attr(rng=ABSOLUTE_PATH)

    @property
    @override
    def path(self) -> str | None:
        return self.dir or self.socket


class BindSource(FilesystemSource):
    """A directory inside the guest."""

    dir: str | None = attr(needed=True, rng=ABSOLUTE_DIRECTORY)

    @property
    @override
    def path(self) -> str | None:
        return self.dir


class FsBlockSource(FilesystemSource):
    """A block device."""

    dev: str | None = attr(rng=ABSOLUTE_PATH, needed=True)

    @property
    @override
    def path(self) -> str | None:
        return self.dev


class FsFileSource(FilesystemSource):
    """An image file."""

    file: str | None = attr(rng=ABSOLUTE_PATH, needed=True)

    @property
    @override
    def path(self) -> str | None:
        return self.file


class TemplateSource(FilesystemSource):
    """An OpenVZ template."""

    name: str | None = attr(rng=GENERIC_NAME, needed=True)

    @property
    @override
    def path(self) -> str | None:
        return self.name


class RamSource(FilesystemSource):
    """Memory: `usage` is KiB, however it was given."""

    usage: int = attr(
        ULONG,
        required=True,
        missing="missing 'usage' attribute for RAM filesystem",
        error="cannot parse usage '%s' for RAM filesystem",
    )
    units: str = attr(default="KiB", rng=UNIT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """To KiB, rounded up."""
        self.usage = -(-scale(self.usage, self.units, 1024) // 1024)
        self.units = "KiB"


class FsVolumeSource(FilesystemSource):
    """A volume of a storage pool."""

    pool: str | None = attr()
    volume: str | None = attr()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both or none."""
        if (self.pool is None) != (self.volume is None):
            raise XmlError("'pool' and 'volume' must be specified together for 'pool' type source")

    @property
    @override
    def path(self) -> str | None:
        return self.volume


FILESYSTEM_SOURCES: Mapping[str | None, type[FilesystemSource]] = {
    "mount": MountSource,
    "block": FsBlockSource,
    "file": FsFileSource,
    "template": TemplateSource,
    "ram": RamSource,
    "bind": BindSource,
    "volume": FsVolumeSource,
}


class FilesystemTarget(Element, tag="target"):
    """Where the guest mounts it, or the tag under which it finds it."""

    dir: str | None = attr(needed=True)


class Filesystem(BootDevice, tag="filesystem"):
    """One file system of the host in the guest."""

    schema_cases = (
        {"type": ("file", "block", "bind", "template", "ram"), "binary": "absent"},
        {"type": ("mount", None)},
    )

    type: FilesystemType = attr(FilesystemType, default="mount")
    accessmode: AccessMode | None = attr(AccessMode)
    model: VirtioModel | None = attr(VirtioModel)
    multidevs: Multidevs | None = attr(Multidevs, omit="default")
    fmode: int | None = attr(CreateMode(), omit=0)
    dmode: int | None = attr(CreateMode(), omit=0)
    driver: FilesystemDriver | None = child(FilesystemDriver)
    binary: VirtiofsBinary | None = child(VirtiofsBinary)
    source: FilesystemSource | None = choice("type", FILESYSTEM_SOURCES, tag="source", needed=True)
    target: FilesystemTarget | None = child(FilesystemTarget, needed=True)
    readonly: bool = flag()
    space_hard_limit: int | None = leaf(
        Size("bytes"), omit=0, doc="bytes", error="Invalid value '%s' for element or attribute './space_hard_limit[1]'"
    )
    space_soft_limit: int | None = leaf(
        Size("bytes"), omit=0, doc="bytes", error="Invalid value '%s' for element or attribute './space_soft_limit[1]'"
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The default access mode, modes within range, virtiofs settings with virtiofs alone."""
        BootDevice.after_parse(self, ctx)
        for name, mode in (("fmode", self.fmode), ("dmode", self.dmode)):
            if mode is not None and mode > 0o777:
                raise XmlError(f"invalid {name}: '0{mode:o}'")
        if self.driver is None or self.driver.type != "virtiofs":
            self.binary = None
        self._check_ends()
        socket = isinstance(self.source, MountSource) and self.source.socket is not None
        if self.accessmode is None and not socket:
            self.accessmode = "passthrough"

    def _check_ends(self) -> None:
        target = self.target.dir if self.target is not None else None
        if self.source is None or (self.source.path is None and self.type not in ("ram", "volume")):
            raise VirtError(ErrorCode.NO_SOURCE, target, ErrorDomain.DOMAIN)
        if target is None:
            raise VirtError(ErrorCode.NO_TARGET, self.source.path, ErrorDomain.DOMAIN)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """As declared, but the space limits stand behind the device information."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        limits = [line for line in out[mark:] if line.startswith(f"{pad}  <space_")]
        if limits:
            rest = [line for line in out[mark:] if not line.startswith(f"{pad}  <space_")]
            out[mark:] = [*rest[:-1], *limits, rest[-1]]
