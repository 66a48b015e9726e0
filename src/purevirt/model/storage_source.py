"""`<source>` of disks, backing images, mirrors, firmware stores and snapshots: one class per kind of storage.

formatdomain.html, "Hard drives, floppy disks, CDROMs". The kind is told by the `type` attribute of the element around
it, so a document declares `choice("type", SOURCES, tag="source")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    LIVE,
    ON_OFF,
    STATUS,
    UINT,
    ULONG,
    YES_NO,
    Case,
    Element,
    FormatContext,
    Hex,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    leaf,
    own_forms,
)
from purevirt.model.domain.device import check_multifunction, check_pci_ranges
from purevirt.model.schema_text import (
    ABSOLUTE_PATH,
    DATASTORE_PATH,
    DEVICE_NAME,
    OBJECT_NAME,
    PCI_FUNCTION,
    PCI_SLOT,
    POSITIVE,
    UINT8,
    UINT32,
    UNSIGNED,
    VOLUME_NAME,
    either,
    one_of,
)
from purevirt.model.storage_encryption import Encryption
from purevirt.model.storage_network import (
    Auth,
    Cookie,
    Initiator,
    NetworkProtocol,
    NfsIdentity,
    SourceConfig,
    SourceHost,
    SourceReadahead,
    SourceSnapshot,
    SourceSsl,
    SourceTimeout,
    VhostReconnect,
    check_cookies,
)
from purevirt.types.override import override

StorageType = Literal["file", "block", "dir", "network", "volume", "nvme", "vhostuser"]
StorageFormat = Literal[
    "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed", "vmdk",
    "luks",
]  # fmt: skip
StartupPolicy = Literal["mandatory", "requisite", "optional"]
VolumeMode = Literal["host", "direct"]


class DeviceSeclabel(Element, tag="seclabel"):
    """A security label of one resource, overriding what the domain's label says for the model."""

    schema_cases = (
        {"relabel": ("no",), "labelskip": "absent", "label": "absent"},
        {"relabel": "absent", "labelskip": ("yes",), "label": "absent"},
        {"relabel": ("yes", None), "labelskip": "absent", "label": "present"},
    )

    model: str | None = attr()
    labelskip: bool | None = attr(YES_NO, only=LIVE, omit=False)
    relabel: bool | None = attr(YES_NO)
    label: str | None = leaf()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A label needs relabelling; relabelling is on when nothing is said, and off where labelling was skipped."""
        if self.labelskip:
            self.relabel = None
        elif self.relabel is None:
            self.relabel = True
        if self.label is not None and self.relabel is False:
            raise XmlError(f"Cannot specify a label if relabelling is turned off. model={self.model or '<null>'}")

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """Nothing is said in a persistent definition by a label that has no text."""
        return not (ctx.inactive and self.label is None and self.relabel is not False)


def check_seclabels(seclabels: list[DeviceSeclabel]) -> None:
    """One label per model."""
    seen: set[str | None] = set()
    for seclabel in seclabels:
        if seclabel.model in seen:
            raise XmlError(f"seclabel for model {seclabel.model or '<null>'} is already provided", ErrorCode.XML_DETAIL)
        seen.add(seclabel.model)


class Slice(Element, tag="slice"):
    """A part of the storage, in bytes, that holds the image; types other than `storage` are not known yet."""

    type: str | None = attr(needed=True, rng=one_of("storage"))
    offset: int | None = attr(ULONG, error="malformed value '%s' of 'offset' attribute of slice", needed=True, rng=UNSIGNED)
    size: int | None = attr(ULONG, error="malformed value '%s' of 'size' attribute of slice", needed=True, rng=POSITIVE)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both numbers are needed."""
        if self.type == "storage" and (self.offset is None or self.size is None):
            raise XmlError("missing offset or size attribute of slice")


class ReservationsSource(Element, tag="source"):
    """The socket of a persistent reservation helper that is not ours to start."""

    type: Literal["unix"] | None = attr(needed=True)
    path: str | None = attr(needed=True, rng=ABSOLUTE_PATH)
    mode: Literal["client"] | None = attr(needed=True)


class Reservations(Element, tag="reservations"):
    """SCSI persistent reservations, through a helper that libvirt starts (`managed`) or that runs already."""

    managed: bool = attr(YES_NO, required=True, needed=False)
    source: ReservationsSource | None = child(ReservationsSource)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Without management there is a socket, and we are its client."""
        source = self.source or ReservationsSource()
        given = (source.type, source.path, source.mode)
        if self.managed and given == (None, None, None):
            return
        problem = None
        if source.type is None:
            problem = "missing connection type for <reservations/>"
        elif source.path is None:
            problem = "missing path for <reservations/>"
        elif source.mode is None:
            problem = "missing connection mode for <reservations/>"
        elif source.type != "unix":
            problem = f"unsupported connection type for <reservations/>: {source.type}"
        elif source.mode != "client":
            problem = f"unsupported connection mode for <reservations/>: {source.mode}"
        if problem is not None:
            raise XmlError(problem, domain=ErrorDomain.STORAGE)


class NodeName(Element, tag="nodename"):
    """A block node of the running QEMU."""

    type: str = attr(required=True)
    name: str = attr(required=True)


class ObjectAlias(Element, tag="secret"):
    """A QEMU object that belongs to the image: a secret of a kind (`auth`, `encryption`, `httpcookie`, `tlskey`)."""

    type: str = attr(required=True)
    alias: str = attr(required=True)


class TlsAlias(Element, tag="TLSx509"):
    """The QEMU TLS credentials object of the image."""

    alias: str = attr(required=True)


class PrivateObjects(Element, tag="objects"):
    """QEMU objects that live as long as the image is in use."""

    secrets: list[ObjectAlias] = children(ObjectAlias)
    tls: TlsAlias | None = child(TlsAlias)


class ThresholdEvent(Element, tag="thresholdEvent"):
    """How the write threshold was set: by target or by index of the chain."""

    index_used: bool | None = attr(YES_NO, name="indexUsed")


class ReservationsAlias(Element, tag="reservations"):
    """The QEMU object of the reservation helper."""

    mgralias: str | None = attr()


class SourcePrivateData(Element, tag="privateData"):
    """What the QEMU driver knows of a used image; status files only."""

    nodenames: list[NodeName] = children(NodeName, inside="nodenames")
    reservations: ReservationsAlias | None = child(ReservationsAlias)
    rel_path: str | None = leaf(name="relPath")
    objects: PrivateObjects | None = child(PrivateObjects)
    threshold_event: ThresholdEvent | None = child(ThresholdEvent)

    def node(self, kind: str) -> str | None:
        """The node name of a kind: "storage", "format" or "slice-storage"."""
        return next((n.name for n in self.nodenames if n.type == kind), None)


class StorageSource(Element, tag="source", tail=True):
    """What every kind of source may have; the kinds put their own fields first."""

    startup_policy: StartupPolicy | None = attr(StartupPolicy, name="startupPolicy")
    index: int | None = attr(UINT, only=LIVE, omit=0, rng=POSITIVE)
    slices: list[Slice] = children(Slice, inside="slices", needed=True)
    seclabels: list[DeviceSeclabel] = children(DeviceSeclabel)
    auth: Auth | None = child(Auth)
    encryption: Encryption | None = child(Encryption)
    reservations: Reservations | None = child(Reservations)
    private_data: SourcePrivateData | None = child(SourcePrivateData, only=STATUS)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only the first storage slice counts; one label per model."""
        self.slices = [s for s in self.slices if s.type == "storage"][:1]
        check_seclabels(self.seclabels)

    @property
    def path(self) -> str | None:
        """The path or name by which people call the storage; None when there is none."""
        return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named: an empty drive."""
        return not self.path


class FileSource(StorageSource):
    """An image file; `fdgroup` names descriptors handed over instead."""

    schema_hides = ("auth", "reservations")

    file: str | None = attr(rng=either(ABSOLUTE_PATH, DATASTORE_PATH))
    fdgroup: str | None = attr()

    @property
    @override
    def path(self) -> str | None:
        return self.file


class BlockSource(StorageSource):
    """A block device of the host."""

    schema_hides = ("auth",)

    dev: str | None = attr(rng=either(ABSOLUTE_PATH, DEVICE_NAME))

    @property
    @override
    def path(self) -> str | None:
        return self.dev


class DirSource(StorageSource):
    """A directory shown as a FAT disk."""

    schema_hides = ("auth", "reservations", "seclabels")

    dir: str | None = attr(needed=True, rng=ABSOLUTE_PATH)

    @property
    @override
    def path(self) -> str | None:
        return self.dir


_DEFAULT_PORTS = {
    "http": 80, "https": 443, "ftp": 21, "ftps": 990, "tftp": 69, "sheepdog": 7000, "nbd": 10809, "ssh": 22, "iscsi": 3260,
    "gluster": 24007, "vxhs": 9999,
}  # fmt: skip


_HTTP: Case = {
    "name": "present",
    "hosts": "once",
    "readahead": "optional",
    "timeout": "optional",
    "auth": "optional",
    "encryption": "optional",
}


class NetworkSource(StorageSource):
    """An image on a server; `name` is the volume, path or pool/image of the protocol."""

    schema_hides = ("seclabels", "startup_policy", "reservations")
    # ssh is read, but libvirt's schema of 9.0 does not know it.
    schema_cases = own_forms(
        {
            "protocol": ("rbd",),
            "name": "optional",
            "hosts": "optional",
            "snapshot": "optional",
            "config": "optional",
            "auth": "optional",
            "encryption": "optional",
        },
        {
            "protocol": ("iscsi",),
            "name": "present",
            "hosts": "once",
            "initiator": "optional",
            "auth": "optional",
            "encryption": "optional",
        },
        {"protocol": ("https",), "query": "optional", "ssl": "optional", "cookies": "optional", **_HTTP},
        {"protocol": ("http",), "query": "optional", "cookies": "optional", **_HTTP},
        {"protocol": ("ftps",), "ssl": "optional", **_HTTP},
        {"protocol": ("ftp",), **_HTTP},
        {"protocol": ("sheepdog", "tftp"), **{name: said for name, said in _HTTP.items() if name != "auth"}},
        {
            "protocol": ("nbd",),
            "name": "optional",
            "tls": "optional",
            "tls_hostname": "optional",
            "hosts": "once",
            "encryption": "optional",
        },
        {"protocol": ("gluster",), "name": "present", "hosts": "present", "encryption": "optional"},
        {"protocol": ("vxhs",), "name": "present", "tls": "optional", "hosts": "once"},
        {"protocol": ("nfs",), "name": "present", "hosts": "once", "identity": "present"},
    )

    protocol: NetworkProtocol = attr(NetworkProtocol, required=True)
    name: str | None = attr()
    query: str | None = attr()
    tls: bool | None = attr(YES_NO)
    tls_from_config: int | None = attr(UINT, name="tlsFromConfig", only=STATUS)
    tls_hostname: str | None = attr(name="tlsHostname")
    hosts: list[SourceHost] = children(SourceHost)
    snapshot: SourceSnapshot | None = child(SourceSnapshot)
    config: SourceConfig | None = child(SourceConfig)
    initiator: Initiator | None = child(Initiator)
    ssl: SourceSsl | None = child(SourceSsl)
    cookies: list[Cookie] = children(Cookie, inside="cookies", secret=True, needed=True)
    readahead: SourceReadahead | None = child(SourceReadahead)
    timeout: SourceTimeout | None = child(SourceTimeout)
    identity: NfsIdentity | None = child(NfsIdentity)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The name a protocol needs, and only the settings it has."""
        StorageSource.after_parse(self, ctx)
        self.seclabels = []
        self._check_name()
        protocol = self.protocol
        if protocol not in ("http", "https"):
            self.query = None
            self.cookies = []
        if protocol not in ("https", "ftps"):
            self.ssl = None
        if protocol not in ("http", "https", "ftp", "ftps", "tftp", "sheepdog"):
            self.readahead = self.timeout = None
        if protocol != "nfs":
            self.identity = None
        check_cookies(self.cookies)
        for host in self.hosts:
            if host.port is None and host.transport in (None, "tcp"):
                host.port = _DEFAULT_PORTS.get(protocol)

    def _check_name(self) -> None:
        if self.name is None:
            if self.protocol not in ("nbd", "none"):
                raise XmlError("missing name for disk source")
            return
        if self.protocol in ("gluster", "rbd"):
            pool, slash, _ = self.name.partition("/")
            if not slash or not pool:
                raise XmlError(f"can't split path '{self.name}' into pool name and image name")

    def settle_unit(self) -> None:
        """A disk on an iSCSI target is its first unit unless another is named."""
        if self.protocol == "iscsi" and self.name and "/" not in self.name:
            self.name += "/0"

    @property
    @override
    def path(self) -> str | None:
        return self.name

    @property
    @override
    def is_empty(self) -> bool:
        return self.protocol == "none" or (not self.name and self.protocol != "nbd")

    @property
    def volume_and_path(self) -> tuple[str, str]:
        """The pool or volume in front of the first slash of `name`, and what is behind it."""
        volume, _, path = (self.name or "").partition("/")
        return volume, path


class VolumeSource(StorageSource):
    """A volume of a storage pool; what it really is, is found out when the guest starts."""

    schema_hides = ("auth", "reservations")

    pool: str | None = attr(needed=True, rng=OBJECT_NAME)
    volume: str | None = attr(needed=True, rng=VOLUME_NAME)
    mode: VolumeMode | None = attr(
        VolumeMode, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown source mode '%s' for volume type disk")
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Pool and volume go together; credentials are the pool's."""
        StorageSource.after_parse(self, ctx)
        if (self.pool is None) != (self.volume is None):
            raise XmlError("'pool' and 'volume' must be specified together for 'pool' type source")
        self.auth = None

    @property
    @override
    def path(self) -> str | None:
        return self.volume


class HostPciAddress(Element, tag="address"):
    """Where a host's PCI function is; each part defaults to 0."""

    schema_also = {"multifunction": attr(ON_OFF)}

    domain: int = attr(Hex(4, 2**32 - 1), default=0, rng=UINT32)
    bus: int = attr(Hex(2, 2**32 - 1), default=0, rng=UINT8)
    slot: int = attr(Hex(2, 2**32 - 1), default=0, rng=PCI_SLOT)
    function: int = attr(Hex(1, 2**32 - 1), default=0, rng=PCI_FUNCTION)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """What only guest addresses have is read past, but not anyhow."""
        check_multifunction(node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The ranges of PCI."""
        check_pci_ranges(self.bus, self.slot, self.function)


class NamespaceNumber:
    """Codec of an NVMe namespace: a number from 1."""

    safe = True
    rng = UINT32

    def parse(self, value: str) -> int:
        """The number; its own texts when it is none or 0."""
        if not value.isascii() or not value.isdigit() or len(value) > 19:
            raise XmlError(f"malformed namespace '{value}'")
        if int(value) == 0:
            raise XmlError("NVMe namespace can't be zero", ErrorCode.CONFIG_UNSUPPORTED)
        return int(value)

    def format(self, value: int) -> str:
        """Decimal."""
        return str(value)


class NvmeSource(StorageSource):
    """A namespace of an NVMe controller taken from the host."""

    schema_hides = ("auth", "reservations", "seclabels")

    type: Literal["pci"] = attr(
        Literal["pci"],
        required=True,
        missing="missing 'type' attribute to disk source",
        error="unsupported source type '%s'",
    )
    managed: bool = attr(YES_NO, default=True)
    namespace: int = attr(NamespaceNumber(), required=True, missing="missing 'namespace' attribute to disk source")
    address: HostPciAddress = child(HostPciAddress, required=True, missing="NVMe disk source is missing address")

    @property
    @override
    def path(self) -> str | None:
        a = self.address
        return f"{a.domain:04x}:{a.bus:02x}:{a.slot:02x}.{a.function:x}/{self.namespace}"


class VhostUserSource(StorageSource):
    """A process that serves the disk over vhost-user."""

    schema_hides = ("startup_policy", "index", "slices", "seclabels", "auth", "encryption", "reservations")

    type: Literal["unix"] = attr(
        Literal["unix"],
        required=True,
        missing="missing 'type' attribute for vhostuser disk source",
        error="invalid 'type' attribute for vhostuser disk source",
    )
    socket_path: str = attr(
        name="path", required=True, missing="missing 'path' attribute for vhostuser disk source", rng=ABSOLUTE_PATH
    )
    reconnect: VhostReconnect | None = child(VhostReconnect)

    @property
    @override
    def path(self) -> str | None:
        return self.socket_path


SOURCES: Mapping[str | None, type[StorageSource]] = {
    "file": FileSource,
    "block": BlockSource,
    "dir": DirSource,
    "network": NetworkSource,
    "volume": VolumeSource,
    "nvme": NvmeSource,
    "vhostuser": VhostUserSource,
}
"""The class of a source by the `type` of the element around it."""
