"""Which document a change or a question is about: the running guest's, the definition's, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.qemu import documents, errors, status
from purevirt.drivers.qemu.definition import Definition
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorDomain, VirtError
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.model.domain.document import Domain

AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG


def targets(vm: Vm, flags: int) -> tuple[bool, bool]:
    """(live, config) of the VIR_DOMAIN_AFFECT_* flags; OPERATION_INVALID when the guest is not in such a state."""
    live, config = bool(flags & C.VIR_DOMAIN_AFFECT_LIVE), bool(flags & C.VIR_DOMAIN_AFFECT_CONFIG)
    if not live and not config:
        live, config = vm.is_active, not vm.is_active
    if live:
        vm.require_active()
    if config:
        vm.require_config()
    return live, config


def redefine(state: QemuState, vm: Vm, document: Domain) -> None:
    """Make a changed copy of the definition the definition, on disk first."""
    before = vm.require_config()
    definition = Definition(state.memory, state.parse_stored, documents.format_stored(document))
    definition.keep(document)
    vm.config = definition
    try:
        state.store(vm)
    except VirtError:
        vm.config = before
        raise
    vm.updated = True


def one(vm: Vm, flags: int, function: str) -> tuple[Domain, bool]:
    """The one document that VIR_DOMAIN_AFFECT_* flags ask for, and whether it is the running guest's."""
    if flags & AFFECT == AFFECT:
        text = "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive"
        raise errors.plain_argument(text, "flags", function, ErrorDomain.DOMAIN)
    live, _ = targets(vm, flags & AFFECT)
    return (vm.require_live(), True) if live else (vm.require_config().document(), False)


def save_live(state: QemuState, vm: Vm) -> None:
    """The running guest's document was changed: on disk before the change is answered."""
    vm.changed()
    status.save(state.status, vm)
