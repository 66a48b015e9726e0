"""Images: formats, protocols and encryption that QEMU's block layer has."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.model.storage_source import DirSource, NetworkSource

_WEB = ("http", "https")
_FILES = ("http", "https", "ftp", "ftps")


def validate_image(source: Any, kind: str, encryption: Any, driver: Any, caps: QemuCaps, *, readonly: bool) -> None:
    """One image of format `kind`; `driver` of the disk it is the top of."""
    if kind == "cow":
        raise unsupported("'cow' storage format is not supported")
    if kind == "dir":
        raise unsupported("'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead")
    if kind == "iso":
        raise unsupported("storage format 'iso' is not directly supported by QEMU, use 'raw' instead")
    _validate_encryption(source, kind, encryption, caps)
    if isinstance(source, DirSource):
        if kind not in ("fat", "raw"):
            raise unsupported("storage type 'dir' requires use of storage format 'fat'")
        if not readonly:
            raise unsupported("virtual FAT storage can't be accessed in read-write mode")
    elif kind == "fat":
        raise unsupported("storage format 'fat' is supported only with 'dir' storage type")
    metadata = driver.metadata_cache if driver is not None else None
    if metadata is not None and metadata.max_size and kind != "qcow2":
        raise unsupported("metadata cache max size control is supported only with qcow2 images")
    if isinstance(source, NetworkSource):
        _validate_network(source)


def _validate_network(source: NetworkSource) -> None:
    protocol = source.protocol
    if source.ssl is not None and protocol not in ("https", "ftps"):
        raise unsupported("ssl verification is supported only with HTTPS/FTPS protocol")
    if source.cookies and protocol not in _WEB:
        raise unsupported("http cookies are supported only with HTTP(S) protocol")
    if source.readahead is not None and protocol not in _FILES:
        raise unsupported("readahead is supported only with HTTP(S)/FTP(s) protocols")
    if source.timeout is not None and protocol not in _FILES:
        raise unsupported("timeout is supported only with HTTP(S)/FTP(s) protocols")
    if source.query is not None and protocol not in _WEB:
        raise unsupported("query is supported only with HTTP(S) protocols")
    if protocol == "tftp":
        raise unsupported(f"'{protocol}' protocol is not supported with this QEMU binary")
    if protocol == "nfs":
        if len(source.hosts) != 1:
            raise unsupported("'nfs' protocol requires the usage of exactly one host")
        host = source.hosts[0]
        if host.transport not in (None, "tcp"):
            raise unsupported("'nfs' host must use TCP protocol")
        if host.port:
            raise unsupported("port cannot be specified in 'nfs' protocol host")
    if source.tls_hostname is not None and protocol != "nbd":
        raise unsupported("'tlsHostname' field is supported only with NBD disks")


def _validate_encryption(source: Any, kind: str, encryption: Any, caps: QemuCaps) -> None:
    if encryption is None:
        return
    if kind in ("qcow", "qcow2") and encryption.format in (None, "default", "qcow"):
        raise unsupported("old qcow/qcow2 encryption is not supported")
    if encryption.engine == "librbd":
        if not caps.has("rbd-encryption"):
            raise unsupported("librbd encryption is not supported by this QEMU binary")
        if not isinstance(source, NetworkSource) or source.protocol != "rbd":
            raise unsupported("librbd encryption is supported only with RBD backed disks")
        return
    if kind not in ("raw", "qcow2"):
        raise unsupported("encryption is supported only with 'raw' and 'qcow2' image format")
    if encryption.format == "luks2":
        raise unsupported("luks2 is currently not supported by the qemu encryption engine")
