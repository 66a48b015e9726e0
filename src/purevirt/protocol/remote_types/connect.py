"""Structs of the remote program: connect. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    AUTH_SASL_DATA_MAX,
    AUTH_TYPE_LIST_MAX,
    CONNECT_CPU_MODELS_MAX,
    CONNECT_IDENTITY_PARAMS_MAX,
    CPU_BASELINE_MAX,
    DOMAIN_LIST_MAX,
    STRING_MAX,
    AuthType,
    Domain,
    DomainStatsRecord,
    Network,
    NodeDevice,
    NonnullDomain,
    NonnullString,
    Secret,
    StoragePool,
    String,
)
from purevirt.protocol.xdr import Chars, Int, Params, Seq, Struct, UHyper, UInt
from purevirt.types.typed_params import TypedParam


class ConnectOpenArgs(Struct):
    name: String
    flags: UInt


class ConnectSupportsFeatureArgs(Struct):
    feature: Int


class ConnectSupportsFeatureRet(Struct):
    supported: Int


class ConnectGetTypeRet(Struct):
    type: NonnullString


class ConnectGetVersionRet(Struct):
    hv_ver: UHyper


class ConnectGetLibVersionRet(Struct):
    lib_ver: UHyper


class ConnectGetHostnameRet(Struct):
    hostname: NonnullString


class ConnectGetSysinfoArgs(Struct):
    flags: UInt


class ConnectGetSysinfoRet(Struct):
    sysinfo: NonnullString


class ConnectGetUriRet(Struct):
    uri: NonnullString


class ConnectGetMaxVcpusArgs(Struct):
    type: String


class ConnectGetMaxVcpusRet(Struct):
    max_vcpus: Int


class ConnectGetCapabilitiesRet(Struct):
    capabilities: NonnullString


class ConnectGetDomainCapabilitiesArgs(Struct):
    emulatorbin: String
    arch: String
    machine: String
    virttype: String
    flags: UInt


class ConnectGetDomainCapabilitiesRet(Struct):
    capabilities: NonnullString


class AuthListRet(Struct):
    types: Annotated[list[AuthType], Seq(AuthType, AUTH_TYPE_LIST_MAX)]


class AuthSaslInitRet(Struct):
    mechlist: NonnullString


class AuthSaslStartArgs(Struct):
    mech: NonnullString
    nil: Int
    data: Annotated[bytes, Chars(AUTH_SASL_DATA_MAX)]


class AuthSaslStartRet(Struct):
    complete: Int
    nil: Int
    data: Annotated[bytes, Chars(AUTH_SASL_DATA_MAX)]


class AuthSaslStepArgs(Struct):
    nil: Int
    data: Annotated[bytes, Chars(AUTH_SASL_DATA_MAX)]


class AuthSaslStepRet(Struct):
    complete: Int
    nil: Int
    data: Annotated[bytes, Chars(AUTH_SASL_DATA_MAX)]


class AuthPolkitRet(Struct):
    complete: Int


class ConnectFindStoragePoolSourcesArgs(Struct):
    type: NonnullString
    srcSpec: String
    flags: UInt


class ConnectFindStoragePoolSourcesRet(Struct):
    xml: NonnullString


class ConnectDomainEventRegisterRet(Struct):
    cb_registered: Int


class ConnectDomainEventDeregisterRet(Struct):
    cb_registered: Int


class ConnectDomainXmlFromNativeArgs(Struct):
    nativeFormat: NonnullString
    nativeConfig: NonnullString
    flags: UInt


class ConnectDomainXmlFromNativeRet(Struct):
    domainXml: NonnullString


class ConnectDomainXmlToNativeArgs(Struct):
    nativeFormat: NonnullString
    domainXml: NonnullString
    flags: UInt


class ConnectDomainXmlToNativeRet(Struct):
    nativeConfig: NonnullString


class ConnectIsSecureRet(Struct):
    secure: Int


class ConnectCompareCpuArgs(Struct):
    xml: NonnullString
    flags: UInt


class ConnectCompareCpuRet(Struct):
    result: Int


class ConnectBaselineCpuArgs(Struct):
    xmlCPUs: Annotated[list[NonnullString], Seq(NonnullString, CPU_BASELINE_MAX)]
    flags: UInt


class ConnectBaselineCpuRet(Struct):
    cpu: NonnullString


class ConnectDomainEventRegisterAnyArgs(Struct):
    eventID: Int


class ConnectDomainEventDeregisterAnyArgs(Struct):
    eventID: Int


class ConnectDomainEventCallbackRegisterAnyArgs(Struct):
    eventID: Int
    dom: Domain


class ConnectDomainEventCallbackRegisterAnyRet(Struct):
    callbackID: Int


class ConnectDomainEventCallbackDeregisterAnyArgs(Struct):
    callbackID: Int


class ConnectGetCpuModelNamesArgs(Struct):
    arch: NonnullString
    need_results: Int
    flags: UInt


class ConnectGetCpuModelNamesRet(Struct):
    models: Annotated[list[NonnullString], Seq(NonnullString, CONNECT_CPU_MODELS_MAX)]
    ret: Int


class ConnectNetworkEventRegisterAnyArgs(Struct):
    eventID: Int
    net: Network


class ConnectNetworkEventRegisterAnyRet(Struct):
    callbackID: Int


class ConnectNetworkEventDeregisterAnyArgs(Struct):
    callbackID: Int


class ConnectStoragePoolEventRegisterAnyArgs(Struct):
    eventID: Int
    pool: StoragePool


class ConnectStoragePoolEventRegisterAnyRet(Struct):
    callbackID: Int


class ConnectStoragePoolEventDeregisterAnyArgs(Struct):
    callbackID: Int


class ConnectNodeDeviceEventRegisterAnyArgs(Struct):
    eventID: Int
    dev: NodeDevice


class ConnectNodeDeviceEventRegisterAnyRet(Struct):
    callbackID: Int


class ConnectNodeDeviceEventDeregisterAnyArgs(Struct):
    callbackID: Int


class ConnectGetAllDomainStatsArgs(Struct):
    doms: Annotated[list[NonnullDomain], Seq(NonnullDomain, DOMAIN_LIST_MAX)]
    stats: UInt
    flags: UInt


class ConnectGetAllDomainStatsRet(Struct):
    retStats: Annotated[list[DomainStatsRecord], Seq(DomainStatsRecord, DOMAIN_LIST_MAX)]


class ConnectSecretEventRegisterAnyArgs(Struct):
    eventID: Int
    secret: Secret


class ConnectSecretEventRegisterAnyRet(Struct):
    callbackID: Int


class ConnectSecretEventDeregisterAnyArgs(Struct):
    callbackID: Int


class ConnectCompareHypervisorCpuArgs(Struct):
    emulator: String
    arch: String
    machine: String
    virttype: String
    xmlCPU: NonnullString
    flags: UInt


class ConnectCompareHypervisorCpuRet(Struct):
    result: Int


class ConnectBaselineHypervisorCpuArgs(Struct):
    emulator: String
    arch: String
    machine: String
    virttype: String
    xmlCPUs: Annotated[list[NonnullString], Seq(NonnullString, CPU_BASELINE_MAX)]
    flags: UInt


class ConnectBaselineHypervisorCpuRet(Struct):
    cpu: NonnullString


class ConnectGetStoragePoolCapabilitiesArgs(Struct):
    flags: UInt


class ConnectGetStoragePoolCapabilitiesRet(Struct):
    capabilities: NonnullString


class ConnectSetIdentityArgs(Struct):
    params: Annotated[list[TypedParam], Params(CONNECT_IDENTITY_PARAMS_MAX, STRING_MAX)]
    flags: UInt
