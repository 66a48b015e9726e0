"""Snapshots: documents in a tree, and a guest that becomes what such a document says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.documents import complete
from purevirt.drivers.test.moments import Moments
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model._engine.abi import check_abi_stability
from purevirt.model.domain.document import Domain
from purevirt.model.moment_disks import align_snapshot
from purevirt.model.snapshot import DomainSnapshot, SnapshotMemory
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

_STATES = {
    C.VIR_DOMAIN_RUNNING: "running",
    C.VIR_DOMAIN_BLOCKED: "blocked",
    C.VIR_DOMAIN_PAUSED: "paused",
    C.VIR_DOMAIN_SHUTDOWN: "shutdown",
    C.VIR_DOMAIN_SHUTOFF: "shutoff",
    C.VIR_DOMAIN_CRASHED: "crashed",
    C.VIR_DOMAIN_PMSUSPENDED: "pmsuspended",
}
_OFFLINE = ("shutoff", "disk-snapshot")
_REDEFINE, _CURRENT = C.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE, C.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
_CREATE = (
    _REDEFINE
    | _CURRENT
    | C.VIR_DOMAIN_SNAPSHOT_CREATE_HALT
    | C.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
    | C.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    | C.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE
    | C.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE
)
_STATUS = (
    C.VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE | C.VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE | C.VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY
)
_LOCATION = C.VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL | C.VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL
_LEAVES = C.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES | C.VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES
_METADATA = C.VIR_DOMAIN_SNAPSHOT_LIST_METADATA | C.VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA
_NARROW = C.VIR_DOMAIN_SNAPSHOT_LIST_ROOTS
_LIST = _STATUS | _LOCATION | _LEAVES | _METADATA | _NARROW | C.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL

Snapshots = Moments[DomainSnapshot]


def no_snapshots() -> Snapshots:
    return Moments("snapshot", ErrorCode.NO_DOMAIN_SNAPSHOT)


def completed(snapshot: DomainSnapshot) -> DomainSnapshot:
    """A described snapshot with its definition completed."""
    if isinstance(snapshot.domain, Domain):
        complete(snapshot.domain)
    return snapshot


def _traits(snapshots: Snapshots, snapshot: DomainSnapshot) -> int:
    """The list flags that are true of it."""
    if snapshot.state == "disk-snapshot":
        found = C.VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY
    elif snapshot.state == "shutoff":
        found = C.VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE
    else:
        found = C.VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE
    external = snapshot.memory is not None and snapshot.memory.snapshot == "external"
    external = external or any(disk.snapshot == "external" for disk in snapshot.disks)
    found |= C.VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL if external else C.VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL
    leaf = snapshots.is_leaf(snapshot)
    found |= C.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES if leaf else C.VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES
    return found | C.VIR_DOMAIN_SNAPSHOT_LIST_METADATA


class SnapshotFacet:
    """virDomainSnapshot*, virDomainRevertToSnapshot."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, snap: p.NonnullDomainSnapshot) -> tuple[Guest, DomainSnapshot]:
        guest = self._host.guest(snap.dom)
        return guest, guest.snapshots.find(snap.name)

    @staticmethod
    def _ref(guest: Guest, snapshot: DomainSnapshot) -> p.NonnullDomainSnapshot:
        return p.NonnullDomainSnapshot(snapshot.name or "", guest.ref)

    @staticmethod
    def _select(guest: Guest, above: str | None, flags: int, *, deep: bool) -> list[DomainSnapshot]:
        snapshots = guest.snapshots
        found = list(snapshots.descendants(above)) if deep else snapshots.children(above)
        groups = [group for group in (_STATUS, _LOCATION, _LEAVES, _METADATA) if flags & group]
        return [s for s in found if all(_traits(snapshots, s) & flags & group for group in groups)]

    def _of_guest(self, dom: p.NonnullDomain, flags: int, function: str) -> tuple[Guest, list[DomainSnapshot]]:
        errors.check_flags(flags, _LIST, function)
        guest = self._host.guest(dom)
        return guest, self._select(guest, None, flags, deep=not flags & _NARROW)

    def _below(
        self, snap: p.NonnullDomainSnapshot, flags: int, function: str
    ) -> tuple[Guest, list[DomainSnapshot]]:
        errors.check_flags(flags, _LIST, function)
        guest, snapshot = self._find(snap)
        return guest, self._select(guest, snapshot.name, flags, deep=bool(flags & _NARROW))

    # --- finding -----------------------------------------------------------------------------------------------

    async def domain_snapshot_num(self, dom: p.NonnullDomain, flags: int) -> int:
        return len(self._of_guest(dom, flags, "testDomainSnapshotNum")[1])

    async def domain_snapshot_list_names(self, dom: p.NonnullDomain, maxnames: int, flags: int) -> list[str]:
        found = self._of_guest(dom, flags, "testDomainSnapshotListNames")[1]
        return [snapshot.name or "" for snapshot in found][:maxnames]

    async def domain_list_all_snapshots(
        self, dom: p.NonnullDomain, need_results: int, flags: int
    ) -> p.DomainListAllSnapshotsRet:
        guest, found = self._of_guest(dom, flags, "testDomainListAllSnapshots")
        refs = [self._ref(guest, snapshot) for snapshot in found] if need_results else []
        return p.DomainListAllSnapshotsRet(refs, len(found))

    async def domain_snapshot_num_children(self, snap: p.NonnullDomainSnapshot, flags: int) -> int:
        return len(self._below(snap, flags, "testDomainSnapshotNumChildren")[1])

    async def domain_snapshot_list_children_names(
        self, snap: p.NonnullDomainSnapshot, maxnames: int, flags: int
    ) -> list[str]:
        found = self._below(snap, flags, "testDomainSnapshotListChildrenNames")[1]
        return [snapshot.name or "" for snapshot in found][:maxnames]

    async def domain_snapshot_list_all_children(
        self, snapshot: p.NonnullDomainSnapshot, need_results: int, flags: int
    ) -> p.DomainSnapshotListAllChildrenRet:
        guest, found = self._below(snapshot, flags, "testDomainSnapshotListAllChildren")
        refs = [self._ref(guest, its) for its in found] if need_results else []
        return p.DomainSnapshotListAllChildrenRet(refs, len(found))

    async def domain_snapshot_lookup_by_name(
        self, dom: p.NonnullDomain, name: str, flags: int
    ) -> p.NonnullDomainSnapshot:
        errors.check_flags(flags, 0, "testDomainSnapshotLookupByName")
        guest = self._host.guest(dom)
        return self._ref(guest, guest.snapshots.find(name))

    async def domain_snapshot_get_parent(self, snap: p.NonnullDomainSnapshot, flags: int) -> p.NonnullDomainSnapshot:
        errors.check_flags(flags, 0, "testDomainSnapshotGetParent")
        guest, snapshot = self._find(snap)
        return self._ref(guest, guest.snapshots.parent(snapshot))

    async def domain_has_current_snapshot(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainHasCurrentSnapshot")
        return int(self._host.guest(dom).snapshots.current is not None)

    async def domain_snapshot_current(self, dom: p.NonnullDomain, flags: int) -> p.NonnullDomainSnapshot:
        errors.check_flags(flags, 0, "testDomainSnapshotCurrent")
        guest = self._host.guest(dom)
        if guest.snapshots.current is None:
            text = "the domain does not have a current snapshot"
            raise errors.not_found(ErrorCode.NO_DOMAIN_SNAPSHOT, text)
        return self._ref(guest, guest.snapshots.find(guest.snapshots.current))

    async def domain_snapshot_is_current(self, snap: p.NonnullDomainSnapshot, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainSnapshotIsCurrent")
        guest, snapshot = self._find(snap)
        return int(guest.snapshots.current == snapshot.name)

    async def domain_snapshot_has_metadata(self, snap: p.NonnullDomainSnapshot, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainSnapshotHasMetadata")
        self._find(snap)
        return 1

    async def domain_snapshot_get_xml_desc(self, snap: p.NonnullDomainSnapshot, flags: int) -> str:
        errors.check_flags(flags, C.VIR_DOMAIN_SNAPSHOT_XML_SECURE, "testDomainSnapshotGetXMLDesc")
        return self._find(snap)[1].to_xml(FormatContext(secure=bool(flags & C.VIR_DOMAIN_SNAPSHOT_XML_SECURE)))

    # --- taking ------------------------------------------------------------------------------------------------

    async def domain_snapshot_create_xml(
        self, dom: p.NonnullDomain, xml_desc: str, flags: int
    ) -> p.NonnullDomainSnapshot:
        errors.check_flags(flags, _CREATE, "testDomainSnapshotCreateXML")
        guest = self._host.guest(dom)
        redefine = bool(flags & _REDEFINE)
        if len(guest.checkpoints):
            text = "cannot create snapshot while checkpoint exists"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
        if not guest.persistent and flags & C.VIR_DOMAIN_SNAPSHOT_CREATE_HALT:
            raise errors.invalid("cannot halt after transient domain snapshot")
        validate = bool(flags & C.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)
        snapshot = DomainSnapshot.from_xml(xml_desc, ParseContext(inactive=True, redefine=redefine, validate=validate))
        if redefine:
            self._redefine(guest, completed(snapshot))
            if flags & _CURRENT:
                guest.snapshots.current = snapshot.name
            return self._ref(guest, snapshot)
        self._take(guest, snapshot)
        if flags & C.VIR_DOMAIN_SNAPSHOT_CREATE_HALT and guest.is_active:
            self._halt(guest)
        return self._ref(guest, snapshot)

    @staticmethod
    def _take(guest: Guest, snapshot: DomainSnapshot) -> None:
        snapshot.creation_time = int(time.time())
        snapshot.name = snapshot.name or str(snapshot.creation_time)
        snapshot.state = _STATES.get(guest.state, "running")
        external = snapshot.memory is not None and snapshot.memory.snapshot == "external"
        if not external:
            snapshot.memory = SnapshotMemory(snapshot="no" if snapshot.state in _OFFLINE else "internal")
        document = guest.document.copy()
        document.id = None
        snapshot.domain = document
        disks = document.devices.disks if document.devices is not None else []
        mode = "external" if external else "internal"
        align_snapshot(snapshot, disks, mode, uniform=not external, is_file=lambda path: Path(path).is_file())
        if external and snapshot.state in _OFFLINE:
            text = "memory state cannot be saved with offline or disk-only snapshot"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN_SNAPSHOT)
        guest.snapshots.add(snapshot)

    @staticmethod
    def _redefine(guest: Guest, snapshot: DomainSnapshot) -> None:
        snapshots = guest.snapshots
        snapshots.check_parent(snapshot)
        given = snapshot.domain if isinstance(snapshot.domain, Domain) else None
        if given is not None and given.uuid != guest.document.uuid:
            raise _bad(f"definition for snapshot {snapshot.name} must use uuid {guest.document.uuid}")
        known = snapshots.get(snapshot.name)
        if known is not None:
            if (known.state in _OFFLINE) != (snapshot.state in _OFFLINE):
                text = f"cannot change between online and offline snapshot state in snapshot {snapshot.name}"
                raise _bad(text)
            if (known.state == "disk-snapshot") != (snapshot.state == "disk-snapshot"):
                text = f"cannot change between disk only and full system in snapshot {snapshot.name}"
                raise _bad(text)
            if isinstance(known.domain, Domain) and isinstance(given, Domain):
                check_abi_stability(known.domain, given)
            elif isinstance(known.domain, Domain):
                snapshot.domain = known.domain
        if not isinstance(snapshot.domain, Domain):
            raise VirtError(ErrorCode.INTERNAL_ERROR, "missing domain in snapshot", ErrorDomain.DOMAIN_SNAPSHOT)
        external = snapshot.state == "disk-snapshot"
        external = external or (snapshot.memory is not None and snapshot.memory.snapshot == "external")
        disks = snapshot.domain.devices.disks if snapshot.domain.devices is not None else []
        mode = "external" if external else "internal"
        align_snapshot(snapshot, disks, mode, uniform=not external, is_file=lambda path: Path(path).is_file())
        snapshots.put(snapshot)

    def _halt(self, guest: Guest) -> None:
        self._host.stop(guest, C.VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, C.VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT)

    # --- going back --------------------------------------------------------------------------------------------

    async def domain_revert_to_snapshot(self, snap: p.NonnullDomainSnapshot, flags: int) -> None:
        running, paused = C.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING, C.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED
        allowed = running | paused | C.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE
        errors.check_flags(flags, allowed, "testDomainRevertToSnapshot")
        guest, snapshot = self._find(snap)
        wants = flags & (running | paused)
        online = snapshot.state in ("running", "paused")
        if not guest.persistent and not online and not wants:
            raise errors.invalid("transient domain needs to request run or pause to revert to inactive snapshot")
        if not isinstance(snapshot.domain, Domain):
            text = f"snapshot '{snapshot.name}' lacks domain '{guest.name}' rollback info"
            raise VirtError(ErrorCode.SNAPSHOT_REVERT_RISKY, text, errors.FROM)
        if guest.is_active:
            self._halt(guest)
        guest.document = snapshot.domain.copy()
        guest.next = None
        guest.set_state(C.VIR_DOMAIN_SHUTOFF, C.VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT)
        guest.snapshots.current = snapshot.name
        if online or wants:
            self._host.start(guest, C.VIR_DOMAIN_RUNNING_FROM_SNAPSHOT)
            self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT)
            if wants & paused or (snapshot.state == "paused" and not wants & running):
                guest.set_state(C.VIR_DOMAIN_PAUSED, C.VIR_DOMAIN_PAUSED_FROM_SNAPSHOT)
                self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT)

    async def domain_snapshot_delete(self, snap: p.NonnullDomainSnapshot, flags: int) -> None:
        children, only = C.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN, C.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY
        errors.check_flags(flags, children | only, "testDomainSnapshotDelete")
        guest, snapshot = self._find(snap)
        guest.snapshots.delete(snapshot, children=bool(flags), itself=not flags & only)


def _bad(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN_SNAPSHOT)
