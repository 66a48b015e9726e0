"""Title, description and application metadata of a guest, live and in its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import errors, status
from purevirt.drivers.qemu.affect import redefine, targets
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain import metadata as tree
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

_FLAGS = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG


def _read(document: Domain, kind: int, uri: str | None) -> str | None:
    if kind == C.VIR_DOMAIN_METADATA_DESCRIPTION:
        return document.description
    if kind == C.VIR_DOMAIN_METADATA_TITLE:
        return document.title
    return tree.find(document.metadata, uri or "")


def _write(document: Domain, kind: int, value: str | None, key: str | None, uri: str | None) -> None:
    if kind == C.VIR_DOMAIN_METADATA_DESCRIPTION:
        document.description = value or None
    elif kind == C.VIR_DOMAIN_METADATA_TITLE:
        document.title = value or None
    else:
        document.metadata = tree.replace(document.metadata, key, uri or "", value)


class MetadataFacet:
    """virDomainGetMetadata, virDomainSetMetadata."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_get_metadata(self, dom: p.NonnullDomain, type: int, uri: str | None, flags: int) -> str:
        errors.check_flags(flags, _FLAGS, "virDomainObjGetMetadata")
        vm = self._state.find(dom)
        live, _ = targets(vm, flags)
        found = _read(vm.require_live() if live else vm.require_config().document(), type, uri)
        if found is None:
            text = "Requested metadata element is not present"
            raise VirtError(ErrorCode.NO_DOMAIN_METADATA, text, ErrorDomain.DOMAIN)
        return found

    async def domain_set_metadata(
        self, dom: p.NonnullDomain, type: int, metadata: str | None, key: str | None, uri: str | None, flags: int
    ) -> None:
        errors.check_flags(flags, _FLAGS, "virDomainObjSetMetadata")
        state, vm = self._state, self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            live, config = targets(vm, flags)
            if live:
                _write(vm.require_live(), type, metadata, key, uri)
                vm.changed()
                status.save(state.status, vm)
            if config:
                document = vm.require_config().document().copy()
                _write(document, type, metadata, key, uri)
                redefine(state, vm, document)
        state.events.metadata_change(vm, type, uri)
