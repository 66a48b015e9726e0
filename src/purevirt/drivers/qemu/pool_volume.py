"""Disks that are volumes of storage pools: what QEMU is given in place of pool and volume."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, VirtError
from purevirt.model.storage_network import Auth, AuthSecret, SourceHost
from purevirt.model.storage_source import BlockSource, DirSource, FileSource, NetworkSource

_ISCSI = ("iscsi", "iscsi-direct")


def translate_volume(source: Any, pool: Any, volume_type: str, path: str) -> tuple[Any, str]:
    """The storage source that stands for the volume, and its type.

    `pool` is the pool's document, `volume_type` and `path` are what the pool tells of the volume.
    """
    if source.mode is not None and pool.type not in _ISCSI:
        raise VirtError(
            ErrorCode.XML_ERROR, "disk source mode is only valid when storage pool is of iscsi type"
        )
    if pool.type in _ISCSI and (source.mode == "direct" or pool.type == "iscsi-direct"):
        found: Any = _direct(source, pool)
        kind = "network"
    elif volume_type == "block" or pool.type in _ISCSI:
        found, kind = BlockSource(dev=path), "block"
    elif volume_type == "dir":
        found, kind = DirSource(dir=path), "dir"
    elif volume_type == "file":
        found, kind = FileSource(file=path), "file"
    else:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "unsupported storage volume type")
    for name in ("encryption", "seclabels", "slices", "reservations", "startup_policy"):
        setattr(found, name, getattr(source, name))
    return found, kind


def _direct(source: Any, pool: Any) -> NetworkSource:
    """QEMU logs in to the iSCSI target itself; the unit is the last part of the volume's name (unit:0:0:3)."""
    parts = source.volume.split(":")
    if len(parts) != 4 or parts[0] != "unit" or not all(part.isdecimal() for part in parts[1:]):
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"unexpected iscsi volume name '{source.volume}'")
    host = pool.source.hosts[0]
    found = NetworkSource(protocol="iscsi", name=f"{pool.source.devices[0].path}/{parts[3]}")
    found.hosts = [SourceHost(name=host.name, port=host.port or None)]
    auth = pool.source.auth
    if auth is not None:
        secret = AuthSecret(type="iscsi", uuid=auth.secret.uuid, usage=auth.secret.usage)
        found.auth = Auth(username=auth.username, secret=secret)
    return found
