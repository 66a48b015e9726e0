"""Volumes: a name, a size and a format in a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.pools import TestPool, TestVolume, named_pool, pool_of
from purevirt.errors import ErrorCode
from purevirt.model._engine import ParseContext
from purevirt.model.storage_volume import StorageVolume
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_TYPES = {
    "file": C.VIR_STORAGE_VOL_FILE,
    "block": C.VIR_STORAGE_VOL_BLOCK,
    "dir": C.VIR_STORAGE_VOL_DIR,
    "network": C.VIR_STORAGE_VOL_NETWORK,
    "netdir": C.VIR_STORAGE_VOL_NETDIR,
    "ploop": C.VIR_STORAGE_VOL_PLOOP,
}


def volume_kind(document: StorageVolume) -> int:
    """VIR_STORAGE_VOL_*."""
    return _TYPES.get(document.type, 0)


def find_volume(host: TestHost, vol: p.NonnullStorageVol) -> tuple[TestPool, TestVolume]:
    """The volume that a client means, and its pool, which must run."""
    pool = named_pool(host, vol.pool)
    pool.require(active=True)
    found = pool.volumes.get(vol.name)
    if found is None:
        raise errors.not_found(ErrorCode.NO_STORAGE_VOL, f"no storage vol with matching name '{vol.name}'")
    return pool, found


def _ref(pool: TestPool, volume: TestVolume) -> p.NonnullStorageVol:
    return p.NonnullStorageVol(pool.name, volume.name, volume.key)


class VolumeFacet:
    """virStorageVol* and the listing of a pool's volumes."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _pool(self, name: str) -> TestPool:
        pool = named_pool(self._host, name)
        pool.require(active=True)
        return pool

    def _find(self, vol: p.NonnullStorageVol) -> tuple[TestPool, TestVolume]:
        return find_volume(self._host, vol)

    @staticmethod
    def _in_pool(pool: TestPool, name: str) -> TestVolume:
        found = pool.volumes.get(name)
        if found is None:
            raise errors.not_found(ErrorCode.NO_STORAGE_VOL, f"no storage vol with matching name '{name}'")
        return found

    # --- finding -----------------------------------------------------------------------------------------------

    async def storage_pool_num_of_volumes(self, pool: p.NonnullStoragePool) -> int:
        return len(self._pool(pool.name).volumes)

    async def storage_pool_list_volumes(self, pool: p.NonnullStoragePool, maxnames: int) -> list[str]:
        return [volume.name for volume in self._pool(pool.name).volumes][:maxnames]

    async def storage_pool_list_all_volumes(
        self, pool: p.NonnullStoragePool, need_results: int, flags: int
    ) -> p.StoragePoolListAllVolumesRet:
        errors.check_flags(flags, 0, "testStoragePoolListAllVolumes")
        its = pool_of(self._host, pool)
        if not its.active:
            raise errors.invalid("storage pool is not active")
        refs = [_ref(its, volume) for volume in its.volumes]
        return p.StoragePoolListAllVolumesRet(refs if need_results else [], len(refs))

    async def storage_vol_lookup_by_name(self, pool: p.NonnullStoragePool, name: str) -> p.NonnullStorageVol:
        its = self._pool(pool.name)
        return _ref(its, self._in_pool(its, name))

    async def storage_vol_lookup_by_key(self, key: str) -> p.NonnullStorageVol:
        return self._anywhere("key", key)

    async def storage_vol_lookup_by_path(self, path: str) -> p.NonnullStorageVol:
        return self._anywhere("path", path)

    def _anywhere(self, what: str, value: str) -> p.NonnullStorageVol:
        for pool in self._host.pools:
            for volume in pool.volumes if pool.active else ():
                if getattr(volume, what) == value:
                    return _ref(pool, volume)
        raise errors.not_found(ErrorCode.NO_STORAGE_VOL, f"no storage vol with matching {what} '{value}'")

    # --- what it is --------------------------------------------------------------------------------------------

    async def storage_vol_get_info(self, vol: p.NonnullStorageVol) -> p.StorageVolGetInfoRet:
        document = self._find(vol)[1].document
        return p.StorageVolGetInfoRet(volume_kind(document), document.capacity or 0, document.allocation or 0)

    async def storage_vol_get_xml_desc(self, vol: p.NonnullStorageVol, flags: int) -> str:
        errors.check_flags(flags, 0, "testStorageVolGetXMLDesc")
        return self._find(vol)[1].document.to_xml()

    async def storage_vol_get_path(self, vol: p.NonnullStorageVol) -> str:
        return self._find(vol)[1].path

    # --- making and unmaking -----------------------------------------------------------------------------------

    async def storage_vol_create_xml(self, pool: p.NonnullStoragePool, xml: str, flags: int) -> p.NonnullStorageVol:
        errors.check_flags(flags, C.VIR_STORAGE_VOL_CREATE_VALIDATE, "testStorageVolCreateXML")
        its = self._pool(pool.name)
        validate = bool(flags & C.VIR_STORAGE_VOL_CREATE_VALIDATE)
        return self._create(its, StorageVolume.from_xml(xml, ParseContext(inactive=True, validate=validate)))

    async def storage_vol_create_xml_from(
        self, pool: p.NonnullStoragePool, xml: str, clonevol: p.NonnullStorageVol, flags: int
    ) -> p.NonnullStorageVol:
        errors.check_flags(flags, C.VIR_STORAGE_VOL_CREATE_VALIDATE, "testStorageVolCreateXMLFrom")
        its = self._pool(pool.name)
        validate = bool(flags & C.VIR_STORAGE_VOL_CREATE_VALIDATE)
        document = StorageVolume.from_xml(xml, ParseContext(inactive=True, validate=validate))
        original = its.volumes.get(clonevol.name)
        if its.volumes.get(document.name) is None and original is None:
            text = f"no storage vol with matching name '{clonevol.name}'"
            raise errors.not_found(ErrorCode.NO_STORAGE_VOL, text)
        created = self._create(its, document)
        twin = its.volumes.get(document.name)
        if original is None or twin is None:
            return created
        if not twin.contents.copy_from(original.contents, min(original.capacity, twin.capacity)):
            its.volumes.remove(twin)
            twin.contents.clear()
            its.take(-(document.allocation or 0))
            raise errors.failed("no space left on the make-believe host")
        return created

    def _create(self, pool: TestPool, document: StorageVolume) -> p.NonnullStorageVol:
        if pool.volumes.get(document.name) is not None:
            raise errors.failed("storage vol already exists")
        if pool.document.allocation + (document.allocation or 0) > pool.document.capacity:
            raise errors.internal(f"Not enough free space in pool for volume '{document.name}'")
        return _ref(pool, pool.add_volume(document, self._host.budget))

    async def storage_vol_delete(self, vol: p.NonnullStorageVol, flags: int) -> None:
        errors.check_flags(flags, 0, "testStorageVolDelete")
        pool, volume = self._find(vol)
        pool.volumes.remove(volume)
        volume.contents.clear()
        pool.take(-(volume.document.allocation or 0))
