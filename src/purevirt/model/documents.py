"""The document kinds of libvirt: schema name → root class. What schemas, reference pages, fuzzing and validation go over."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.rng import relax_ng

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

SCHEMAS: Final = (*DOCUMENTS, "capability", "domaincaps", "storagepoolcaps")
"""Kinds that libvirt installs a schema of."""
_MORE_ROOTS: Final[dict[str, tuple[str, ...]]] = {"cpu": ("purevirt.model.cpu:HostCpu",)}
"""Kinds with more than one form: a CPU is a guest's or a host's."""


def document_class(kind: str) -> ElementMeta:
    """The root class of a kind. KeyError for an unknown one."""
    return _named(_path(kind))


def document_forms(kind: str) -> tuple[ElementMeta, ...]:
    """Every root class that the schema of a kind accepts, `document_class(kind)` first."""
    return tuple(_named(path) for path in (_path(kind), *_MORE_ROOTS.get(kind, ())))


def document_schema(kind: str) -> str:
    """The RELAX NG schema of a kind as XML text."""
    first, *more = document_forms(kind)
    return relax_ng(first, fragments=more)


def _path(kind: str) -> str:
    return DOCUMENTS.get(kind) or TOLD_DOCUMENTS[kind]


def _named(path: str) -> ElementMeta:
    module, _, name = path.partition(":")
    cls: ElementMeta = getattr(import_module(module), name)
    return cls
