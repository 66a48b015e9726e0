"""Structs of the remote program: domain migration. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import (
    DOMAIN_MIGRATE_PARAM_LIST_MAX,
    MIGRATE_COOKIE_MAX,
    STRING_MAX,
    NonnullDomain,
    NonnullString,
    String,
)
from purevirt.protocol.xdr import Int, Opaque, Params, Struct, UHyper, UInt
from purevirt.types.typed_params import TypedParam


class DomainMigratePrepareArgs(Struct):
    uri_in: String
    flags: UHyper
    dname: String
    resource: UHyper


class DomainMigratePrepareRet(Struct):
    cookie: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri_out: String


class DomainMigratePerformArgs(Struct):
    dom: NonnullDomain
    cookie: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri: NonnullString
    flags: UHyper
    dname: String
    resource: UHyper


class DomainMigrateFinishArgs(Struct):
    dname: NonnullString
    cookie: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri: NonnullString
    flags: UHyper


class DomainMigrateFinishRet(Struct):
    ddom: NonnullDomain


class DomainMigratePrepare2Args(Struct):
    uri_in: String
    flags: UHyper
    dname: String
    resource: UHyper
    dom_xml: NonnullString


class DomainMigratePrepare2Ret(Struct):
    cookie: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri_out: String


class DomainMigrateFinish2Args(Struct):
    dname: NonnullString
    cookie: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri: NonnullString
    flags: UHyper
    retcode: Int


class DomainMigrateFinish2Ret(Struct):
    ddom: NonnullDomain


class DomainMigratePrepareTunnelArgs(Struct):
    flags: UHyper
    dname: String
    resource: UHyper
    dom_xml: NonnullString


class DomainMigrateGetMaxDowntimeArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainMigrateGetMaxDowntimeRet(Struct):
    downtime: UHyper


class DomainMigrateSetMaxDowntimeArgs(Struct):
    dom: NonnullDomain
    downtime: UHyper
    flags: UInt


class DomainMigrateGetCompressionCacheArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainMigrateGetCompressionCacheRet(Struct):
    cacheSize: UHyper


class DomainMigrateSetCompressionCacheArgs(Struct):
    dom: NonnullDomain
    cacheSize: UHyper
    flags: UInt


class DomainMigrateSetMaxSpeedArgs(Struct):
    dom: NonnullDomain
    bandwidth: UHyper
    flags: UInt


class DomainMigrateGetMaxSpeedArgs(Struct):
    dom: NonnullDomain
    flags: UInt


class DomainMigrateGetMaxSpeedRet(Struct):
    bandwidth: UHyper


class DomainMigrateBegin3Args(Struct):
    dom: NonnullDomain
    xmlin: String
    flags: UHyper
    dname: String
    resource: UHyper


class DomainMigrateBegin3Ret(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    xml: NonnullString


class DomainMigratePrepare3Args(Struct):
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri_in: String
    flags: UHyper
    dname: String
    resource: UHyper
    dom_xml: NonnullString


class DomainMigratePrepare3Ret(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri_out: String


class DomainMigratePrepareTunnel3Args(Struct):
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UHyper
    dname: String
    resource: UHyper
    dom_xml: NonnullString


class DomainMigratePrepareTunnel3Ret(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigratePerform3Args(Struct):
    dom: NonnullDomain
    xmlin: String
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    dconnuri: String
    uri: String
    flags: UHyper
    dname: String
    resource: UHyper


class DomainMigratePerform3Ret(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigrateFinish3Args(Struct):
    dname: NonnullString
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    dconnuri: String
    uri: String
    flags: UHyper
    cancelled: Int


class DomainMigrateFinish3Ret(Struct):
    dom: NonnullDomain
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigrateConfirm3Args(Struct):
    dom: NonnullDomain
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UHyper
    cancelled: Int


class DomainMigrateBegin3ParamsArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    flags: UInt


class DomainMigrateBegin3ParamsRet(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    xml: NonnullString


class DomainMigratePrepare3ParamsArgs(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UInt


class DomainMigratePrepare3ParamsRet(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    uri_out: String


class DomainMigratePrepareTunnel3ParamsArgs(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UInt


class DomainMigratePrepareTunnel3ParamsRet(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigratePerform3ParamsArgs(Struct):
    dom: NonnullDomain
    dconnuri: String
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UInt


class DomainMigratePerform3ParamsRet(Struct):
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigrateFinish3ParamsArgs(Struct):
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UInt
    cancelled: Int


class DomainMigrateFinish3ParamsRet(Struct):
    dom: NonnullDomain
    cookie_out: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]


class DomainMigrateConfirm3ParamsArgs(Struct):
    dom: NonnullDomain
    params: Annotated[list[TypedParam], Params(DOMAIN_MIGRATE_PARAM_LIST_MAX, STRING_MAX)]
    cookie_in: Annotated[bytes, Opaque(MIGRATE_COOKIE_MAX)]
    flags: UInt
    cancelled: Int


class DomainMigrateStartPostCopyArgs(Struct):
    dom: NonnullDomain
    flags: UInt
