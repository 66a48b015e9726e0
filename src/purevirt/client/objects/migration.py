"""Migration as the client drives it: the five phases of protocol version 3 with parameters, and peer to peer.

The source daemon describes the guest (begin), the destination makes room (prepare), the source moves it (perform), the
destination takes over (finish), the source lets go (confirm). Whatever happens after `prepare`, `finish` runs, told
whether to cancel; whatever happens after `perform`, `confirm` runs, told whether the destination has the guest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.client.base import Base
from purevirt.client.checks import FROM_DOMAIN, exclusive_flags, invalid_arg, null_arg, read_only
from purevirt.client.params import Params, wire_params
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.constants import (
    VIR_DOMAIN_PAUSED,
    VIR_MIGRATE_ABORT_ON_ERROR,
    VIR_MIGRATE_AUTO_CONVERGE,
    VIR_MIGRATE_CHANGE_PROTECTION,
    VIR_MIGRATE_NON_SHARED_DISK,
    VIR_MIGRATE_NON_SHARED_INC,
    VIR_MIGRATE_OFFLINE,
    VIR_MIGRATE_PARALLEL,
    VIR_MIGRATE_PARAM_BANDWIDTH,
    VIR_MIGRATE_PARAM_DEST_NAME,
    VIR_MIGRATE_PARAM_DEST_XML,
    VIR_MIGRATE_PARAM_URI,
    VIR_MIGRATE_PAUSED,
    VIR_MIGRATE_PEER2PEER,
    VIR_MIGRATE_TUNNELLED,
)
from purevirt.types.typed_params import STRING, ULLONG, TypedParam

if TYPE_CHECKING:
    from purevirt.client.objects.connection import Connection
    from purevirt.client.objects.domain import Domain

FEATURE_P2P = 4
FEATURE_DIRECT = 5
FEATURE_CHANGE_PROTECTION = 7
FEATURE_OFFLINE = 12
FEATURE_PARAMS = 13


def _unsupported(detail: str) -> VirtError:
    return VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, detail, FROM_DOMAIN)


def _replace(params: list[TypedParam], field: str, value: str) -> list[TypedParam]:
    return [p for p in params if p.field != field] + [TypedParam(field, STRING, value)]


def _classic_params(dxml: str | None, dname: str | None, uri: str | None, bandwidth: int) -> list[TypedParam]:
    """The arguments of the older functions as parameters."""
    params = []
    for field, value in (
        (VIR_MIGRATE_PARAM_DEST_XML, dxml),
        (VIR_MIGRATE_PARAM_DEST_NAME, dname),
        (VIR_MIGRATE_PARAM_URI, uri),
    ):
        if value is not None:
            params.append(TypedParam(field, STRING, value))
    if bandwidth:
        params.append(TypedParam(VIR_MIGRATE_PARAM_BANDWIDTH, ULLONG, bandwidth))
    return params


class DomainMigration(Base):
    """The migration calls of Domain."""

    __slots__ = ()

    async def migrate(
        self,
        dconn: Connection,
        flags: int = 0,
        dname: str | None = None,
        uri: str | None = None,
        bandwidth: int = 0,
        *,
        deadline: float | None = None,
    ) -> Domain:
        """virDomainMigrate. `bandwidth` is in MiB/s."""
        return await self._migrate_classic(dconn, None, flags, dname, uri, bandwidth, "virDomainMigrate", deadline)

    async def migrate2(
        self,
        dconn: Connection,
        dxml: str | None = None,
        flags: int = 0,
        dname: str | None = None,
        uri: str | None = None,
        bandwidth: int = 0,
        *,
        deadline: float | None = None,
    ) -> Domain:
        """virDomainMigrate2."""
        return await self._migrate_classic(dconn, dxml, flags, dname, uri, bandwidth, "virDomainMigrate2", deadline)

    async def _migrate_classic(
        self,
        dconn: Connection,
        dxml: str | None,
        flags: int,
        dname: str | None,
        uri: str | None,
        bandwidth: int,
        function: str,
        deadline: float | None,
    ) -> Domain:
        self._check(flags, function)
        if flags & VIR_MIGRATE_TUNNELLED and flags & VIR_MIGRATE_PARALLEL:
            raise exclusive_flags("VIR_MIGRATE_TUNNELLED", "VIR_MIGRATE_PARALLEL", function, FROM_DOMAIN)
        params = _classic_params(dxml, dname, uri, bandwidth)
        if flags & VIR_MIGRATE_PEER2PEER:
            await self._need_feature(FEATURE_P2P, "p2p migration is not supported by the source host")
            where = uri if uri is not None and flags & VIR_MIGRATE_TUNNELLED else await dconn.get_uri()
            await self._perform_peer(where, params, flags, deadline)
            return await dconn.domain_lookup_by_name(dname or self._ref.name, deadline=deadline)
        if flags & VIR_MIGRATE_TUNNELLED:
            raise VirtError(
                ErrorCode.OPERATION_INVALID, "cannot perform tunnelled migration without using peer2peer flag", FROM_DOMAIN
            )
        return await self._version3(dconn, params, flags, deadline)

    async def migrate3(
        self, dconn: Connection, params: Params = (), flags: int = 0, *, deadline: float | None = None
    ) -> Domain:
        """virDomainMigrate3: move the guest to the host of `dconn`; the guest as that connection sees it."""
        self._check(flags, "virDomainMigrate3")
        if flags & (VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_TUNNELLED):
            text = "use virDomainMigrateToURI3 for peer-to-peer migration"
            raise invalid_arg(text, "flags", "virDomainMigrate3", FROM_DOMAIN)
        return await self._version3(dconn, wire_params(params), flags, deadline)

    async def migrate_to_uri(
        self, duri: str, flags: int = 0, dname: str | None = None, bandwidth: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainMigrateToURI: the source daemon does it all (peer to peer), or the hypervisor (direct)."""
        self._check_uri(duri, "duri", flags, "virDomainMigrateToURI")
        if flags & VIR_MIGRATE_PEER2PEER:
            await self._to_uri(duri, _classic_params(None, dname, None, bandwidth), flags, deadline)
        else:
            await self._to_uri(None, _classic_params(None, dname, duri, bandwidth), flags, deadline)

    async def migrate_to_uri2(
        self,
        dconnuri: str | None = None,
        miguri: str | None = None,
        dxml: str | None = None,
        flags: int = 0,
        dname: str | None = None,
        bandwidth: int = 0,
        *,
        deadline: float | None = None,
    ) -> None:
        """virDomainMigrateToURI2."""
        function = "virDomainMigrateToURI2"
        if flags & VIR_MIGRATE_PEER2PEER:
            self._check_uri(dconnuri, "dconnuri", flags, function)
        else:
            self._check_uri("direct", "dconnuri", flags, function)
        await self._to_uri(dconnuri, _classic_params(dxml, dname, miguri, bandwidth), flags, deadline)

    async def migrate_to_uri3(
        self, dconnuri: str | None, params: Params = (), flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virDomainMigrateToURI3."""
        function = "virDomainMigrateToURI3"
        if flags & VIR_MIGRATE_PEER2PEER:
            self._check_uri(dconnuri, "dconnuri", flags, function)
        else:
            self._check_uri("direct", "dconnuri", flags, function)
        await self._to_uri(dconnuri, wire_params(params), flags, deadline)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _check(self, flags: int, function: str) -> None:
        if self._conn._readonly:
            raise read_only(function, FROM_DOMAIN)
        if flags & VIR_MIGRATE_NON_SHARED_DISK and flags & VIR_MIGRATE_NON_SHARED_INC:
            raise exclusive_flags(
                "VIR_MIGRATE_NON_SHARED_DISK", "VIR_MIGRATE_NON_SHARED_INC", function, FROM_DOMAIN
            )

    def _check_uri(self, uri: str | None, argument: str, flags: int, function: str) -> None:
        if self._conn._readonly:
            raise read_only(function, FROM_DOMAIN)
        if flags & VIR_MIGRATE_TUNNELLED and flags & VIR_MIGRATE_PARALLEL:
            raise exclusive_flags("VIR_MIGRATE_TUNNELLED", "VIR_MIGRATE_PARALLEL", function, FROM_DOMAIN)
        if uri is None:
            raise null_arg(argument, function, FROM_DOMAIN)

    async def _need_feature(self, feature: int, text: str) -> None:
        if not await self._conn.supports_feature(feature):
            raise _unsupported(text)

    async def _to_uri(
        self, dconnuri: str | None, params: list[TypedParam], flags: int, deadline: float | None
    ) -> None:
        if flags & VIR_MIGRATE_OFFLINE:
            await self._need_feature(FEATURE_OFFLINE, "offline migration is not supported by the source host")
        if flags & VIR_MIGRATE_PEER2PEER:
            await self._need_feature(FEATURE_P2P, "p2p migration is not supported by the source host")
            await self._perform_peer(dconnuri, params, flags, deadline)
        else:
            await self._need_feature(FEATURE_DIRECT, "direct migration is not supported by the source host")
            await self._perform_peer(None, params, flags, deadline)

    async def _perform_peer(
        self, dconnuri: str | None, params: list[TypedParam], flags: int, deadline: float | None
    ) -> None:
        await self._need_feature(FEATURE_PARAMS, "Peer-to-peer migration with extensible parameters is not supported")
        args = (self._ref, dconnuri, params, b"", flags)
        await self._conn._call("domain_migrate_perform3_params", args, deadline)

    async def _version3(
        self, dconn: Connection, params: list[TypedParam], flags: int, deadline: float | None
    ) -> Domain:
        conn = self._conn
        if flags & VIR_MIGRATE_OFFLINE:
            await self._need_feature(FEATURE_OFFLINE, "offline migration is not supported by the source host")
            if not await dconn.supports_feature(FEATURE_OFFLINE):
                raise _unsupported("offline migration is not supported by the destination host")
        await self._need_feature(FEATURE_PARAMS, "Migration APIs with extensible parameters are not supported by the source host")
        if not await dconn.supports_feature(FEATURE_PARAMS):
            raise _unsupported("Migration APIs with extensible parameters are not supported by the destination host")
        protect = VIR_MIGRATE_CHANGE_PROTECTION
        if not flags & protect and not await conn.supports_feature(FEATURE_CHANGE_PROTECTION):
            protect = 0
        begun = await conn._call("domain_migrate_begin3_params", (self._ref, params, flags | protect), deadline)
        cookie, confirm_flags = begun.cookie_out, flags | protect
        state = await conn._call("domain_get_state", (self._ref, 0), deadline)
        if state.state == VIR_DOMAIN_PAUSED:
            flags |= VIR_MIGRATE_PAUSED
        there_flags = flags & ~(VIR_MIGRATE_ABORT_ON_ERROR | VIR_MIGRATE_AUTO_CONVERGE)
        params = _replace(params, VIR_MIGRATE_PARAM_DEST_XML, begun.xml)
        try:
            prepared = await dconn._call("domain_migrate_prepare3_params", (params, cookie, there_flags), deadline)
        except VirtError:
            if protect:
                await self._confirm(params, b"", confirm_flags, True, deadline)
            raise
        if prepared.uri_out is not None:
            params = _replace(params, VIR_MIGRATE_PARAM_URI, prepared.uri_out)
        elif not any(p.field == VIR_MIGRATE_PARAM_URI for p in params):
            raise VirtError(ErrorCode.INTERNAL_ERROR, "domainMigratePrepare3 did not set uri", FROM_DOMAIN)
        cookie, failure = prepared.cookie_out, None
        if not flags & VIR_MIGRATE_OFFLINE:
            try:
                args = (self._ref, None, params, cookie, flags | protect)
                cookie = await conn._call("domain_migrate_perform3_params", args, deadline)
            except VirtError as problem:
                failure, cookie = problem, b""
        return await self._take_over(dconn, params, cookie, there_flags, confirm_flags, failure, deadline)

    async def _take_over(
        self,
        dconn: Connection,
        params: list[TypedParam],
        cookie: bytes,
        there_flags: int,
        confirm_flags: int,
        failure: VirtError | None,
        deadline: float | None,
    ) -> Domain:
        """Finish there and confirm here; raises the first failure once both sides are told."""
        guest: Any = None
        try:
            args = (params, cookie, there_flags, int(failure is not None))
            finished = await dconn._call("domain_migrate_finish3_params", args, deadline)
            guest, cookie = finished.dom, finished.cookie_out
        except VirtError as problem:
            cookie = b""
            if failure is None:
                failure = problem
        if failure is not None and failure.code != ErrorCode.MIGRATE_FINISH_OK:
            guest = guest if failure is None else None
        await self._confirm(params, cookie, confirm_flags, guest is None, deadline)
        if guest is None:
            raise failure or VirtError(ErrorCode.OPERATION_FAILED, "migration failed", FROM_DOMAIN)
        domain: Domain = dconn._domain(guest)
        return domain

    async def _confirm(
        self, params: list[TypedParam], cookie: bytes, flags: int, cancelled: bool, deadline: float | None
    ) -> None:
        """Tell the source; its failure cannot change the outcome any more and only leaves the guest paused there."""
        args = (self._ref, params, cookie, flags, int(cancelled))
        try:
            await self._conn._call("domain_migrate_confirm3_params", args, deadline)
        except VirtError:
            return
