"""Structs of the remote program: lists. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    DOMAIN_LIST_MAX,
    INTERFACE_LIST_MAX,
    NETWORK_LIST_MAX,
    NODE_DEVICE_LIST_MAX,
    NWFILTER_BINDING_LIST_MAX,
    NWFILTER_LIST_MAX,
    SECRET_LIST_MAX,
    STORAGE_POOL_LIST_MAX,
    NonnullDomain,
    NonnullInterface,
    NonnullNetwork,
    NonnullNodeDevice,
    NonnullNwfilter,
    NonnullNwfilterBinding,
    NonnullSecret,
    NonnullStoragePool,
    NonnullString,
)
from purevirt.protocol.xdr import Int, Seq, Struct, UInt


class ConnectListDomainsArgs(Struct):
    maxids: Int


class ConnectListDomainsRet(Struct):
    ids: Annotated[list[Int], Seq(Int, DOMAIN_LIST_MAX)]


class ConnectNumOfDomainsRet(Struct):
    num: Int


class ConnectListDefinedDomainsArgs(Struct):
    maxnames: Int


class ConnectListDefinedDomainsRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_LIST_MAX)]


class ConnectNumOfDefinedDomainsRet(Struct):
    num: Int


class ConnectNumOfNetworksRet(Struct):
    num: Int


class ConnectListNetworksArgs(Struct):
    maxnames: Int


class ConnectListNetworksRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, NETWORK_LIST_MAX)]


class ConnectNumOfDefinedNetworksRet(Struct):
    num: Int


class ConnectListDefinedNetworksArgs(Struct):
    maxnames: Int


class ConnectListDefinedNetworksRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, NETWORK_LIST_MAX)]


class ConnectNumOfNwfiltersRet(Struct):
    num: Int


class ConnectListNwfiltersArgs(Struct):
    maxnames: Int


class ConnectListNwfiltersRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, NWFILTER_LIST_MAX)]


class ConnectNumOfInterfacesRet(Struct):
    num: Int


class ConnectListInterfacesArgs(Struct):
    maxnames: Int


class ConnectListInterfacesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, INTERFACE_LIST_MAX)]


class ConnectNumOfDefinedInterfacesRet(Struct):
    num: Int


class ConnectListDefinedInterfacesArgs(Struct):
    maxnames: Int


class ConnectListDefinedInterfacesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, INTERFACE_LIST_MAX)]


class ConnectNumOfStoragePoolsRet(Struct):
    num: Int


class ConnectListStoragePoolsArgs(Struct):
    maxnames: Int


class ConnectListStoragePoolsRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, STORAGE_POOL_LIST_MAX)]


class ConnectNumOfDefinedStoragePoolsRet(Struct):
    num: Int


class ConnectListDefinedStoragePoolsArgs(Struct):
    maxnames: Int


class ConnectListDefinedStoragePoolsRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, STORAGE_POOL_LIST_MAX)]


class ConnectNumOfSecretsRet(Struct):
    num: Int


class ConnectListSecretsArgs(Struct):
    maxuuids: Int


class ConnectListSecretsRet(Struct):
    uuids: Annotated[list[NonnullString], Seq(NonnullString, SECRET_LIST_MAX)]


class ConnectListAllDomainsArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllDomainsRet(Struct):
    domains: Annotated[list[NonnullDomain], Seq(NonnullDomain, DOMAIN_LIST_MAX)]
    ret: UInt


class ConnectListAllStoragePoolsArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllStoragePoolsRet(Struct):
    pools: Annotated[list[NonnullStoragePool], Seq(NonnullStoragePool, STORAGE_POOL_LIST_MAX)]
    ret: UInt


class ConnectListAllNetworksArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllNetworksRet(Struct):
    nets: Annotated[list[NonnullNetwork], Seq(NonnullNetwork, NETWORK_LIST_MAX)]
    ret: UInt


class ConnectListAllInterfacesArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllInterfacesRet(Struct):
    ifaces: Annotated[list[NonnullInterface], Seq(NonnullInterface, INTERFACE_LIST_MAX)]
    ret: UInt


class ConnectListAllNodeDevicesArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllNodeDevicesRet(Struct):
    devices: Annotated[list[NonnullNodeDevice], Seq(NonnullNodeDevice, NODE_DEVICE_LIST_MAX)]
    ret: UInt


class ConnectListAllNwfiltersArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllNwfiltersRet(Struct):
    filters: Annotated[list[NonnullNwfilter], Seq(NonnullNwfilter, NWFILTER_LIST_MAX)]
    ret: UInt


class ConnectListAllSecretsArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllSecretsRet(Struct):
    secrets: Annotated[list[NonnullSecret], Seq(NonnullSecret, SECRET_LIST_MAX)]
    ret: UInt


class ConnectListAllNwfilterBindingsArgs(Struct):
    need_results: Int
    flags: UInt


class ConnectListAllNwfilterBindingsRet(Struct):
    bindings: Annotated[list[NonnullNwfilterBinding], Seq(NonnullNwfilterBinding, NWFILTER_BINDING_LIST_MAX)]
    ret: UInt
