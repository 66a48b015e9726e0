"""A guest goes from one make-believe host to another: the five steps of protocol 3 with parameters. No memory moves.

The source tells about the guest (begin), the destination takes it in, paused (prepare), the source stops it (perform: the
job of `job_s` seconds), it goes on there (finish) and is let go here (confirm).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.define import admit
from purevirt.drivers.test.documents import format_domain, parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.jobs import DISK_BYTES, GuestJob, Work, end_job
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.protocol.features import Feature
from purevirt.types import constants as C
from purevirt.types.typed_params import TypedParam, to_dict
from purevirt.types.uuid import parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_OFFERED = {
    Feature.MIGRATION_DIRECT, Feature.MIGRATION_V3, Feature.MIGRATION_OFFLINE, Feature.MIGRATION_PARAMS,
    Feature.MIGRATE_CHANGE_PROTECTION,
}  # fmt: skip
_FLAGS = (
    C.VIR_MIGRATE_LIVE | C.VIR_MIGRATE_PERSIST_DEST | C.VIR_MIGRATE_UNDEFINE_SOURCE | C.VIR_MIGRATE_PAUSED
    | C.VIR_MIGRATE_CHANGE_PROTECTION | C.VIR_MIGRATE_UNSAFE | C.VIR_MIGRATE_OFFLINE | C.VIR_MIGRATE_ABORT_ON_ERROR
    | C.VIR_MIGRATE_NON_SHARED_DISK | C.VIR_MIGRATE_NON_SHARED_INC | C.VIR_MIGRATE_COMPRESSED | C.VIR_MIGRATE_AUTO_CONVERGE
    | C.VIR_MIGRATE_POSTCOPY
)  # fmt: skip


def _text(params: list[TypedParam], name: str) -> str | None:
    value = to_dict(params).get(name)
    return None if value is None else str(value)


class MigrationFacet:
    """virDomainMigrate*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def connect_supports_feature(self, feature: int) -> int:
        return int(feature in _OFFERED)

    # --- the source --------------------------------------------------------------------------------------------

    def _leaving(self, dom: p.NonnullDomain, flags: int, function: str) -> Guest:
        errors.check_flags(flags, _FLAGS, function)
        guest = self._host.guest(dom)
        if flags & C.VIR_MIGRATE_OFFLINE:
            if guest.is_active:
                raise errors.invalid("domain is already running")
            if not flags & C.VIR_MIGRATE_PERSIST_DEST:
                raise errors.invalid("offline migration must be specified with the persistent flag set")
        else:
            guest.require_active()
        return guest

    async def domain_migrate_begin3_params(
        self, dom: p.NonnullDomain, params: list[TypedParam], flags: int
    ) -> p.DomainMigrateBegin3ParamsRet:
        guest = self._leaving(dom, flags, "testDomainMigrateBegin3Params")
        if guest.job is not None:
            raise errors.invalid("another job is active on the domain")
        document = guest.document
        wanted = _text(params, C.VIR_MIGRATE_PARAM_DEST_XML)
        if wanted is not None:
            document = parse_domain(wanted)
            if (document.uuid, document.name) != (guest.uuid_text, guest.name):
                raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "the document is another domain's", errors.FROM)
        return p.DomainMigrateBegin3ParamsRet(b"", format_domain(document, C.VIR_DOMAIN_XML_SECURE))

    async def domain_migrate_perform3_params(
        self, dom: p.NonnullDomain, dconnuri: str | None, params: list[TypedParam], cookie_in: bytes, flags: int
    ) -> bytes:
        host, guest = self._host, self._leaving(dom, flags, "testDomainMigratePerform3Params")
        devices = guest.document.devices
        total = max(len(devices.disks) if devices is not None else 0, 1) * DISK_BYTES
        work = Work(host.clock.now_us(), round(host.job_s * 1_000_000), total)
        guest.job = job = GuestJob(C.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT, work)
        guest.state_before = (guest.state, guest.reason)
        message = p.DomainEventCallbackMigrationIterationMsg(0, guest.ref, 1)
        host.emit(guest, C.VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, message)
        if not flags & C.VIR_MIGRATE_LIVE:
            self._pause(guest, C.VIR_DOMAIN_PAUSED_MIGRATION, C.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED)
        if host.job_s:
            await host.clock.delay(host.job_s)
        if guest.job is job:
            end_job(host, guest, success=True)
        elif guest.completed_job is not None and not bool(to_dict(guest.completed_job).get("success")):
            raise VirtError(ErrorCode.OPERATION_ABORTED, "migration out job: canceled by client", errors.FROM)
        if flags & C.VIR_MIGRATE_LIVE:
            self._pause(guest, C.VIR_DOMAIN_PAUSED_MIGRATION, C.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED)
        return b""

    def _pause(self, guest: Guest, reason: int, detail: int) -> None:
        if guest.state == C.VIR_DOMAIN_RUNNING:
            guest.set_state(C.VIR_DOMAIN_PAUSED, reason)
            self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_SUSPENDED, detail)

    async def domain_migrate_confirm3_params(
        self, dom: p.NonnullDomain, params: list[TypedParam], cookie_in: bytes, flags: int, cancelled: int
    ) -> None:
        errors.check_flags(flags, _FLAGS, "testDomainMigrateConfirm3Params")
        host, guest = self._host, self._host.guest(dom)
        before, guest.state_before = guest.state_before, None
        if cancelled:
            if before is not None and before[0] == C.VIR_DOMAIN_RUNNING and guest.state == C.VIR_DOMAIN_PAUSED:
                guest.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_MIGRATION_CANCELED)
                host.lifecycle(guest, C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_RESUMED_MIGRATED)
            return
        if guest.is_active:
            host.stop(guest, C.VIR_DOMAIN_SHUTOFF_MIGRATED)
            host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, C.VIR_DOMAIN_EVENT_STOPPED_MIGRATED)
        if flags & C.VIR_MIGRATE_UNDEFINE_SOURCE and guest.persistent:
            guest.persistent = False
            host.lifecycle(guest, C.VIR_DOMAIN_EVENT_UNDEFINED, C.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)
        host.settle(guest)

    # --- the destination ---------------------------------------------------------------------------------------

    async def domain_migrate_prepare3_params(
        self, params: list[TypedParam], cookie_in: bytes, flags: int
    ) -> p.DomainMigratePrepare3ParamsRet:
        errors.check_flags(flags, _FLAGS, "testDomainMigratePrepare3Params")
        host = self._host
        xml = _text(params, C.VIR_MIGRATE_PARAM_DEST_XML)
        if xml is None:
            raise errors.internal("no domain XML passed")
        document = parse_domain(xml)
        document.name = _text(params, C.VIR_MIGRATE_PARAM_DEST_NAME) or document.name
        guest = admit(host, document, live=True)
        if guest is None:
            guest = Guest(document, persistent=False)
            host.guests.add(guest)
        elif flags & C.VIR_MIGRATE_OFFLINE:
            guest.document = document
        else:
            guest.next, guest.document = guest.document if guest.persistent else None, document
        if not flags & C.VIR_MIGRATE_OFFLINE:
            host.start(guest)
            guest.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_MIGRATION)
            host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_MIGRATED)
        return p.DomainMigratePrepare3ParamsRet(b"", _text(params, C.VIR_MIGRATE_PARAM_URI) or "test:///default")

    async def domain_migrate_finish3_params(
        self, params: list[TypedParam], cookie_in: bytes, flags: int, cancelled: int
    ) -> p.DomainMigrateFinish3ParamsRet:
        errors.check_flags(flags, _FLAGS, "testDomainMigrateFinish3Params")
        host = self._host
        document = parse_domain(_text(params, C.VIR_MIGRATE_PARAM_DEST_XML) or "")
        guest = host.guests.by_uuid(parse_uuid(document.uuid or ""))
        if guest is None or (not guest.is_active and not flags & C.VIR_MIGRATE_OFFLINE):
            raise VirtError(ErrorCode.OPERATION_FAILED, f"domain '{document.name}' is not there", ErrorDomain.DOMAIN)
        if cancelled:
            if guest.is_active:
                host.stop(guest, C.VIR_DOMAIN_SHUTOFF_FAILED)
                host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, C.VIR_DOMAIN_EVENT_STOPPED_FAILED)
            host.settle(guest)
            raise VirtError(ErrorCode.OPERATION_FAILED, "migration was cancelled", ErrorDomain.DOMAIN)
        if flags & C.VIR_MIGRATE_PERSIST_DEST and not guest.persistent:
            guest.persistent = True
            if guest.is_active:
                guest.next = guest.document.copy()
                guest.next.id = None
            host.lifecycle(guest, C.VIR_DOMAIN_EVENT_DEFINED, C.VIR_DOMAIN_EVENT_DEFINED_ADDED)
        if guest.is_active and not flags & C.VIR_MIGRATE_PAUSED:
            guest.set_state(C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_MIGRATED)
            host.lifecycle(guest, C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_RESUMED_MIGRATED)
        elif guest.is_active:
            guest.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_USER)
        return p.DomainMigrateFinish3ParamsRet(guest.ref, b"")
