"""Structs of the remote program: domain facts. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    CPUMAPS_MAX,
    DOMAIN_BLKIO_PARAMETERS_MAX,
    DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX,
    DOMAIN_DISK_ERRORS_MAX,
    DOMAIN_FSINFO_MAX,
    DOMAIN_GET_CPU_STATS_MAX,
    DOMAIN_GUEST_INFO_PARAMS_MAX,
    DOMAIN_GUEST_VCPU_PARAMS_MAX,
    DOMAIN_INTERFACE_PARAMETERS_MAX,
    DOMAIN_JOB_STATS_MAX,
    DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX,
    DOMAIN_MEMORY_PARAMETERS_MAX,
    DOMAIN_MESSAGES_MAX,
    DOMAIN_NUMA_PARAMETERS_MAX,
    DOMAIN_PERF_EVENTS_MAX,
    DOMAIN_SCHEDULER_PARAMETERS_MAX,
    IOTHREAD_INFO_MAX,
    SECURITY_LABEL_LIST_MAX,
    SECURITY_LABEL_MAX,
    STRING_MAX,
    VCPUINFO_MAX,
    DomainDiskError,
    DomainFsinfo,
    DomainIothreadInfo,
    NonnullDomain,
    NonnullString,
    String,
    VcpuInfo,
)
from purevirt.protocol.xdr import CharText, Hyper, Int, Opaque, Params, Seq, Struct, UChar, UHyper, UInt, UShort
from purevirt.types.typed_params import TypedParam


class DomainGetSchedulerTypeArgs(Struct):
    dom: NonnullDomain


class DomainGetSchedulerTypeRet(Struct):
    type: NonnullString
    nparams: Int


class DomainGetSchedulerParametersArgs(Struct):
    dom: NonnullDomain
    nparams: Int


class DomainGetSchedulerParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_SCHEDULER_PARAMETERS_MAX, STRING_MAX)]


class DomainGetSchedulerParametersFlagsArgs(Struct):
    dom: NonnullDomain
    nparams: Int
    flags: UInt


class DomainGetSchedulerParametersFlagsRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_SCHEDULER_PARAMETERS_MAX, STRING_MAX)]


class DomainGetBlkioParametersArgs(Struct):
    dom: NonnullDomain
    nparams: Int
    flags: UInt


class DomainGetBlkioParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_BLKIO_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetMemoryParametersArgs(Struct):
    dom: NonnullDomain
    nparams: Int
    flags: UInt


class DomainGetMemoryParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_MEMORY_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetNumaParametersArgs(Struct):
    dom: NonnullDomain
    nparams: Int
    flags: UInt


class DomainGetNumaParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_NUMA_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetPerfEventsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetPerfEventsRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_PERF_EVENTS_MAX, STRING_MAX)]


class DomainGetInterfaceParametersArgs(Struct):
    dom: NonnullDomain
    device: NonnullString
    nparams: Int
    flags: UInt


class DomainGetInterfaceParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_INTERFACE_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetBlockInfoArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    flags: UInt


class DomainGetBlockInfoRet(Struct):
    allocation: UHyper
    capacity: UHyper
    physical: UHyper


class DomainGetOsTypeArgs(Struct):
    dom: NonnullDomain


class DomainGetOsTypeRet(Struct):
    type: NonnullString


class DomainGetMaxMemoryArgs(Struct):
    dom: NonnullDomain


class DomainGetMaxMemoryRet(Struct):
    memory: UHyper


class DomainGetInfoArgs(Struct):
    dom: NonnullDomain


class DomainGetInfoRet(Struct):
    state: UChar
    maxMem: UHyper
    memory: UHyper
    nrVirtCpu: UShort
    cpuTime: UHyper


class DomainGetXmlDescArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetXmlDescRet(Struct):
    xml: NonnullString


class DomainGetVcpusFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetVcpusFlagsRet(Struct):
    num: Int


class DomainGetVcpuPinInfoArgs(Struct):
    dom: NonnullDomain
    ncpumaps: Int
    maplen: Int
    flags: UInt


class DomainGetVcpuPinInfoRet(Struct):
    cpumaps: Annotated[bytes, Opaque(CPUMAPS_MAX)]
    num: Int


class DomainGetEmulatorPinInfoArgs(Struct):
    dom: NonnullDomain
    maplen: Int
    flags: UInt


class DomainGetEmulatorPinInfoRet(Struct):
    cpumaps: Annotated[bytes, Opaque(CPUMAPS_MAX)]
    ret: Int


class DomainGetVcpusArgs(Struct):
    dom: NonnullDomain
    maxinfo: Int
    maplen: Int


class DomainGetVcpusRet(Struct):
    info: Annotated[list[VcpuInfo], Seq(VcpuInfo, VCPUINFO_MAX)]
    cpumaps: Annotated[bytes, Opaque(CPUMAPS_MAX)]


class DomainGetMaxVcpusArgs(Struct):
    dom: NonnullDomain


class DomainGetMaxVcpusRet(Struct):
    num: Int


class DomainGetIothreadInfoArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetIothreadInfoRet(Struct):
    info: Annotated[list[DomainIothreadInfo], Seq(DomainIothreadInfo, IOTHREAD_INFO_MAX)]
    ret: UInt


class DomainGetSecurityLabelArgs(Struct):
    dom: NonnullDomain


class DomainGetSecurityLabelRet(Struct):
    label: Annotated[str, CharText(SECURITY_LABEL_MAX)]
    enforcing: Int


class DomainGetSecurityLabelListArgs(Struct):
    dom: NonnullDomain


class DomainGetSecurityLabelListRet(Struct):
    labels: Annotated[list[DomainGetSecurityLabelRet], Seq(DomainGetSecurityLabelRet, SECURITY_LABEL_LIST_MAX)]
    ret: Int


class DomainGetAutostartArgs(Struct):
    dom: NonnullDomain


class DomainGetAutostartRet(Struct):
    autostart: Int


class DomainGetMetadataArgs(Struct):
    dom: NonnullDomain
    type: Int
    uri: String
    flags: UInt


class DomainGetMetadataRet(Struct):
    metadata: NonnullString


class DomainGetBlockJobInfoArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    flags: UInt


class DomainGetBlockJobInfoRet(Struct):
    found: Int
    type: Int
    bandwidth: UHyper
    cur: UHyper
    end: UHyper


class DomainGetBlockIoTuneArgs(Struct):
    dom: NonnullDomain
    disk: String
    nparams: Int
    flags: UInt


class DomainGetBlockIoTuneRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetCpuStatsArgs(Struct):
    dom: NonnullDomain
    nparams: UInt
    start_cpu: Int
    ncpus: UInt
    flags: UInt


class DomainGetCpuStatsRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_GET_CPU_STATS_MAX, STRING_MAX)]
    nparams: Int


class DomainGetHostnameArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetHostnameRet(Struct):
    hostname: NonnullString


class DomainGetJobInfoArgs(Struct):
    dom: NonnullDomain


class DomainGetJobInfoRet(Struct):
    type: Int
    timeElapsed: UHyper
    timeRemaining: UHyper
    dataTotal: UHyper
    dataProcessed: UHyper
    dataRemaining: UHyper
    memTotal: UHyper
    memProcessed: UHyper
    memRemaining: UHyper
    fileTotal: UHyper
    fileProcessed: UHyper
    fileRemaining: UHyper


class DomainGetJobStatsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetJobStatsRet(Struct):
    type: Int
    params: Annotated[list[TypedParam], Params(DOMAIN_JOB_STATS_MAX, STRING_MAX)]


class DomainGetStateArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetStateRet(Struct):
    state: Int
    reason: Int


class DomainGetControlInfoArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetControlInfoRet(Struct):
    state: UInt
    details: UInt
    stateTime: UHyper


class DomainGetDiskErrorsArgs(Struct):
    dom: NonnullDomain
    maxerrors: UInt
    flags: UInt


class DomainGetDiskErrorsRet(Struct):
    errors: Annotated[list[DomainDiskError], Seq(DomainDiskError, DOMAIN_DISK_ERRORS_MAX)]
    nerrors: Int


class DomainGetTimeArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetTimeRet(Struct):
    seconds: Hyper
    nseconds: UInt


class DomainGetFsinfoArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetFsinfoRet(Struct):
    info: Annotated[list[DomainFsinfo], Seq(DomainFsinfo, DOMAIN_FSINFO_MAX)]
    ret: UInt


class DomainGetGuestVcpusArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetGuestVcpusRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_GUEST_VCPU_PARAMS_MAX, STRING_MAX)]


class DomainGetLaunchSecurityInfoArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetLaunchSecurityInfoRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX, STRING_MAX)]


class DomainGetGuestInfoArgs(Struct):
    dom: NonnullDomain
    types: UInt
    flags: UInt


class DomainGetGuestInfoRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_GUEST_INFO_PARAMS_MAX, STRING_MAX)]


class DomainGetMessagesArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainGetMessagesRet(Struct):
    msgs: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_MESSAGES_MAX)]
