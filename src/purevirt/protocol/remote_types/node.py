"""Structs of the remote program: node. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    CPUMAP_MAX,
    NODE_CPU_STATS_MAX,
    NODE_DEVICE_LIST_MAX,
    NODE_MAX_CELLS,
    NODE_MEMORY_PARAMETERS_MAX,
    NODE_MEMORY_STATS_MAX,
    NODE_SEV_INFO_MAX,
    SECURITY_DOI_MAX,
    SECURITY_MODEL_MAX,
    STRING_MAX,
    NodeGetCpuStats,
    NodeGetMemoryStats,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import CharText, FixedCharText, Int, Opaque, Params, Seq, Struct, UHyper, UInt
from purevirt.types.typed_params import TypedParam


class NodeGetInfoRet(Struct):
    model: Annotated[str, FixedCharText(32)]
    memory: UHyper
    cpus: Int
    mhz: Int
    nodes: Int
    sockets: Int
    cores: Int
    threads: Int


class NodeGetCpuStatsArgs(Struct):
    cpuNum: Int
    nparams: Int
    flags: UInt


class NodeGetCpuStatsRet(Struct):
    params: Annotated[list[NodeGetCpuStats], Seq(NodeGetCpuStats, NODE_CPU_STATS_MAX)]
    nparams: Int


class NodeGetMemoryStatsArgs(Struct):
    nparams: Int
    cellNum: Int
    flags: UInt


class NodeGetMemoryStatsRet(Struct):
    params: Annotated[list[NodeGetMemoryStats], Seq(NodeGetMemoryStats, NODE_MEMORY_STATS_MAX)]
    nparams: Int


class NodeGetCellsFreeMemoryArgs(Struct):
    startCell: Int
    maxcells: Int


class NodeGetCellsFreeMemoryRet(Struct):
    cells: Annotated[list[UHyper], Seq(UHyper, NODE_MAX_CELLS)]


class NodeGetFreeMemoryRet(Struct):
    freeMem: UHyper


class NodeGetSecurityModelRet(Struct):
    model: Annotated[str, CharText(SECURITY_MODEL_MAX)]
    doi: Annotated[str, CharText(SECURITY_DOI_MAX)]


class NodeNumOfDevicesArgs(Struct):
    cap: String
    flags: UInt


class NodeNumOfDevicesRet(Struct):
    num: Int


class NodeListDevicesArgs(Struct):
    cap: String
    maxnames: Int
    flags: UInt


class NodeListDevicesRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, NODE_DEVICE_LIST_MAX)]


class NodeSuspendForDurationArgs(Struct):
    target: UInt
    duration: UHyper
    flags: UInt


class NodeSetMemoryParametersArgs(Struct):
    params: Annotated[list[TypedParam], Params(NODE_MEMORY_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class NodeGetMemoryParametersArgs(Struct):
    nparams: Int
    flags: UInt


class NodeGetMemoryParametersRet(Struct):
    params: Annotated[list[TypedParam], Params(NODE_MEMORY_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class NodeGetCpuMapArgs(Struct):
    need_map: Int
    need_online: Int
    flags: UInt


class NodeGetCpuMapRet(Struct):
    cpumap: Annotated[bytes, Opaque(CPUMAP_MAX)]
    online: UInt
    ret: Int


class NodeGetFreePagesArgs(Struct):
    pages: Annotated[list[UInt], Seq(UInt, NODE_MAX_CELLS)]
    startCell: Int
    cellCount: UInt
    flags: UInt


class NodeGetFreePagesRet(Struct):
    counts: Annotated[list[UHyper], Seq(UHyper, NODE_MAX_CELLS)]


class NodeAllocPagesArgs(Struct):
    pageSizes: Annotated[list[UInt], Seq(UInt, NODE_MAX_CELLS)]
    pageCounts: Annotated[list[UHyper], Seq(UHyper, NODE_MAX_CELLS)]
    startCell: Int
    cellCount: UInt
    flags: UInt


class NodeAllocPagesRet(Struct):
    ret: Int


class NodeGetSevInfoArgs(Struct):
    nparams: Int
    flags: UInt


class NodeGetSevInfoRet(Struct):
    params: Annotated[list[TypedParam], Params(NODE_SEV_INFO_MAX, STRING_MAX)]
    nparams: Int
