"""The document kinds of libvirt: schema name → root class. What schemas, reference pages, fuzzing and validation go over."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from purevirt.model._engine.element import ElementMeta

DOCUMENTS: Final[dict[str, str]] = {
    "domain": "purevirt.model.domain.document:Domain",
    "domainsnapshot": "purevirt.model.snapshot:DomainSnapshot",
    "domaincheckpoint": "purevirt.model.checkpoint:DomainCheckpoint",
    "domainbackup": "purevirt.model.backup:DomainBackup",
    "network": "purevirt.model.network:Network",
    "networkport": "purevirt.model.network_port:NetworkPort",
    "nwfilter": "purevirt.model.nwfilter:NwFilter",
    "nwfilterbinding": "purevirt.model.nwfilter_binding:NwFilterBinding",
    "interface": "purevirt.model.host_interface:HostInterface",
    "nodedev": "purevirt.model.node_device:NodeDevice",
    "storagepool": "purevirt.model.storage_pool:StoragePool",
    "storagevol": "purevirt.model.storage_volume:StorageVolume",
    "secret": "purevirt.model.secret:Secret",
    "cpu": "purevirt.model.cpu:Cpu",
}
"""Keys are the names of libvirt's schema files."""

TOLD_DOCUMENTS: Final[dict[str, str]] = {
    "capability": "purevirt.model.capabilities:Capabilities",
    "domaincaps": "purevirt.model.domain_capabilities:DomainCapabilities",
    "storagepoolcaps": "purevirt.model.storage_pool_capabilities:StoragePoolCapabilities",
    "domstatus": "purevirt.model.domain.status:DomainStatus",
    "migrationcookie": "purevirt.model.migration_cookie:MigrationCookie",
    "savecookie": "purevirt.model.save_cookie:SaveCookie",
}
"""What no client hands in: reports, and what daemons write for themselves and for one another."""


def document_class(kind: str) -> ElementMeta:
    """The root class of a kind. KeyError for an unknown one."""
    module, _, name = (DOCUMENTS.get(kind) or TOLD_DOCUMENTS[kind]).partition(":")
    cls: ElementMeta = getattr(import_module(module), name)
    return cls
