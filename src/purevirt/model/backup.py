"""`<domainbackup>`: which disks to back up, where to, and since when (formatbackup.html).

In push mode the hypervisor writes to `<target>`; in pull mode it serves NBD exports, keeping what the guest overwrites
meanwhile in `<scratch>`. `state`, `id` and `<privateData>` are the driver's own (context `internal`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, Protocol
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    UINT,
    YES_NO,
    Case,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    write_element,
)
from purevirt.model.domain.disk import DriverFormat
from purevirt.model.schema_text import ABSOLUTE_PATH, DISK_NAME, IP_OR_DNS_NAME, one_of
from purevirt.model.storage_network import PORT
from purevirt.model.storage_source import BlockSource, FileSource, PrivateObjects, StorageSource
from purevirt.types.override import override

BackupMode = Literal["push", "pull"]
DiskBackupMode = Literal["full", "incremental"]
DiskBackupState = Literal["none", "running", "complete", "failed", "cancelling", "cancelled"]
BackupStoreType = Literal["file", "block"]
ServerTransport = Literal["tcp", "unix"]

STORES: Mapping[str | None, type[StorageSource]] = {"file": FileSource, "block": BlockSource, None: FileSource}


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code)


class BackupServer(Element, tag="server"):
    """Where the exports of a pull backup are served."""

    schema_cases = (
        {"transport": ("tcp", None), "name": "present", "socket": "absent"},
        {"transport": ("unix",), "socket": "present", "name": "absent", "port": "absent"},
    )

    transport: ServerTransport = attr(ServerTransport, default="tcp")
    tls: bool | None = attr(YES_NO)
    name: str | None = attr(doc="tcp", rng=IP_OR_DNS_NAME)
    port: int | None = attr(PORT, omit=0, doc="tcp")
    socket: str | None = attr(doc="unix", rng=ABSOLUTE_PATH)


class BackupDriver(Element, tag="driver"):
    """The format of the target or scratch image."""

    type: str | None = attr(rng=DriverFormat.rng, needed=True)


class BackupDisk(Element, tag="disk"):
    """One disk: whether and how it is backed up."""

    schema_hides: ClassVar[tuple[str, ...]] = ("state", "index")
    schema_cases: ClassVar[tuple[Case, ...]] = (
        {"backup": ("no",), **dict.fromkeys(("type", "driver", "target", "scratch"), "absent")},
        {"backup": ("yes", None), "scratch": "absent"},
        {"backup": ("yes", None), "target": "absent"},
    )

    name: str = attr(required=True, missing="missing name from disk backup element", rng=DISK_NAME)
    backup: bool = attr(YES_NO, default=True)
    state: DiskBackupState | None = attr(DiskBackupState, omit="none")
    type: BackupStoreType | None = attr(BackupStoreType)
    backupmode: DiskBackupMode | None = attr(DiskBackupMode)
    incremental: str | None = attr()
    exportname: str | None = attr(doc="pull")
    exportbitmap: str | None = attr(doc="pull")
    index: int | None = attr(UINT, omit=0)
    driver: BackupDriver | None = child(BackupDriver)
    target: StorageSource | None = choice("type", STORES, tag="target", hides=("startup_policy",))
    scratch: StorageSource | None = choice("type", STORES, tag="scratch", hides=("startup_policy",))

    @property
    def store_type(self) -> str:
        """The kind of storage of the target or scratch image."""
        return self.type or "file"

    @property
    def store(self) -> StorageSource | None:
        """The target or scratch image, whichever there is."""
        return self.target if self.target is not None else self.scratch

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A disk left out needs nothing more said; the driver's own is for the driver alone."""
        if not ctx.internal:
            self.state = self.index = None
        if not self.backup:
            for field in type(self)._fields:
                if field.name not in ("name", "backup"):
                    setattr(self, field.name, field.initial())
            return
        if self.driver is not None and self.driver.type is not None and self.driver.type not in DriverFormat.words:
            raise _error(f"unknown disk backup driver '{self.driver.type}'")


_MODES: tuple[Case, ...] = (
    {"backupmode": ("full",), "incremental": "absent"},
    {"backupmode": ("incremental", None)},
)
_ENCRYPTION: Case = {"format": ("luks",), "engine": ("qemu", None), "secrets": "once"}
_STORE: Case = {
    **dict.fromkeys(("fdgroup", "startup_policy", "index", "slices", "reservations"), "absent"),
    "encryption": _ENCRYPTION,
}
_FILE: Case = {**_STORE, "file": f"present{ABSOLUTE_PATH}"}
_BLOCK: Case = {**_STORE, "dev": f"present{ABSOLUTE_PATH}"}
_LEFT_OUT: Case = {"backup": ("no",), **dict.fromkeys(("type", "driver", "target", "scratch"), "absent")}


_PUSHED: tuple[Case, ...] = (
    _LEFT_OUT,
    {"backup": ("yes", None), "type": ("file",), "target": _FILE, "scratch": "absent"},
    {"backup": ("yes", None), "type": ("block",), "target": _BLOCK, "scratch": "absent"},
)
_QCOW2: Case = {"type": one_of("qcow2")}
_NAMED_FILE: Case = {"backup": ("yes", None), "type": ("file",), "target": "absent"}
_PLAIN_FILE: Case = {"backup": "absent", "type": "absent", "target": "absent"}
_SCRATCH: Case = {"scratch": {**_FILE, ".": "present"}, "driver": _QCOW2}
_NO_SCRATCH: Case = {"scratch": "absent", "driver": "absent"}
_PULLED: tuple[Case, ...] = (
    _LEFT_OUT,
    *({**named, **store} for named in (_NAMED_FILE, _PLAIN_FILE) for store in (_SCRATCH, _NO_SCRATCH)),
    {"backup": ("yes", None), "type": ("block",), "target": "absent", "scratch": {**_BLOCK, ".": "present"}, "driver": _QCOW2},
)


class _PushedDisk(BackupDisk, tag="disk"):
    """A disk of a push backup, for the schema."""

    schema_hides = (*BackupDisk.schema_hides, "exportname", "exportbitmap")
    schema_cases = tuple({**mode, **form} for mode in _MODES for form in _PUSHED)


class _PulledDisk(BackupDisk, tag="disk"):
    """A disk of a pull backup, for the schema."""

    schema_cases = tuple({**mode, **form} for mode in _MODES for form in _PULLED)


class HasDisk(Protocol):
    """What aligning needs to know of a guest's disk."""

    @property
    def dev(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def source(self) -> StorageSource | None: ...

    @property
    def readonly(self) -> bool: ...


class BackupPrivateData(Element, tag="privateData"):
    """The QEMU objects of the job."""

    objects: PrivateObjects | None = child(PrivateObjects)


class DomainBackup(Element, tag="domainbackup"):
    """One backup job."""

    document = "domain_backup"
    error_domain = ErrorDomain.DOMAIN

    validated = True
    schema_hides = ("id", "private_data")
    schema_cases = (
        {"mode": ("push", None), "server": "absent", "disks": _PushedDisk},
        {"mode": ("pull",), "server": "present", "disks": _PulledDisk},
    )

    mode: BackupMode = attr(BackupMode, default="push")
    id: int | None = attr(UINT, omit=0)
    incremental: str | None = leaf(doc="the checkpoint since which changes are copied")
    server: BackupServer | None = child(BackupServer)
    disks: list[BackupDisk] = children(BackupDisk, inside="disks", needed=True)
    private_data: BackupPrivateData | None = child(BackupPrivateData)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A push backup serves nothing."""
        if self.mode == "push" and node.find("server") is not None:
            raise XmlError("use of <server> requires pull mode backup", node=node.find("server"))

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Each mode has its own image and its own settings."""
        if not ctx.internal:
            self.private_data = self.id = None
        self.incremental = self.incremental or None
        if self.server is not None:
            self._check_server(self.server)
        for disk in self.disks:
            self._settle_mode(disk)

    def _check_server(self, server: BackupServer) -> None:
        if server.transport == "unix":
            if server.socket is None or not server.socket.startswith("/"):
                raise _error(f"backup socket path '{server.socket or ''}' must be absolute")
            server.name = server.port = None
        elif server.socket is not None:
            raise _error("transport 'tcp' does not support socket attribute")
        elif server.name is None:
            raise _error("missing name for host")

    def _settle_mode(self, disk: BackupDisk) -> None:
        if self.mode == "push":
            disk.scratch = disk.exportname = disk.exportbitmap = None
            return
        disk.target = None
        form = disk.driver.type if disk.driver is not None else None
        if form not in (None, "qcow2"):
            raise _error(f"pull mode requires qcow2 driver, not '{form}'", ErrorCode.CONFIG_UNSUPPORTED)

    def align(self, disks: Iterable[HasDisk], suffix: str) -> None:
        """Match the request with the guest's disks: defaults of mode and increment, file names for what has none, and
        every disk that is not asked for as one that is left out. Raises CONFIG_UNSUPPORTED or INVALID_ARG.
        """
        guest = {disk.dev: disk for disk in disks}
        if not guest:
            raise _error("domain must have at least one disk to perform backup", ErrorCode.CONFIG_UNSUPPORTED)
        everything = not self.disks
        asked: set[str] = set()
        for disk in self.disks:
            if disk.name in asked:
                raise _error(f"backup for disk '{disk.name}' specified twice", ErrorCode.INVALID_ARG)
            asked.add(disk.name)
            if disk.name not in guest:
                raise _error(f"no disk named '{disk.name}'", ErrorCode.CONFIG_UNSUPPORTED)
            if disk.backup:
                self._align_disk(disk, guest[disk.name], suffix)
        for name, its in guest.items():
            if name in asked:
                continue
            usable = everything and its.source is not None and not its.source.is_empty and not its.readonly
            extra = BackupDisk(name=name, backup=usable)
            self.disks.append(extra)
            if usable:
                self._align_disk(extra, its, suffix)

    def _align_disk(self, disk: BackupDisk, its: HasDisk, suffix: str) -> None:
        if disk.incremental is None and disk.backupmode != "full":
            disk.incremental = self.incremental
        if disk.backupmode is None:
            disk.backupmode = "incremental" if disk.incremental else "full"
        if disk.backupmode == "full":
            disk.incremental = None
        elif disk.incremental is None:
            detail = f"'incremental' backup mode of disk '{disk.name}' requires setting 'incremental' field for disk or backup"
            raise _error(detail, ErrorCode.CONFIG_UNSUPPORTED)
        self._assign_store(disk, its, suffix)

    def _assign_store(self, disk: BackupDisk, its: HasDisk, suffix: str) -> None:
        if its.source is None or its.source.is_empty:
            raise _error(f"disk '{disk.name}' has no media", ErrorCode.CONFIG_UNSUPPORTED)
        if its.readonly and disk.store is not None:
            raise _error(f"backup of readonly disk '{disk.name}' makes no sense", ErrorCode.CONFIG_UNSUPPORTED)
        if disk.store is None:
            if its.type != "file":
                detail = f"refusing to generate file name for disk '{disk.name}'"
                raise _error(detail, ErrorCode.CONFIG_UNSUPPORTED)
            store = FileSource(file=f"{its.source.path}.{suffix}")
            if self.mode == "push":
                disk.target = store
            else:
                disk.scratch = store
        disk.type = disk.type or "file"

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """The driver's own is left out unless it asks for it."""
        twin = self
        if not ctx.internal:
            twin = copy.copy(self)
            twin.id = twin.private_data = None
            twin.disks = [_without_state(disk) for disk in self.disks]
        write_element(twin, out, pad, ctx)


def _without_state(disk: BackupDisk) -> BackupDisk:
    if disk.state is None and disk.index is None:
        return disk
    twin = copy.copy(disk)
    twin.state = twin.index = None
    return twin
