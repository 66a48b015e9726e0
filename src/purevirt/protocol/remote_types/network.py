"""Structs of the remote program: network. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    NETWORK_DHCP_LEASES_MAX,
    NETWORK_PORT_LIST_MAX,
    NETWORK_PORT_PARAMETERS_MAX,
    STRING_MAX,
    NetworkDhcpLease,
    NonnullNetwork,
    NonnullNetworkPort,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Int, Params, Seq, Struct, UInt, Uuid
from purevirt.types.typed_params import TypedParam


class NetworkLookupByUuidArgs(Struct):
    uuid: Uuid


class NetworkLookupByUuidRet(Struct):
    net: NonnullNetwork


class NetworkLookupByNameArgs(Struct):
    name: NonnullString


class NetworkLookupByNameRet(Struct):
    net: NonnullNetwork


class NetworkCreateXmlArgs(Struct):
    xml: NonnullString


class NetworkCreateXmlRet(Struct):
    net: NonnullNetwork


class NetworkCreateXmlFlagsArgs(Struct):
    xml: NonnullString
    flags: UInt


class NetworkCreateXmlFlagsRet(Struct):
    net: NonnullNetwork


class NetworkDefineXmlArgs(Struct):
    xml: NonnullString


class NetworkDefineXmlRet(Struct):
    net: NonnullNetwork


class NetworkDefineXmlFlagsArgs(Struct):
    xml: NonnullString
    flags: UInt


class NetworkDefineXmlFlagsRet(Struct):
    net: NonnullNetwork


class NetworkUndefineArgs(Struct):
    net: NonnullNetwork


class NetworkUpdateArgs(Struct):
    net: NonnullNetwork
    command: UInt
    section: UInt
    parentIndex: Int
    xml: NonnullString
    flags: UInt


class NetworkCreateArgs(Struct):
    net: NonnullNetwork


class NetworkDestroyArgs(Struct):
    net: NonnullNetwork


class NetworkGetXmlDescArgs(Struct):
    net: NonnullNetwork
    flags: UInt


class NetworkGetXmlDescRet(Struct):
    xml: NonnullString


class NetworkGetBridgeNameArgs(Struct):
    net: NonnullNetwork


class NetworkGetBridgeNameRet(Struct):
    name: NonnullString


class NetworkGetAutostartArgs(Struct):
    net: NonnullNetwork


class NetworkGetAutostartRet(Struct):
    autostart: Int


class NetworkSetAutostartArgs(Struct):
    net: NonnullNetwork
    autostart: Int


class NetworkIsActiveArgs(Struct):
    net: NonnullNetwork


class NetworkIsActiveRet(Struct):
    active: Int


class NetworkIsPersistentArgs(Struct):
    net: NonnullNetwork


class NetworkIsPersistentRet(Struct):
    persistent: Int


class NetworkGetDhcpLeasesArgs(Struct):
    net: NonnullNetwork
    mac: String
    need_results: Int
    flags: UInt


class NetworkGetDhcpLeasesRet(Struct):
    leases: Annotated[list[NetworkDhcpLease], Seq(NetworkDhcpLease, NETWORK_DHCP_LEASES_MAX)]
    ret: UInt


class NetworkListAllPortsArgs(Struct):
    network: NonnullNetwork
    need_results: Int
    flags: UInt


class NetworkListAllPortsRet(Struct):
    ports: Annotated[list[NonnullNetworkPort], Seq(NonnullNetworkPort, NETWORK_PORT_LIST_MAX)]
    ret: UInt


class NetworkPortLookupByUuidArgs(Struct):
    network: NonnullNetwork
    uuid: Uuid


class NetworkPortLookupByUuidRet(Struct):
    port: NonnullNetworkPort


class NetworkPortCreateXmlArgs(Struct):
    network: NonnullNetwork
    xml: NonnullString
    flags: UInt


class NetworkPortCreateXmlRet(Struct):
    port: NonnullNetworkPort


class NetworkPortSetParametersArgs(Struct):
    port: NonnullNetworkPort
    params: Annotated[list[TypedParam], Params(NETWORK_PORT_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class NetworkPortGetParametersArgs(Struct):
    port: NonnullNetworkPort
    nparams: Int
    flags: UInt


class NetworkPortGetParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(NETWORK_PORT_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class NetworkPortGetXmlDescArgs(Struct):
    port: NonnullNetworkPort
    flags: UInt


class NetworkPortGetXmlDescRet(Struct):
    xml: NonnullString


class NetworkPortDeleteArgs(Struct):
    port: NonnullNetworkPort
    flags: UInt
