"""Structs of the remote program: storage. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    STORAGE_VOL_LIST_MAX,
    NonnullStoragePool,
    NonnullStorageVol,
    NonnullString,
)
from purevirt.protocol.xdr import Char, Int, Seq, Struct, UChar, UHyper, UInt, Uuid


class StoragePoolLookupByUuidArgs(Struct):
    uuid: Uuid


class StoragePoolLookupByUuidRet(Struct):
    pool: NonnullStoragePool


class StoragePoolLookupByNameArgs(Struct):
    name: NonnullString


class StoragePoolLookupByNameRet(Struct):
    pool: NonnullStoragePool


class StoragePoolLookupByVolumeArgs(Struct):
    vol: NonnullStorageVol


class StoragePoolLookupByVolumeRet(Struct):
    pool: NonnullStoragePool


class StoragePoolLookupByTargetPathArgs(Struct):
    path: NonnullString


class StoragePoolLookupByTargetPathRet(Struct):
    pool: NonnullStoragePool


class StoragePoolCreateXmlArgs(Struct):
    xml: NonnullString
    flags: UInt


class StoragePoolCreateXmlRet(Struct):
    pool: NonnullStoragePool


class StoragePoolDefineXmlArgs(Struct):
    xml: NonnullString
    flags: UInt


class StoragePoolDefineXmlRet(Struct):
    pool: NonnullStoragePool


class StoragePoolBuildArgs(Struct):
    pool: NonnullStoragePool
    flags: UInt


class StoragePoolUndefineArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolCreateArgs(Struct):
    pool: NonnullStoragePool
    flags: UInt


class StoragePoolDestroyArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolDeleteArgs(Struct):
    pool: NonnullStoragePool
    flags: UInt


class StoragePoolRefreshArgs(Struct):
    pool: NonnullStoragePool
    flags: UInt


class StoragePoolGetXmlDescArgs(Struct):
    pool: NonnullStoragePool
    flags: UInt


class StoragePoolGetXmlDescRet(Struct):
    xml: NonnullString


class StoragePoolGetInfoArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolGetInfoRet(Struct):
    state: UChar
    capacity: UHyper
    allocation: UHyper
    available: UHyper


class StoragePoolGetAutostartArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolGetAutostartRet(Struct):
    autostart: Int


class StoragePoolSetAutostartArgs(Struct):
    pool: NonnullStoragePool
    autostart: Int


class StoragePoolNumOfVolumesArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolNumOfVolumesRet(Struct):
    num: Int


class StoragePoolListVolumesArgs(Struct):
    pool: NonnullStoragePool
    maxnames: Int


class StoragePoolListVolumesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, STORAGE_VOL_LIST_MAX)]


class StorageVolLookupByNameArgs(Struct):
    pool: NonnullStoragePool
    name: NonnullString


class StorageVolLookupByNameRet(Struct):
    vol: NonnullStorageVol


class StorageVolLookupByKeyArgs(Struct):
    key: NonnullString


class StorageVolLookupByKeyRet(Struct):
    vol: NonnullStorageVol


class StorageVolLookupByPathArgs(Struct):
    path: NonnullString


class StorageVolLookupByPathRet(Struct):
    vol: NonnullStorageVol


class StorageVolCreateXmlArgs(Struct):
    pool: NonnullStoragePool
    xml: NonnullString
    flags: UInt


class StorageVolCreateXmlRet(Struct):
    vol: NonnullStorageVol


class StorageVolCreateXmlFromArgs(Struct):
    pool: NonnullStoragePool
    xml: NonnullString
    clonevol: NonnullStorageVol
    flags: UInt


class StorageVolCreateXmlFromRet(Struct):
    vol: NonnullStorageVol


class StorageVolDeleteArgs(Struct):
    vol: NonnullStorageVol
    flags: UInt


class StorageVolWipeArgs(Struct):
    vol: NonnullStorageVol
    flags: UInt


class StorageVolWipePatternArgs(Struct):
    vol: NonnullStorageVol
    algorithm: UInt
    flags: UInt


class StorageVolGetXmlDescArgs(Struct):
    vol: NonnullStorageVol
    flags: UInt


class StorageVolGetXmlDescRet(Struct):
    xml: NonnullString


class StorageVolGetInfoArgs(Struct):
    vol: NonnullStorageVol


class StorageVolGetInfoRet(Struct):
    type: Char
    capacity: UHyper
    allocation: UHyper


class StorageVolGetInfoFlagsArgs(Struct):
    vol: NonnullStorageVol
    flags: UInt


class StorageVolGetInfoFlagsRet(Struct):
    type: Char
    capacity: UHyper
    allocation: UHyper


class StorageVolGetPathArgs(Struct):
    vol: NonnullStorageVol


class StorageVolGetPathRet(Struct):
    name: NonnullString


class StorageVolResizeArgs(Struct):
    vol: NonnullStorageVol
    capacity: UHyper
    flags: UInt


class StoragePoolIsActiveArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolIsActiveRet(Struct):
    active: Int


class StoragePoolIsPersistentArgs(Struct):
    pool: NonnullStoragePool


class StoragePoolIsPersistentRet(Struct):
    persistent: Int


class StorageVolUploadArgs(Struct):
    vol: NonnullStorageVol
    offset: UHyper
    length: UHyper
    flags: UInt


class StorageVolDownloadArgs(Struct):
    vol: NonnullStorageVol
    offset: UHyper
    length: UHyper
    flags: UInt


class StoragePoolListAllVolumesArgs(Struct):
    pool: NonnullStoragePool
    need_results: Int
    flags: UInt


class StoragePoolListAllVolumesRet(Struct):
    vols: Annotated[list[NonnullStorageVol], Seq(NonnullStorageVol, STORAGE_VOL_LIST_MAX)]
    ret: UInt
