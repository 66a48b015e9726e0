"""Limits, objects and what several calls of the remote program share. Written by tools/gen_protocol.py."""

from enum import IntEnum
from typing import Annotated

from purevirt.protocol.xdr import (
    Hyper,
    Int,
    Opaque,
    Optional,
    Params,
    Seq,
    Struct,
    Text,
    UHyper,
    UInt,
    Uuid,
)
from purevirt.types.typed_params import TypedParam

STRING_MAX = 4194304
CONNECT_IDENTITY_PARAMS_MAX = 20
DOMAIN_LIST_MAX = 16384
CPUMAP_MAX = 2048
VCPUINFO_MAX = 16384
CPUMAPS_MAX = 8388608
IOTHREAD_INFO_MAX = 16384
MIGRATE_COOKIE_MAX = 4194304
NETWORK_LIST_MAX = 16384
NETWORK_PORT_LIST_MAX = 16384
INTERFACE_LIST_MAX = 16384
STORAGE_POOL_LIST_MAX = 16384
STORAGE_VOL_LIST_MAX = 16384
NODE_DEVICE_LIST_MAX = 65536
NODE_DEVICE_CAPS_LIST_MAX = 65536
NWFILTER_LIST_MAX = 16384
NWFILTER_BINDING_LIST_MAX = 16384
DOMAIN_SCHEDULER_PARAMETERS_MAX = 16
DOMAIN_BLKIO_PARAMETERS_MAX = 16
DOMAIN_MEMORY_PARAMETERS_MAX = 16
DOMAIN_BLOCK_IO_TUNE_PARAMETERS_MAX = 32
DOMAIN_NUMA_PARAMETERS_MAX = 16
DOMAIN_PERF_EVENTS_MAX = 64
DOMAIN_BLOCK_COPY_PARAMETERS_MAX = 16
NODE_CPU_STATS_MAX = 16
NODE_MEMORY_STATS_MAX = 16
DOMAIN_BLOCK_STATS_PARAMETERS_MAX = 16
NODE_MAX_CELLS = 1024
AUTH_SASL_DATA_MAX = 65536
AUTH_TYPE_LIST_MAX = 20
DOMAIN_MEMORY_STATS_MAX = 1024
DOMAIN_CHECKPOINT_LIST_MAX = 16384
DOMAIN_SNAPSHOT_LIST_MAX = 16384
DOMAIN_BLOCK_PEEK_BUFFER_MAX = 4194304
DOMAIN_MEMORY_PEEK_BUFFER_MAX = 4194304
SECURITY_LABEL_LIST_MAX = 64
SECURITY_MODEL_MAX = 257
SECURITY_LABEL_MAX = 4097
SECURITY_DOI_MAX = 257
SECRET_VALUE_MAX = 65536
SECRET_LIST_MAX = 16384
CPU_BASELINE_MAX = 256
DOMAIN_SEND_KEY_MAX = 16
DOMAIN_INTERFACE_PARAMETERS_MAX = 16
DOMAIN_GET_CPU_STATS_NCPUS_MAX = 128
DOMAIN_GET_CPU_STATS_MAX = 2048
DOMAIN_DISK_ERRORS_MAX = 256
NODE_MEMORY_PARAMETERS_MAX = 64
DOMAIN_MIGRATE_PARAM_LIST_MAX = 64
DOMAIN_SAVE_PARAMS_MAX = 64
DOMAIN_JOB_STATS_MAX = 64
CONNECT_CPU_MODELS_MAX = 8192
DOMAIN_FSFREEZE_MOUNTPOINTS_MAX = 256
NETWORK_DHCP_LEASES_MAX = 65536
CONNECT_GET_ALL_DOMAIN_STATS_MAX = 262144
DOMAIN_EVENT_TUNABLE_MAX = 2048
DOMAIN_FSINFO_MAX = 256
DOMAIN_FSINFO_DISKS_MAX = 256
DOMAIN_INTERFACE_MAX = 2048
DOMAIN_IP_ADDR_MAX = 2048
DOMAIN_GUEST_VCPU_PARAMS_MAX = 64
DOMAIN_IOTHREAD_PARAMS_MAX = 64
NODE_SEV_INFO_MAX = 64
DOMAIN_LAUNCH_SECURITY_INFO_PARAMS_MAX = 64
DOMAIN_LAUNCH_SECURITY_STATE_PARAMS_MAX = 64
DOMAIN_GUEST_INFO_PARAMS_MAX = 2048
NETWORK_PORT_PARAMETERS_MAX = 16
DOMAIN_AUTHORIZED_SSH_KEYS_MAX = 2048
DOMAIN_MESSAGES_MAX = 2048
DOMAIN_EVENT_GRAPHICS_IDENTITY_MAX = 20

NonnullString = Annotated[str, Text(STRING_MAX)]
String = Annotated[str | None, Optional(Text(STRING_MAX))]


class NonnullDomain(Struct):
    name: NonnullString
    uuid: Uuid
    id: Int


class NonnullNetwork(Struct):
    name: NonnullString
    uuid: Uuid


class NonnullNetworkPort(Struct):
    net: NonnullNetwork
    uuid: Uuid


class NonnullNwfilter(Struct):
    name: NonnullString
    uuid: Uuid


class NonnullNwfilterBinding(Struct):
    portdev: NonnullString
    filtername: NonnullString


class NonnullInterface(Struct):
    name: NonnullString
    mac: NonnullString


class NonnullStoragePool(Struct):
    name: NonnullString
    uuid: Uuid


class NonnullStorageVol(Struct):
    pool: NonnullString
    name: NonnullString
    key: NonnullString


class NonnullNodeDevice(Struct):
    name: NonnullString


class NonnullSecret(Struct):
    uuid: Uuid
    usageType: Int
    usageID: NonnullString


class NonnullDomainCheckpoint(Struct):
    name: NonnullString
    dom: NonnullDomain


class NonnullDomainSnapshot(Struct):
    name: NonnullString
    dom: NonnullDomain


Domain = Annotated[NonnullDomain | None, Optional(NonnullDomain)]


Network = Annotated[NonnullNetwork | None, Optional(NonnullNetwork)]


NetworkPort = Annotated[NonnullNetworkPort | None, Optional(NonnullNetworkPort)]


Nwfilter = Annotated[NonnullNwfilter | None, Optional(NonnullNwfilter)]


NwfilterBinding = Annotated[NonnullNwfilterBinding | None, Optional(NonnullNwfilterBinding)]


StoragePool = Annotated[NonnullStoragePool | None, Optional(NonnullStoragePool)]


StorageVol = Annotated[NonnullStorageVol | None, Optional(NonnullStorageVol)]


NodeDevice = Annotated[NonnullNodeDevice | None, Optional(NonnullNodeDevice)]


Secret = Annotated[NonnullSecret | None, Optional(NonnullSecret)]


class Error(Struct):
    code: Int
    domain: Int
    message: String
    level: Int
    dom: Domain
    str1: String
    str2: String
    str3: String
    int1: Int
    int2: Int
    net: Network


class AuthType(IntEnum):
    """remote_auth_type."""

    NONE = 0
    SASL = 1
    POLKIT = 2


class VcpuInfo(Struct):
    number: UInt
    state: Int
    cpu_time: UHyper
    cpu: Int


class NodeGetCpuStats(Struct):
    field: NonnullString
    value: UHyper


class NodeGetMemoryStats(Struct):
    field: NonnullString
    value: UHyper


class DomainDiskError(Struct):
    disk: NonnullString
    error: Int


class DomainMemoryStat(Struct):
    tag: Int
    val: UHyper


class DomainIothreadInfo(Struct):
    iothread_id: UInt
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]


class DomainEventGraphicsAddress(Struct):
    family: Int
    node: NonnullString
    service: NonnullString


class DomainEventGraphicsIdentity(Struct):
    type: NonnullString
    name: NonnullString


class NetworkDhcpLease(Struct):
    iface: NonnullString
    expirytime: Hyper
    type: Int
    mac: String
    iaid: String
    ipaddr: NonnullString
    prefix: UInt
    hostname: String
    clientid: String


class DomainStatsRecord(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(CONNECT_GET_ALL_DOMAIN_STATS_MAX, STRING_MAX)]


class DomainFsinfo(Struct):
    mountpoint: NonnullString
    name: NonnullString
    fstype: NonnullString
    dev_aliases: Annotated[list[NonnullString], Seq(NonnullString, DOMAIN_FSINFO_DISKS_MAX)]


class DomainIpAddr(Struct):
    type: Int
    addr: NonnullString
    prefix: UInt


class DomainInterface(Struct):
    name: NonnullString
    hwaddr: String
    addrs: Annotated[list[DomainIpAddr], Seq(DomainIpAddr, DOMAIN_IP_ADDR_MAX)]
