"""Status files of older daemons: names of QEMU objects that newer ones write down and older ones derived from the alias.

A disk without the record gets the names that every old daemon gave; a SCSI host device always has them.
"""

from __future__ import annotations

from typing import Any

from purevirt.model.domain.document import Domain
from purevirt.model.storage_source import NetworkSource, NodeName, ObjectAlias, PrivateObjects, SourcePrivateData, TlsAlias


def complete_private_data(domain: Domain) -> None:
    """Fill in what the guest's definition implies; what is recorded stays."""
    if domain.devices is None:
        return
    for disk in domain.devices.disks:
        if disk.alias is not None and disk.alias.name and disk.source is not None:
            _complete_disk(disk, disk.alias.name)
    for hostdev in domain.devices.hostdevs:
        if hostdev.mode == "subsystem" and hostdev.type == "scsi" and hostdev.alias is not None and hostdev.alias.name:
            _complete_hostdev(hostdev.source, hostdev.alias.name)


def _complete_disk(disk: Any, alias: str) -> None:
    source = disk.source
    auth = disk.auth or source.auth
    encryption = disk.encryption or source.encryption
    wanted: dict[str, str] = {}
    if auth is not None:
        wanted["auth"] = f"{alias}-secret0"
    if encryption is not None and encryption.format == "luks":
        wanted["encryption"] = f"{alias}-luks-secret0"
    tls = f"obj{alias}_tls0" if isinstance(source, NetworkSource) and source.tls else None
    if disk.secrets_placement is not None or (not wanted and tls is None):
        return
    if source.private_data is not None and source.private_data.nodenames:
        return
    _add_objects(source, wanted, tls)


def _complete_hostdev(source: Any, alias: str) -> None:
    wanted = {"auth": f"{alias}-secret0"} if source.auth is not None else {}
    data = source.private_data
    if data is None or data.node("storage") is None:
        data = source.private_data = data or SourcePrivateData()
        data.nodenames.append(NodeName(type="storage", name=f"libvirt-{alias}-backend"))
    _add_objects(source, wanted, None)


def _add_objects(source: Any, wanted: dict[str, str], tls: str | None) -> None:
    if not wanted and tls is None:
        return
    data = source.private_data = source.private_data or SourcePrivateData()
    objects = data.objects = data.objects or PrivateObjects()
    known = {secret.type for secret in objects.secrets}
    objects.secrets += [ObjectAlias(type=kind, alias=name) for kind, name in wanted.items() if kind not in known]
    if objects.tls is None and tls is not None:
        objects.tls = TlsAlias(alias=tls)
