"""Storage pools without storage: every one has 100 GiB, whatever it is."""

from __future__ import annotations

import uuid as uuid_module
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from purevirt.api.events import Event
from purevirt.drivers.test import errors
from purevirt.drivers.test.contents import Budget, Contents
from purevirt.drivers.test.index import Index
from purevirt.drivers.test.nodedevs import by_wwns, create_vport, destroy_vport
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import ParseContext, escape, parse_tree
from purevirt.model.storage_pool import FcHostAdapter, StoragePool
from purevirt.model.storage_volume import StorageVolume
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Node

    from purevirt.drivers.test.host import TestHost

CAPACITY = 100 << 30

_TYPES = {
    "dir": C.VIR_CONNECT_LIST_STORAGE_POOLS_DIR,
    "fs": C.VIR_CONNECT_LIST_STORAGE_POOLS_FS,
    "netfs": C.VIR_CONNECT_LIST_STORAGE_POOLS_NETFS,
    "logical": C.VIR_CONNECT_LIST_STORAGE_POOLS_LOGICAL,
    "disk": C.VIR_CONNECT_LIST_STORAGE_POOLS_DISK,
    "iscsi": C.VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI,
    "scsi": C.VIR_CONNECT_LIST_STORAGE_POOLS_SCSI,
    "mpath": C.VIR_CONNECT_LIST_STORAGE_POOLS_MPATH,
    "rbd": C.VIR_CONNECT_LIST_STORAGE_POOLS_RBD,
    "sheepdog": C.VIR_CONNECT_LIST_STORAGE_POOLS_SHEEPDOG,
    "gluster": C.VIR_CONNECT_LIST_STORAGE_POOLS_GLUSTER,
    "zfs": C.VIR_CONNECT_LIST_STORAGE_POOLS_ZFS,
    "vstorage": C.VIR_CONNECT_LIST_STORAGE_POOLS_VSTORAGE,
    "iscsi-direct": C.VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI_DIRECT,
}
_GROUPS = (
    C.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | C.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE,
    C.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT | C.VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT,
    C.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART | C.VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART,
    sum(_TYPES.values()),
)
_LOGICAL = """\
<sources>
  <source>
    <device path='/dev/sda20'/>
    <name>testvg1</name>
    <format type='lvm2'/>
  </source>
  <source>
    <device path='/dev/sda21'/>
    <name>testvg2</name>
    <format type='lvm2'/>
  </source>
</sources>
"""


def _read(xml: str, validate: bool) -> StoragePool:
    """A definition; options of mounts and of Ceph are the real driver's, this one does not know their namespaces."""
    document = StoragePool.from_xml(xml, ParseContext(inactive=True, validate=validate))
    document.mount_opts, document.config_opts = [], []
    document.xmlns_fs = document.xmlns_rbd = None
    return document


@dataclass(slots=True, eq=False)
class TestVolume:
    """One volume."""

    __test__ = False

    document: StorageVolume
    contents: Contents

    @property
    def capacity(self) -> int:
        """Bytes."""
        return self.document.capacity or 0

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def path(self) -> str:
        return self.document.target.path or ""

    @property
    def key(self) -> str:
        return self.document.key or ""


@dataclass(slots=True, eq=False)
class TestPool:
    """One pool with its volumes."""

    __test__ = False

    document: StoragePool
    persistent: bool
    active: bool = False
    autostart: bool = False
    volumes: Index[TestVolume] = field(default_factory=Index)

    @property
    def name(self) -> str:
        return self.document.name or ""

    @property
    def uuid(self) -> bytes:
        return parse_uuid(self.document.uuid or "")

    @property
    def ref(self) -> p.NonnullStoragePool:
        return p.NonnullStoragePool(self.name, self.uuid)

    def take(self, size: int) -> None:
        """Account for bytes that a volume takes (or gives back)."""
        self.document.allocation += size
        self.document.available = self.document.capacity - self.document.allocation

    def add_volume(self, document: StorageVolume, budget: Budget, *, own_place: bool = False) -> TestVolume:
        """A new volume in the pool's directory, or where its definition says."""
        base = (self.document.target.path if self.document.target is not None else None) or ""
        document.complete_for_pool(self.document.type)
        place = document.target.path if own_place else None
        document.target.path = place or f"{base}/{document.name}"
        document.key = (document.key if own_place else None) or document.target.path
        volume = TestVolume(document, Contents(budget))
        self.volumes.add(volume)
        self.take(document.allocation or 0)
        return volume

    def traits(self) -> int:
        return (
            (C.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE if self.active else C.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE)
            | (C.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT if self.persistent else C.VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT)
            | (C.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART if self.autostart else C.VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART)
            | _TYPES.get(self.document.type, 0)
        )

    def require(self, *, active: bool) -> None:
        """Raise unless it is in that state."""
        if self.active != active:
            raise errors.invalid(f"storage pool '{self.name}' is {'not ' if active else ''}active")


def _error(code: ErrorCode, detail: str) -> VirtError:
    return VirtError(code, detail, ErrorDomain.STORAGE)


def add_pool(host: TestHost, document: StoragePool, *, live: bool) -> TestPool:
    """The pool of a definition, known or new. Raises where name or UUID are another's."""
    if document.uuid is None:
        document.uuid = str(uuid_module.uuid4())
    name = document.name or ""
    known = host.pools.by_uuid(parse_uuid(document.uuid))
    if known is not None and known.name != name:
        text = f"pool '{known.name}' is already defined with uuid {known.document.uuid}"
        raise _error(ErrorCode.OPERATION_FAILED, text)
    if known is not None and live and known.active:
        raise _error(ErrorCode.OPERATION_INVALID, f"pool is already active as '{known.name}'")
    other = host.pools.get(name)
    if known is None and other is not None:
        raise _error(ErrorCode.OPERATION_FAILED, f"pool '{name}' already exists with uuid {other.document.uuid}")
    document.capacity, document.allocation, document.available = CAPACITY, 0, CAPACITY
    if known is None:
        known = TestPool(document, persistent=not live)
        host.pools.add(known)
    else:
        known.document, known.persistent = document, not live
        known.take(sum(volume.document.allocation or 0 for volume in known.volumes))
    return known


class PoolFacet:
    """virStoragePool* and the listing of pools."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _named(self, name: str) -> TestPool:
        return named_pool(self._host, name)

    def _emit(self, pool: TestPool, event: int) -> None:
        message = p.StoragePoolEventLifecycleMsg(0, pool.ref, event, 0)
        self._host.hub.emit(Event("storage_pool", C.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, pool.uuid, message))

    # --- finding -----------------------------------------------------------------------------------------------

    async def storage_pool_lookup_by_name(self, name: str) -> p.NonnullStoragePool:
        return self._named(name).ref

    async def storage_pool_lookup_by_uuid(self, uuid: bytes) -> p.NonnullStoragePool:
        return _by_uuid(self._host, uuid).ref

    async def storage_pool_lookup_by_volume(self, vol: p.NonnullStorageVol) -> p.NonnullStoragePool:
        return self._named(vol.pool).ref

    async def connect_num_of_storage_pools(self) -> int:
        return sum(pool.active for pool in self._host.pools)

    async def connect_list_storage_pools(self, maxnames: int) -> list[str]:
        return [pool.name for pool in self._host.pools if pool.active][:maxnames]

    async def connect_num_of_defined_storage_pools(self) -> int:
        return sum(not pool.active for pool in self._host.pools)

    async def connect_list_defined_storage_pools(self, maxnames: int) -> list[str]:
        return [pool.name for pool in self._host.pools if not pool.active][:maxnames]

    async def connect_list_all_storage_pools(self, need_results: int, flags: int) -> p.ConnectListAllStoragePoolsRet:
        errors.check_flags(flags, sum(_GROUPS), "testConnectListAllStoragePools")
        refs = [
            pool.ref
            for pool in self._host.pools
            if all(not flags & group or pool.traits() & flags & group for group in _GROUPS)
        ]
        return p.ConnectListAllStoragePoolsRet(refs if need_results else [], len(refs))

    async def connect_find_storage_pool_sources(self, type: str, srcSpec: str | None, flags: int) -> str:
        errors.check_flags(flags, 0, "testConnectFindStoragePoolSources")
        if type == "dir":
            raise errors.internal(f"unknown storage pool type {type}")
        spec = parse_tree(srcSpec, "storage_source_specification", ErrorDomain.STORAGE) if srcSpec else None
        if type == "logical":
            return _LOGICAL
        if type == "netfs":
            return _netfs_sources(spec)
        raise VirtError(ErrorCode.NO_SUPPORT, f"pool type '{type}' does not support source discovery", errors.FROM)

    # --- definitions -------------------------------------------------------------------------------------------

    async def storage_pool_define_xml(self, xml: str, flags: int) -> p.NonnullStoragePool:
        errors.check_flags(flags, C.VIR_STORAGE_POOL_DEFINE_VALIDATE, "testStoragePoolDefineXML")
        validate = bool(flags & C.VIR_STORAGE_POOL_DEFINE_VALIDATE)
        pool = add_pool(self._host, _read(xml, validate), live=False)
        self._emit(pool, C.VIR_STORAGE_POOL_EVENT_DEFINED)
        return pool.ref

    async def storage_pool_create_xml(self, xml: str, flags: int) -> p.NonnullStoragePool:
        errors.check_flags(flags, 0, "testStoragePoolCreateXML")
        pool = add_pool(self._host, _read(xml, False), live=True)
        self._start(pool)
        return pool.ref

    async def storage_pool_undefine(self, pool: p.NonnullStoragePool) -> None:
        its = self._named(pool.name)
        its.require(active=False)
        self._emit(its, C.VIR_STORAGE_POOL_EVENT_UNDEFINED)
        self._host.pools.remove(its)

    async def storage_pool_get_xml_desc(self, pool: p.NonnullStoragePool, flags: int) -> str:
        errors.check_flags(flags, 0, "testStoragePoolGetXMLDesc")
        return self._named(pool.name).document.to_xml()

    async def storage_pool_get_info(self, pool: p.NonnullStoragePool) -> p.StoragePoolGetInfoRet:
        its = self._named(pool.name)
        state = C.VIR_STORAGE_POOL_RUNNING if its.active else C.VIR_STORAGE_POOL_INACTIVE
        document = its.document
        return p.StoragePoolGetInfoRet(state, document.capacity, document.allocation, document.available)

    async def storage_pool_get_autostart(self, pool: p.NonnullStoragePool) -> int:
        its = self._named(pool.name)
        return int(its.persistent and its.autostart)

    async def storage_pool_set_autostart(self, pool: p.NonnullStoragePool, autostart: int) -> None:
        its = self._named(pool.name)
        if not its.persistent:
            raise errors.bad_argument("pool has no config file")
        its.autostart = bool(autostart)

    # --- life --------------------------------------------------------------------------------------------------

    async def storage_pool_is_active(self, pool: p.NonnullStoragePool) -> int:
        return int(pool_of(self._host, pool).active)

    async def storage_pool_is_persistent(self, pool: p.NonnullStoragePool) -> int:
        return int(pool_of(self._host, pool).persistent)

    async def storage_pool_create(self, pool: p.NonnullStoragePool, flags: int) -> None:
        errors.check_flags(flags, 0, "testStoragePoolCreate")
        its = self._named(pool.name)
        its.require(active=False)
        self._start(its)

    def _start(self, pool: TestPool) -> None:
        adapter = pool.document.source.adapter
        if isinstance(adapter, FcHostAdapter):
            create_vport(self._host, adapter.wwnn or "", adapter.wwpn or "")
        pool.active = True
        self._emit(pool, C.VIR_STORAGE_POOL_EVENT_STARTED)

    async def storage_pool_destroy(self, pool: p.NonnullStoragePool) -> None:
        its = self._named(pool.name)
        its.require(active=True)
        its.active = False
        adapter = its.document.source.adapter
        if isinstance(adapter, FcHostAdapter):
            port = by_wwns(self._host, adapter.wwnn, adapter.wwpn)
            if port is not None:
                destroy_vport(self._host, port)
        self._emit(its, C.VIR_STORAGE_POOL_EVENT_STOPPED)
        if not its.persistent:
            self._host.pools.remove(its)

    async def storage_pool_build(self, pool: p.NonnullStoragePool, flags: int) -> None:
        errors.check_flags(flags, 0, "testStoragePoolBuild")
        its = self._named(pool.name)
        its.require(active=False)
        self._emit(its, C.VIR_STORAGE_POOL_EVENT_CREATED)

    async def storage_pool_delete(self, pool: p.NonnullStoragePool, flags: int) -> None:
        errors.check_flags(flags, 0, "testStoragePoolDelete")
        its = self._named(pool.name)
        its.require(active=False)
        self._emit(its, C.VIR_STORAGE_POOL_EVENT_DELETED)

    async def storage_pool_refresh(self, pool: p.NonnullStoragePool, flags: int) -> None:
        errors.check_flags(flags, 0, "testStoragePoolRefresh")
        its = self._named(pool.name)
        its.require(active=True)
        message = p.StoragePoolEventRefreshMsg(0, its.ref)
        self._host.hub.emit(Event("storage_pool", C.VIR_STORAGE_POOL_EVENT_ID_REFRESH, its.uuid, message))


def named_pool(host: TestHost, name: str) -> TestPool:
    """The pool; NO_STORAGE_POOL."""
    found = host.pools.get(name)
    if found is None:
        raise errors.not_found(ErrorCode.NO_STORAGE_POOL, f"no storage pool with matching name '{name}'")
    return found


def _by_uuid(host: TestHost, uuid: bytes) -> TestPool:
    found = host.pools.by_uuid(uuid)
    if found is None:
        raise errors.not_found(ErrorCode.NO_STORAGE_POOL, f"no storage pool with matching uuid '{format_uuid(uuid)}'")
    return found


def pool_of(host: TestHost, ref: p.NonnullStoragePool) -> TestPool:
    """The pool that a client means, by its UUID, as a few functions look it up."""
    return _by_uuid(host, ref.uuid)


def _netfs_sources(spec: Node | None) -> str:
    node = spec.find("host") if spec is not None else None
    name = node.get("name") if node is not None else None
    if not name:
        raise errors.bad_argument("hostname must be specified for netfs sources")
    return (
        "<sources>\n  <source>\n"
        f"    <host name='{escape(name)}'/>\n    <dir path='/testshare'/>\n    <format type='nfs'/>\n"
        "  </source>\n</sources>\n"
    )
