"""Checkpoints: documents in a tree; no bitmap is kept anywhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.documents import complete
from purevirt.drivers.test.moments import Moments
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model._engine.abi import check_abi_stability
from purevirt.model.checkpoint import DomainCheckpoint
from purevirt.model.domain.document import Domain
from purevirt.model.moment_disks import align_checkpoint
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost

_REDEFINE = C.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE
_LEAVES = C.VIR_DOMAIN_CHECKPOINT_LIST_LEAVES | C.VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES
_NARROW = C.VIR_DOMAIN_CHECKPOINT_LIST_ROOTS
_LIST = _LEAVES | _NARROW | C.VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL
_DELETE = (
    C.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN
    | C.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY
    | C.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY
)
Checkpoints = Moments[DomainCheckpoint]


def no_checkpoints() -> Checkpoints:
    return Moments("checkpoint", ErrorCode.NO_DOMAIN_CHECKPOINT)


def take_checkpoint(guest: Guest, xml: str) -> None:
    """A new one, as a backup takes it."""
    _add(guest, DomainCheckpoint.from_xml(xml, ParseContext(inactive=True)))


def _add(guest: Guest, checkpoint: DomainCheckpoint) -> None:
    checkpoint.creation_time = int(time.time())
    checkpoint.name = checkpoint.name or str(checkpoint.creation_time)
    document = guest.document.copy()
    document.id = None
    checkpoint.domain = document
    align_checkpoint(checkpoint, document.devices.disks if document.devices is not None else [])
    guest.checkpoints.add(checkpoint)


class CheckpointFacet:
    """virDomainCheckpoint*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, ref: p.NonnullDomainCheckpoint) -> tuple[Guest, DomainCheckpoint]:
        guest = self._host.guest(ref.dom)
        return guest, guest.checkpoints.find(ref.name)

    @staticmethod
    def _ref(guest: Guest, checkpoint: DomainCheckpoint) -> p.NonnullDomainCheckpoint:
        return p.NonnullDomainCheckpoint(checkpoint.name or "", guest.ref)

    @staticmethod
    def _select(guest: Guest, above: str | None, flags: int, *, deep: bool) -> list[DomainCheckpoint]:
        tree = guest.checkpoints
        found = list(tree.descendants(above)) if deep else tree.children(above)
        if not flags & _LEAVES:
            return found
        leaves, others = flags & C.VIR_DOMAIN_CHECKPOINT_LIST_LEAVES, flags & C.VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES
        return [item for item in found if (leaves if tree.is_leaf(item) else others)]

    # --- finding -----------------------------------------------------------------------------------------------

    async def domain_list_all_checkpoints(
        self, dom: p.NonnullDomain, need_results: int, flags: int
    ) -> p.DomainListAllCheckpointsRet:
        errors.check_flags(flags, _LIST, "testDomainListAllCheckpoints")
        guest = self._host.guest(dom)
        found = self._select(guest, None, flags, deep=not flags & _NARROW)
        refs = [self._ref(guest, item) for item in found] if need_results else []
        return p.DomainListAllCheckpointsRet(refs, len(found))

    async def domain_checkpoint_list_all_children(
        self, checkpoint: p.NonnullDomainCheckpoint, need_results: int, flags: int
    ) -> p.DomainCheckpointListAllChildrenRet:
        errors.check_flags(flags, _LIST, "testDomainCheckpointListAllChildren")
        guest, its = self._find(checkpoint)
        found = self._select(guest, its.name, flags, deep=bool(flags & _NARROW))
        refs = [self._ref(guest, item) for item in found] if need_results else []
        return p.DomainCheckpointListAllChildrenRet(refs, len(found))

    async def domain_checkpoint_lookup_by_name(
        self, dom: p.NonnullDomain, name: str, flags: int
    ) -> p.NonnullDomainCheckpoint:
        errors.check_flags(flags, 0, "testDomainCheckpointLookupByName")
        guest = self._host.guest(dom)
        return self._ref(guest, guest.checkpoints.find(name))

    async def domain_checkpoint_get_parent(
        self, checkpoint: p.NonnullDomainCheckpoint, flags: int
    ) -> p.NonnullDomainCheckpoint:
        errors.check_flags(flags, 0, "testDomainCheckpointGetParent")
        guest, its = self._find(checkpoint)
        return self._ref(guest, guest.checkpoints.parent(its))

    async def domain_checkpoint_get_xml_desc(self, checkpoint: p.NonnullDomainCheckpoint, flags: int) -> str:
        """Sizes are never known."""
        secure, bare = C.VIR_DOMAIN_CHECKPOINT_XML_SECURE, C.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN
        allowed = secure | bare | C.VIR_DOMAIN_CHECKPOINT_XML_SIZE
        errors.check_flags(flags, allowed, "testDomainCheckpointGetXMLDesc")
        context = FormatContext(secure=bool(flags & secure), extra={"no_domain": bool(flags & bare)})
        return self._find(checkpoint)[1].to_xml(context)

    # --- making and unmaking -----------------------------------------------------------------------------------

    async def domain_checkpoint_create_xml(
        self, dom: p.NonnullDomain, xml_desc: str, flags: int
    ) -> p.NonnullDomainCheckpoint:
        allowed = _REDEFINE | C.VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE
        errors.check_flags(flags, allowed, "testDomainCheckpointCreateXML")
        guest = self._host.guest(dom)
        redefine = bool(flags & _REDEFINE)
        if len(guest.snapshots):
            text = "cannot create checkpoint while snapshot exists"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
        if not guest.is_active:
            text = "cannot create checkpoint for inactive domain"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
        checkpoint = DomainCheckpoint.from_xml(xml_desc, ParseContext(inactive=True, redefine=redefine))
        if redefine:
            self._redefine(guest, checkpoint)
        else:
            _add(guest, checkpoint)
        return self._ref(guest, checkpoint)

    @staticmethod
    def _redefine(guest: Guest, checkpoint: DomainCheckpoint) -> None:
        guest.checkpoints.check_parent(checkpoint)
        given = checkpoint.domain
        if isinstance(given, Domain):
            complete(given)
            if given.uuid != guest.document.uuid:
                text = f"definition for checkpoint {checkpoint.name} must use uuid {guest.document.uuid}"
                raise VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN_CHECKPOINT)
            align_checkpoint(checkpoint, given.devices.disks if given.devices is not None else [])
        known = guest.checkpoints.get(checkpoint.name)
        if known is not None and isinstance(known.domain, Domain):
            if isinstance(given, Domain):
                check_abi_stability(known.domain, given)
            else:
                checkpoint.domain = known.domain
        guest.checkpoints.put(checkpoint)

    async def domain_checkpoint_delete(self, checkpoint: p.NonnullDomainCheckpoint, flags: int) -> None:
        errors.check_flags(flags, _DELETE, "testDomainCheckpointDelete")
        guest, its = self._find(checkpoint)
        only = flags & C.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY
        children = only | flags & C.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN
        guest.checkpoints.delete(its, children=bool(children), itself=not only)
