"""Bad documents of storage and character devices: what the reference answers, word for word, and where we say it is wrong.

Codes, domains and texts were taken from libvirt 9.0.0's own test driver, run on the same documents.
"""

from __future__ import annotations

import pytest

from purevirt.errors import VirtError
from purevirt.model._engine import Element, ParseContext
from purevirt.model.domain.chardev import Channel, Serial
from purevirt.model.domain.controller import Controller
from purevirt.model.domain.disk import Disk
from purevirt.model.domain.filesystem import Filesystem
from purevirt.model.domain.lease import Lease
from purevirt.model.domain.redirdev import Redirdev, Redirfilter
from purevirt.model.domain.rng import Rng
from purevirt.model.domain.shmem import Shmem
from purevirt.model.domain.smartcard import Smartcard
from purevirt.model.secret import Secret
from purevirt.model.snapshot import DomainSnapshot
from purevirt.model.storage_pool import StoragePool
from purevirt.model.storage_volume import StorageVolume

S = "<source file='/a'/><target dev='vda'/>"


def disk(more: str, attributes: str = "") -> str:
    return f"<disk{attributes}>\n{S}\n{more}\n</disk>"


def network(source: str) -> str:
    return f"<disk type='network'>\n{source}\n<target dev='vda'/>\n</disk>"


def pool(more: str, kind: str = "dir", target: str = "<target><path>/x</path></target>") -> str:
    return f"<pool type='{kind}'>\n<name>n</name>\n{more}\n{target}\n</pool>"


def volume(target: str) -> str:
    return f"<volume>\n<name>v</name>\n<capacity>1</capacity>\n<target>\n{target}\n</target>\n</volume>"


BAD: dict[str, tuple[type[Element], str, int, str, str]] = {
    "disk-unknown-type": (
        Disk, "<disk type='x'/>", 27, "XML error: Invalid value for attribute 'type' in element 'disk': 'x'.", "/disk, line 1"
    ),
    "disk-unknown-driver-format": (
        Disk, disk("<driver type='x'/>"), 67, "unsupported configuration: unknown driver format value 'x'", "/disk/driver, line 3"
    ),
    "disk-read-policy-enospace": (
        Disk, disk("<driver rerror_policy='enospace'/>"), 67,
        "unsupported configuration: Invalid disk read error policy: 'enospace'", "/disk/driver, line 3",
    ),
    "disk-iothread-zero": (
        Disk, disk("<driver iothread='0'/>"), 27,
        "XML error: Invalid value for attribute 'iothread' in element 'driver': Zero is not permitted", "/disk/driver, line 3",
    ),
    "disk-iothread-not-a-number": (
        Disk, disk("<driver iothread='x'/>"), 27,
        "XML error: Invalid value for attribute 'iothread' in element 'driver': 'x'. Expected non-negative integer value",
        "/disk/driver, line 3",
    ),
    "disk-metadata-cache-unit": (
        Disk, disk("<driver><metadata_cache><max_size unit='x'>4</max_size></metadata_cache></driver>"), 8,
        "invalid argument: unknown suffix 'x'", "/disk/driver/metadata_cache/max_size, line 3",
    ),
    "disk-iotune-not-a-number": (
        Disk, disk("<iotune><total_bytes_sec>x</total_bytes_sec></iotune>"), 27,
        "XML error: disk iotune field 'total_bytes_sec' must be an integer", "/disk/iotune/total_bytes_sec, line 3",
    ),
    "disk-iotune-total-and-part": (
        Disk, disk("<iotune><total_bytes_sec>1</total_bytes_sec><read_bytes_sec>1</read_bytes_sec></iotune>"), 27,
        "XML error: total and read/write bytes_sec cannot be set at the same time", "/disk/iotune, line 3",
    ),
    "disk-wwn-too-short": (Disk, disk("<wwn>1</wwn>"), 1, "internal error: Malformed wwn: 1", "/disk, line 1"),
    "disk-vendor-not-printable": (
        Disk, disk("<vendor>\t</vendor>"), 27, "XML error: disk vendor is not printable string", "/disk, line 1"
    ),
    "disk-encryption-without-format": (
        Disk, disk("<encryption/>"), 27, "XML error: unknown volume encryption format", "/disk/encryption, line 3"
    ),
    "disk-encryption-unknown-format": (
        Disk, disk("<encryption format='x'/>"), 67, "unsupported configuration: unknown volume encryption format type x",
        "/disk/encryption, line 3",
    ),
    "disk-encryption-secret-without-reference": (
        Disk, disk("<encryption format='luks'><secret type='passphrase'/></encryption>"), 27,
        "XML error: missing secret uuid or usage attribute", "/disk/encryption/secret, line 3",
    ),
    "disk-encryption-ivgen-without-cipher": (
        Disk, disk("<encryption format='luks'><ivgen name='s'/></encryption>"), 27,
        "XML error: ivgen element found, but cipher is missing", "/disk/encryption, line 3",
    ),
    "disk-auth-without-username": (Disk, disk("<auth/>"), 27, "XML error: missing username for auth", "/disk/auth, line 3"),
    "disk-auth-without-secret": (
        Disk, disk("<auth username='x'/>"), 27, "XML error: Missing <secret> element in auth", "/disk/auth, line 3"
    ),
    "disk-backing-without-format": (
        Disk, disk("<backingStore type='file'/>"), 27, "XML error: missing disk backing store format",
        "/disk/backingStore, line 3",
    ),
    "disk-network-without-protocol": (
        Disk, network("<source/>"), 27, "XML error: Missing required attribute 'protocol' in element 'source'",
        "/disk/source, line 2",
    ),
    "disk-network-without-name": (
        Disk, network("<source protocol='rbd'/>"), 27, "XML error: missing name for disk source", "/disk/source, line 2"
    ),
    "disk-network-unsplittable-name": (
        Disk, network("<source protocol='gluster' name='a'><host name='h'/></source>"), 27,
        "XML error: can't split path 'a' into pool name and image name", "/disk/source, line 2",
    ),
    "disk-host-port-not-a-number": (
        Disk, network("<source protocol='nbd'><host name='a' port='x'/></source>"), 8,
        "invalid argument: failed to parse port number 'x'", "/disk/source/host, line 2",
    ),
    "disk-host-unknown-transport": (
        Disk, network("<source protocol='nbd'><host name='a' transport='x'/></source>"), 67,
        "unsupported configuration: unknown protocol transport type 'x'", "/disk/source/host, line 2",
    ),
    "disk-host-socket-over-tcp": (
        Disk, network("<source protocol='nbd'><host name='a' socket='/q'/></source>"), 27,
        "XML error: transport '(null)' does not support socket attribute", "/disk/source/host, line 2",
    ),
    "disk-cookie-twice": (
        Disk,
        network(
            "<source protocol='http' name='a'><host name='h'/><cookies><cookie name='a'>b</cookie>"
            "<cookie name='a'>b</cookie></cookies></source>"
        ),
        27, "XML error: duplicate cookie 'a'", "/disk/source, line 2",
    ),
    "controller-unknown-model": (
        Controller, "<controller type='scsi' model='x'/>", 67, "unsupported configuration: Unknown model type 'x'",
        "/controller, line 1",
    ),
    "controller-negative-ports": (
        Controller, "<controller type='virtio-serial' ports='-1'/>", 27,
        "XML error: Invalid value for attribute 'ports' in element 'controller': '-1'. Expected non-negative value",
        "/controller, line 1",
    ),
    "controller-chassis-out-of-range": (
        Controller, "<controller type='pci' model='pci-bridge' index='1'>\n<target chassisNr='0'/></controller>", 67,
        "unsupported configuration: PCI controller chassisNr '0' out of range - must be 1-255", "/controller/target, line 2",
    ),
    "controller-two-targets": (
        Controller, "<controller type='pci' model='pci-root'><target/><target/></controller>", 27,
        "XML error: Multiple <target> elements in controller definition not allowed", "/controller, line 1",
    ),
    "filesystem-without-source": (
        Filesystem, "<filesystem/>", 19, "missing source information for device", "/filesystem, line 1"
    ),
    "filesystem-without-target": (
        Filesystem, "<filesystem><source dir='/a'/></filesystem>", 20, "missing target information for device /a",
        "/filesystem, line 1",
    ),
    "filesystem-mode-too-wide": (
        Filesystem, "<filesystem fmode='7777'><source dir='/a'/><target dir='/a'/></filesystem>", 27,
        "XML error: invalid fmode: '07777'", "/filesystem, line 1",
    ),
    "lease-without-key": (Lease, "<lease/>", 27, "XML error: Missing 'key' element for lease", "/lease, line 1"),
    "serial-unknown-type": (
        Serial, "<serial type='x'/>", 67,
        "unsupported configuration: unknown type presented to host for character device: x", "/serial, line 1",
    ),
    "serial-two-sources": (
        Serial, "<serial type='pty'><source path='/a'/><source path='/b'/></serial>", 27,
        "XML error: only one source element is allowed for character device", "/serial, line 1",
    ),
    "serial-port-not-a-number": (
        Serial, "<serial type='pty'>\n<target port='x'/></serial>", 27, "XML error: Invalid port number: x",
        "/serial/target, line 2",
    ),
    "channel-without-target": (
        Channel, "<channel type='pty'/>", 27, "XML error: target type must be specified for channel device", "/channel, line 1"
    ),
    "channel-guestfwd-ipv6": (
        Channel, "<channel type='pty'>\n<target type='guestfwd' address='::1' port='4'/></channel>", 67,
        "unsupported configuration: guestfwd channel only supports IPv4 addresses", "/channel/target, line 2",
    ),
    "rng-without-model": (Rng, "<rng/>", 27, "XML error: missing RNG device model", "/rng, line 1"),
    "rng-two-backends": (
        Rng, "<rng model='virtio'><backend model='random'/><backend model='random'/></rng>", 27,
        "XML error: only one RNG backend is supported", "/rng, line 1",
    ),
    "shmem-name-with-slash": (
        Shmem, "<shmem name='a/b'/>", 67, "unsupported configuration: shmem name cannot include '/' character",
        "/shmem, line 1",
    ),
    "shmem-msi-without-server": (
        Shmem, "<shmem name='a'><msi/></shmem>", 27, "XML error: msi option is only supported with a server", "/shmem, line 1"
    ),
    "smartcard-two-certificates": (
        Smartcard,
        "<smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate></smartcard>", 27,
        "XML error: host-certificates mode needs exactly three certificates", "/smartcard, line 1",
    ),
    "redirdev-without-type": (Redirdev, "<redirdev/>", 1, "internal error: missing type in redirdev", "/redirdev, line 1"),
    "redirfilter-bad-version": (
        Redirfilter, "<redirfilter>\n<usbdev version='1' allow='yes'/></redirfilter>", 27,
        "XML error: Cannot parse USB device version 1", "/redirfilter/usbdev, line 2",
    ),
    "pool-unknown-type": (
        StoragePool, "<pool type='x'/>", 27, "XML error: Invalid value for attribute 'type' in element 'pool': 'x'.",
        "/pool, line 1",
    ),
    "pool-without-target": (StoragePool, pool("", target=""), 27, "XML error: missing storage pool target path", "/pool, line 1"),
    "pool-name-with-slash": (
        StoragePool, "<pool type='dir'><name>a/b</name></pool>", 27, "XML error: name a/b cannot contain '/'", "/pool, line 1"
    ),
    "pool-mode-not-octal": (
        StoragePool, pool("", target="<target><path>/x</path><permissions>\n<mode>x</mode></permissions></target>"), 27,
        "XML error: malformed octal mode", "/pool/target/permissions/mode, line 5",
    ),
    "pool-unknown-format": (
        StoragePool, pool("<source><device path='/d'/><format type='x'/></source>", "fs"), 67,
        "unsupported configuration: unknown pool format type x", "/pool, line 1",
    ),
    "pool-fc-host-half-parent": (
        StoragePool,
        pool(
            "<source><adapter type='fc_host' parent_wwnn='20000000c9831b4b' wwnn='20000000c9831b4b' "
            "wwpn='10000000c9831b4b'/></source>",
            "scsi",
        ),
        27, "XML error: when providing parent_wwnn='20000000c9831b4b', the parent_wwpn must also be provided",
        "/pool/source/adapter, line 3",
    ),
    "volume-without-name": (StorageVolume, "<volume/>", 27, "XML error: missing volume name element", "/volume, line 1"),
    "volume-capacity-not-a-number": (
        StorageVolume, "<volume>\n<name>v</name>\n<capacity>x</capacity></volume>", 27, "XML error: malformed capacity element",
        "/volume/capacity, line 3",
    ),
    "volume-compat-not-a-version": (
        StorageVolume, volume("<compat>x</compat>"), 27, "XML error: forbidden characters in 'compat' attribute",
        "/volume/target, line 4",
    ),
    "volume-unknown-feature": (
        StorageVolume, volume("<features><foo/></features>"), 67, "unsupported configuration: unsupported feature foo",
        "/volume/target/features/foo, line 5",
    ),
    "secret-usage-without-name": (
        Secret, "<secret>\n<usage type='tls'/></secret>", 1, "internal error: TLS usage specified, but name is missing",
        "/secret/usage, line 2",
    ),
    "snapshot-memory-file-internal": (
        DomainSnapshot, "<domainsnapshot>\n<memory snapshot='internal' file='/a'/></domainsnapshot>", 27,
        "XML error: memory filename '/a' requires external snapshot", "/domainsnapshot/memory, line 2",
    ),
    "snapshot-disk-without-name": (
        DomainSnapshot, "<domainsnapshot><disks>\n<disk/></disks></domainsnapshot>", 1,
        "internal error: missing name from disk snapshot element", "/domainsnapshot/disks/disk, line 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD)
def test_bad_document(mistake: str) -> None:
    cls, document, code, text, where = BAD[mistake]
    with pytest.raises(VirtError) as caught:
        cls.from_xml(document, ParseContext(inactive=True))
    assert (caught.value.code, caught.value.message) == (code, text)
    assert caught.value.where == where
