"""Structs of the remote program: domain block. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    DOMAIN_BLOCK_COPY_PARAMETERS_MAX,
    DOMAIN_BLOCK_PEEK_BUFFER_MAX,
    DOMAIN_BLOCK_STATS_PARAMETERS_MAX,
    STRING_MAX,
    NonnullDomain,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Hyper, Int, Opaque, Params, Struct, UHyper, UInt
from purevirt.types.typed_params import TypedParam


class DomainBlockResizeArgs(Struct):
    dom: NonnullDomain
    disk: NonnullString
    size: UHyper
    flags: UInt


class DomainBlockStatsArgs(Struct):
    dom: NonnullDomain
    path: NonnullString


class DomainBlockStatsRet(Struct):
    rd_req: Hyper
    rd_bytes: Hyper
    wr_req: Hyper
    wr_bytes: Hyper
    errs: Hyper


class DomainBlockStatsFlagsArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    nparams: Int
    flags: UInt


class DomainBlockStatsFlagsRet(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_BLOCK_STATS_PARAMETERS_MAX, STRING_MAX)]
    nparams: Int


class DomainBlockPeekArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    offset: UHyper
    size: UInt
    flags: UInt


class DomainBlockPeekRet(Struct):
    buffer: Annotated[bytes, Opaque(DOMAIN_BLOCK_PEEK_BUFFER_MAX)]


class DomainBlockJobAbortArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    flags: UInt


class DomainBlockJobSetSpeedArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    bandwidth: UHyper
    flags: UInt


class DomainBlockPullArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    bandwidth: UHyper
    flags: UInt


class DomainBlockRebaseArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    base: String
    bandwidth: UHyper
    flags: UInt


class DomainBlockCopyArgs(Struct):
    dom: NonnullDomain
    path: NonnullString
    destxml: NonnullString
    params: Annotated[list[TypedParam], Params(DOMAIN_BLOCK_COPY_PARAMETERS_MAX, STRING_MAX)]
    flags: UInt


class DomainBlockCommitArgs(Struct):
    dom: NonnullDomain
    disk: NonnullString
    base: String
    top: String
    bandwidth: UHyper
    flags: UInt
