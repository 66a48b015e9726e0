"""Structs of the remote program: domain. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    CPUMAP_MAX,
    DOMAIN_AUTHORIZED_SSH_KEYS_MAX,
    DOMAIN_BLKIO_PARAMETERS_MAX,
    DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX,
    DOMAIN_CHECKPOINT_LIST_MAX,
    DOMAIN_FSFREEZE_MOUNTPOINTS_MAX,
    DOMAIN_INTERFACE_MAX,
    DOMAIN_INTERFACE_PARAMETERS_MAX,
    DOMAIN_IOTHREAD_PARAMS_MAX,
    DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX,
    DOMAIN_MEMORY_PARAMETERS_MAX,
    DOMAIN_MEMORY_PEEK_BUFFER_MAX,
    DOMAIN_MEMORY_STATS_MAX,
    DOMAIN_NUMA_PARAMETERS_MAX,
    DOMAIN_PERF_EVENTS_MAX,
    DOMAIN_SAVE_PARAMS_MAX,
    DOMAIN_SCHEDULER_PARAMETERS_MAX,
    DOMAIN_SEND_KEY_MAX,
    DOMAIN_SNAPSHOT_LIST_MAX,
    STRING_MAX,
    DomainInterface,
    DomainMemoryStat,
    NonnullDomain,
    NonnullDomainCheckpoint,
    NonnullDomainSnapshot,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Hyper, Int, Opaque, Params, Seq, Struct, UHyper, UInt, Uuid
from purevirt.types.typed_params import TypedParam


class DomainSetSchedulerParametersArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_SCHEDULER_PARAMETERS_MAX, STRING_MAX)]


class DomainSetSchedulerParametersFlagsArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_SCHEDULER_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainSetBlkioParametersArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_BLKIO_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainSetMemoryParametersArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_MEMORY_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainSetNumaParametersArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_NUMA_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainSetPerfEventsArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_PERF_EVENTS_MAX, STRING_MAX)]
    flags: UInt


class DomainInterfaceStatsArgs(Struct):
    dom: NonnullDomain
    device: NonnullString


class DomainInterfaceStatsRet(Struct):
    rx_bytes: Hyper
    rx_packets: Hyper
    rx_errs: Hyper
    rx_drop: Hyper
    tx_bytes: Hyper
    tx_packets: Hyper
    tx_errs: Hyper
    tx_drop: Hyper


class DomainSetInterfaceParametersArgs(Struct):
    dom: NonnullDomain
    device: NonnullString
    params: Annotated[list[TypedParam], Params(DOMAIN_INTERFACE_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainMemoryStatsArgs(Struct):
    dom: NonnullDomain
    maxStats: UInt
    flags: UInt


class DomainMemoryStatsRet(Struct):
    stats: Annotated[list[DomainMemoryStat], Seq(DomainMemoryStat, DOMAIN_MEMORY_STATS_MAX)]


class DomainMemoryPeekArgs(Struct):
    dom: NonnullDomain
    offset: UHyper
    size: UInt
    flags: UInt


class DomainMemoryPeekRet(Struct):
    buffer: Annotated[bytes, Opaque(DOMAIN_MEMORY_PEEK_BUFFER_MAX)]


class DomainCreateXmlArgs(Struct):
    xml_desc: NonnullString
    flags: UInt


class DomainCreateXmlRet(Struct):
    dom: NonnullDomain


class DomainCreateXmlWithFilesArgs(Struct):
    xml_desc: NonnullString
    flags: UInt


class DomainCreateXmlWithFilesRet(Struct):
    dom: NonnullDomain


class DomainLookupByIdArgs(Struct):
    id: Int


class DomainLookupByIdRet(Struct):
    dom: NonnullDomain


class DomainLookupByUuidArgs(Struct):
    uuid: Uuid


class DomainLookupByUuidRet(Struct):
    dom: NonnullDomain


class DomainLookupByNameArgs(Struct):
    name: NonnullString


class DomainLookupByNameRet(Struct):
    dom: NonnullDomain


class DomainSuspendArgs(Struct):
    dom: NonnullDomain


class DomainResumeArgs(Struct):
    dom: NonnullDomain


class DomainPmSuspendForDurationArgs(Struct):
    dom: NonnullDomain
    target: UInt
    duration: UHyper
    flags: UInt


class DomainPmWakeupArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainShutdownArgs(Struct):
    dom: NonnullDomain


class DomainRebootArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainResetArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainDestroyArgs(Struct):
    dom: NonnullDomain


class DomainDestroyFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainSetMaxMemoryArgs(Struct):
    dom: NonnullDomain
    memory: UHyper


class DomainSetMemoryArgs(Struct):
    dom: NonnullDomain
    memory: UHyper


class DomainSetMemoryFlagsArgs(Struct):
    dom: NonnullDomain
    memory: UHyper
    flags: UInt


class DomainSetMemoryStatsPeriodArgs(Struct):
    dom: NonnullDomain
    period: Int
    flags: UInt


class DomainSaveArgs(Struct):
    dom: NonnullDomain
    to: NonnullString


class DomainSaveFlagsArgs(Struct):
    dom: NonnullDomain
    to: NonnullString
    dxml: String
    flags: UInt


class DomainSaveParamsArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_SAVE_PARAMS_MAX, STRING_MAX)]
    flags: UInt


class DomainRestoreArgs(Struct):
    from_: NonnullString


class DomainRestoreFlagsArgs(Struct):
    from_: NonnullString
    dxml: String
    flags: UInt


class DomainRestoreParamsArgs(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_SAVE_PARAMS_MAX, STRING_MAX)]
    flags: UInt


class DomainSaveImageGetXmlDescArgs(Struct):
    file: NonnullString
    flags: UInt


class DomainSaveImageGetXmlDescRet(Struct):
    xml: NonnullString


class DomainSaveImageDefineXmlArgs(Struct):
    file: NonnullString
    dxml: NonnullString
    flags: UInt


class DomainCoreDumpArgs(Struct):
    dom: NonnullDomain
    to: NonnullString
    flags: UInt


class DomainCoreDumpWithFormatArgs(Struct):
    dom: NonnullDomain
    to: NonnullString
    dumpformat: UInt
    flags: UInt


class DomainScreenshotArgs(Struct):
    dom: NonnullDomain
    screen: UInt
    flags: UInt


class DomainScreenshotRet(Struct):
    mime: String


class DomainCreateArgs(Struct):
    dom: NonnullDomain


class DomainCreateWithFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainCreateWithFlagsRet(Struct):
    dom: NonnullDomain


class DomainCreateWithFilesArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainCreateWithFilesRet(Struct):
    dom: NonnullDomain


class DomainDefineXmlArgs(Struct):
    xml: NonnullString


class DomainDefineXmlRet(Struct):
    dom: NonnullDomain


class DomainDefineXmlFlagsArgs(Struct):
    xml: NonnullString
    flags: UInt


class DomainDefineXmlFlagsRet(Struct):
    dom: NonnullDomain


class DomainUndefineArgs(Struct):
    dom: NonnullDomain


class DomainUndefineFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainInjectNmiArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainSendKeyArgs(Struct):
    dom: NonnullDomain
    codeset: UInt
    holdtime: UInt
    keycodes: Annotated[list[UInt], Seq(UInt, DOMAIN_SEND_KEY_MAX)]
    flags: UInt


class DomainSendProcessSignalArgs(Struct):
    dom: NonnullDomain
    pid_value: Hyper
    signum: UInt
    flags: UInt


class DomainSetVcpusArgs(Struct):
    dom: NonnullDomain
    nvcpus: UInt


class DomainSetVcpusFlagsArgs(Struct):
    dom: NonnullDomain
    nvcpus: UInt
    flags: UInt


class DomainPinVcpuArgs(Struct):
    dom: NonnullDomain
    vcpu: UInt
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]


class DomainPinVcpuFlagsArgs(Struct):
    dom: NonnullDomain
    vcpu: UInt
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]
    flags: UInt


class DomainPinEmulatorArgs(Struct):
    dom: NonnullDomain
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]
    flags: UInt


class DomainPinIothreadArgs(Struct):
    dom: NonnullDomain
    iothreads_id: UInt
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]
    flags: UInt


class DomainAddIothreadArgs(Struct):
    dom: NonnullDomain
    iothread_id: UInt
    flags: UInt


class DomainDelIothreadArgs(Struct):
    dom: NonnullDomain
    iothread_id: UInt
    flags: UInt


class DomainSetIothreadParamsArgs(Struct):
    dom: NonnullDomain
    iothread_id: UInt
    params: Annotated[list[TypedParam], Params(DOMAIN_IOTHREAD_PARAMS_MAX, STRING_MAX)]
    flags: UInt


class DomainAttachDeviceArgs(Struct):
    dom: NonnullDomain
    xml: NonnullString


class DomainAttachDeviceFlagsArgs(Struct):
    dom: NonnullDomain
    xml: NonnullString
    flags: UInt


class DomainDetachDeviceArgs(Struct):
    dom: NonnullDomain
    xml: NonnullString


class DomainDetachDeviceFlagsArgs(Struct):
    dom: NonnullDomain
    xml: NonnullString
    flags: UInt


class DomainUpdateDeviceFlagsArgs(Struct):
    dom: NonnullDomain
    xml: NonnullString
    flags: UInt


class DomainDetachDeviceAliasArgs(Struct):
    dom: NonnullDomain
    alias: NonnullString
    flags: UInt


class DomainSetAutostartArgs(Struct):
    dom: NonnullDomain
    autostart: Int


class DomainSetMetadataArgs(Struct):
    dom: NonnullDomain
    type: Int
    metadata: String
    key: String
    uri: String
    flags: UInt


class DomainSetBlockIoTuneArgs(Struct):
    dom: NonnullDomain
    disk: NonnullString
    params: Annotated[list[TypedParam], Params(DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainIsActiveArgs(Struct):
    dom: NonnullDomain


class DomainIsActiveRet(Struct):
    active: Int


class DomainIsPersistentArgs(Struct):
    dom: NonnullDomain


class DomainIsPersistentRet(Struct):
    persistent: Int


class DomainIsUpdatedArgs(Struct):
    dom: NonnullDomain


class DomainIsUpdatedRet(Struct):
    updated: Int


class DomainAbortJobArgs(Struct):
    dom: NonnullDomain


class DomainAbortJobFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainManagedSaveArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainHasManagedSaveImageArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainHasManagedSaveImageRet(Struct):
    result: Int


class DomainManagedSaveRemoveArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainManagedSaveGetXmlDescArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainManagedSaveGetXmlDescRet(Struct):
    xml: NonnullString


class DomainManagedSaveDefineXmlArgs(Struct):
    dom: NonnullDomain
    dxml: String
    flags: UInt


class DomainListAllSnapshotsArgs(Struct):
    dom: NonnullDomain
    need_results: Int
    flags: UInt


class DomainListAllSnapshotsRet(Struct):
    snapshots: Annotated[list[NonnullDomainSnapshot], Seq(NonnullDomainSnapshot, DOMAIN_SNAPSHOT_LIST_MAX)]
    ret: Int


class DomainHasCurrentSnapshotArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainHasCurrentSnapshotRet(Struct):
    result: Int


class DomainRevertToSnapshotArgs(Struct):
    snap: NonnullDomainSnapshot
    flags: UInt


class DomainOpenConsoleArgs(Struct):
    dom: NonnullDomain
    dev_name: String
    flags: UInt


class DomainOpenChannelArgs(Struct):
    dom: NonnullDomain
    name: String
    flags: UInt


class DomainOpenGraphicsArgs(Struct):
    dom: NonnullDomain
    idx: UInt
    flags: UInt


class DomainOpenGraphicsFdArgs(Struct):
    dom: NonnullDomain
    idx: UInt
    flags: UInt


class DomainShutdownFlagsArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainFstrimArgs(Struct):
    dom: NonnullDomain
    mountPoint: String
    minimum: UHyper
    flags: UInt


class DomainSetTimeArgs(Struct):
    dom: NonnullDomain
    seconds: Hyper
    nseconds: UInt
    flags: UInt


class DomainFsfreezeArgs(Struct):
    dom: NonnullDomain
    mountpoints: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_FSFREEZE_MOUNTPOINTS_MAX)]
    flags: UInt


class DomainFsfreezeRet(Struct):
    filesystems: Int


class DomainFsthawArgs(Struct):
    dom: NonnullDomain
    mountpoints: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_FSFREEZE_MOUNTPOINTS_MAX)]
    flags: UInt


class DomainFsthawRet(Struct):
    filesystems: Int


class DomainInterfaceAddressesArgs(Struct):
    dom: NonnullDomain
    source: UInt
    flags: UInt


class DomainInterfaceAddressesRet(Struct):
    ifaces: Annotated[list[DomainInterface], Seq(DomainInterface, DOMAIN_INTERFACE_MAX)]


class DomainSetUserPasswordArgs(Struct):
    dom: NonnullDomain
    user: String
    password: String
    flags: UInt


class DomainRenameArgs(Struct):
    dom: NonnullDomain
    new_name: String
    flags: UInt


class DomainRenameRet(Struct):
    retcode: Int


class DomainSetGuestVcpusArgs(Struct):
    dom: NonnullDomain
    cpumap: NonnullString
    state: Int
    flags: UInt


class DomainSetVcpuArgs(Struct):
    dom: NonnullDomain
    cpumap: NonnullString
    state: Int
    flags: UInt


class DomainSetBlockThresholdArgs(Struct):
    dom: NonnullDomain
    dev: NonnullString
    threshold: UHyper
    flags: UInt


class DomainSetLifecycleActionArgs(Struct):
    dom: NonnullDomain
    type: UInt
    action: UInt
    flags: UInt


class DomainSetLaunchSecurityStateArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX, STRING_MAX)]
    flags: UInt


class DomainListAllCheckpointsArgs(Struct):
    dom: NonnullDomain
    need_results: Int
    flags: UInt


class DomainListAllCheckpointsRet(Struct):
    checkpoints: Annotated[list[NonnullDomainCheckpoint], Seq(NonnullDomainCheckpoint, DOMAIN_CHECKPOINT_LIST_MAX)]
    ret: Int


class DomainAgentSetResponseTimeoutArgs(Struct):
    dom: NonnullDomain
    timeout: Int
    flags: UInt


class DomainAgentSetResponseTimeoutRet(Struct):
    result: Int


class DomainAuthorizedSshKeysGetArgs(Struct):
    dom: NonnullDomain
    user: NonnullString
    flags: UInt


class DomainAuthorizedSshKeysGetRet(Struct):
    keys: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_AUTHORIZED_SSH_KEYS_MAX)]


class DomainAuthorizedSshKeysSetArgs(Struct):
    dom: NonnullDomain
    user: NonnullString
    keys: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_AUTHORIZED_SSH_KEYS_MAX)]
    flags: UInt


class DomainStartDirtyRateCalcArgs(Struct):
    dom: NonnullDomain
    seconds: Int
    flags: UInt


class DomainFdAssociateArgs(Struct):
    dom: NonnullDomain
    name: NonnullString
    flags: UInt
