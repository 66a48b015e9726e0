"""A stopped guest's new name."""

from __future__ import annotations

from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.core.jobs import Job
from purevirt.drivers.qemu import documents, errors
from purevirt.drivers.qemu.definition import HEADER, Definition
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import files
from purevirt.model._engine.tree import escape
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

log = getLogger("purevirt.qemu.rename")


def finish_rename(state: QemuState, vm: Vm, found: Path, autostart: set[str]) -> bool:
    """Two stored definitions that differ in nothing but the name: a daemon died while renaming, and the older one goes.

    `vm` was loaded from one of them, `found` is the other. False when they are two guests, whatever their UUID says.
    """
    first = state.definitions.path(vm.name)
    try:
        if _nameless(first, vm.name) != _nameless(found, found.stem):
            return False
        old, new = sorted((first, found), key=lambda path: path.stat().st_mtime_ns)
    except OSError:
        return False
    log.warning("Finishing to rename domain '%s' to '%s'", old.stem, new.stem)
    state.paths.autostart_link(old.stem).unlink(missing_ok=True)
    state.definitions.remove(old.stem)
    if new is found:
        state.vms.rename(vm, new.stem)
        vm.jobs.name = new.stem
        vm.config = Definition(state.memory, state.parse_stored, None, new)
    vm.autostart = new.stem in autostart
    return True


def _nameless(path: Path, name: str) -> str:
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    return text[text.index("<domain") if "<domain" in text else 0 :].replace(f"<name>{escape(name)}</name>", "", 1)


class RenameFacet:
    """virDomainRename."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_rename(self, dom: p.NonnullDomain, new_name: str | None, flags: int) -> int:
        errors.check_flags(flags, 0, "qemuDomainRename")
        name = new_name or ""
        if not name:
            text = "string new_name in virDomainRename must not be empty"
            raise errors.plain_argument(text, "new_name", "virDomainRename", ErrorDomain.DOMAIN)
        vm = self._state.find(dom)
        async with vm.jobs.job(Job.MODIFY):
            self._check(vm, name)
            self._rename(vm, name)
        return 0

    def _check(self, vm: Vm, name: str) -> None:
        if not vm.is_persistent:
            raise errors.invalid("cannot rename a transient domain")
        if vm.is_active:
            raise errors.invalid("cannot rename active domain")
        if vm.managed_save:
            raise errors.invalid("domain with a managed saved state can't be renamed")
        if "/" in name:
            raise VirtError(ErrorCode.XML_ERROR, f"name {name} cannot contain '/'", ErrorDomain.QEMU)
        if name == vm.name:
            raise VirtError(ErrorCode.OPERATION_INVALID, "Can't rename domain to itself", ErrorDomain.DOMAIN)
        if self._state.vms.by_name(name) is not None:
            text = f"domain with name '{name}' already exists"
            raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.DOMAIN)

    def _rename(self, vm: Vm, name: str) -> None:
        """The new document is on disk before the old one goes; `finish_rename` puts right what a kill in between leaves."""
        state, old = self._state, vm.name
        document = vm.require_config().document().copy()
        document.name = name
        definition = Definition(state.memory, state.parse_stored, documents.format_stored(document))
        definition.keep(document)
        try:
            state.definitions.save(name, HEADER.format(name=name) + definition.text)
            if vm.autostart:
                files.replace_symlink(state.paths.autostart_link(name), state.paths.definition(name))
        except OSError as error:
            state.definitions.remove(name)
            text = f"cannot write config file '{state.definitions.path(name)}': {error.strerror}"
            raise errors.internal(text) from error
        state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_UNDEFINED, C.VIR_DOMAIN_EVENT_UNDEFINED_RENAMED)
        vm.config = definition
        state.vms.rename(vm, name)
        vm.jobs.name = name
        state.paths.autostart_link(old).unlink(missing_ok=True)
        state.definitions.remove(old)
        state.events.lifecycle(vm, C.VIR_DOMAIN_EVENT_DEFINED, C.VIR_DOMAIN_EVENT_DEFINED_RENAMED)
