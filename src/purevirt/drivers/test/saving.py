"""Save files, core dumps and managed save. A save file is a magic word, a length and the guest's XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.define import admit
from purevirt.drivers.test.documents import format_domain, parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.errors import ErrorCode, VirtError, system_error
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import STRING, TypedParam, to_dict

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

MAGIC = b"TestGuestMagic\0"
_MOST = 8192
_PARAMS = {C.VIR_DOMAIN_SAVE_PARAM_FILE: STRING, C.VIR_DOMAIN_SAVE_PARAM_DXML: STRING}


def _write(path: str, data: bytes, doing: str) -> None:
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise system_error(error.errno or 0, doing, errors.FROM) from error


def _read(path: str, *, named: bool) -> Domain:
    """The definition in a save file. Its errors end in "Success": there was no system call that failed."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except IsADirectoryError as error:  # which can be opened, but not read
        raise system_error(error.errno or 0, f"incomplete save header in '{path}'", errors.FROM) from error
    except OSError as error:
        raise system_error(error.errno or 0, f"cannot read domain image '{path}'", errors.FROM) from error
    if len(data) < len(MAGIC):
        raise system_error(0, f"incomplete save header in '{path}'", errors.FROM)
    if not data.startswith(MAGIC):
        raise errors.internal("mismatched header magic")
    rest = data[len(MAGIC) :]
    if len(rest) < 4:
        raise system_error(0, f"failed to read metadata length in '{path}'", errors.FROM)
    length = int.from_bytes(rest[:4], "little", signed=True)
    if not 1 <= length <= _MOST:
        raise errors.internal("length of metadata out of range")
    if len(rest) < 4 + length:
        raise system_error(0, f"incomplete metadata in '{path}'", errors.FROM)
    return parse_domain(rest[4 : 4 + length].decode("utf-8", "replace"), named=named)


class SaveFacet:
    """virDomainSave, virDomainRestore, virDomainManagedSave, virDomainCoreDump and their kin."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _stop(self, guest: Guest, reason: int, detail: int) -> None:
        self._host.stop(guest, reason)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STOPPED, detail)
        self._host.settle(guest)

    # --- to a file and back ------------------------------------------------------------------------------------

    async def domain_save(self, dom: p.NonnullDomain, to: str) -> None:
        await self.domain_save_flags(dom, to, None, 0)

    async def domain_save_flags(self, dom: p.NonnullDomain, to: str, dxml: str | None, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainSaveFlags")
        _refuse_changes(dxml)
        guest = self._host.guest(dom)
        guest.require_active()
        text = format_domain(guest.document, C.VIR_DOMAIN_XML_SECURE).encode()
        data = MAGIC + len(text).to_bytes(4, "little") + text
        _write(to, data, f"saving domain '{guest.name}' to '{to}': open failed")
        self._stop(guest, C.VIR_DOMAIN_SHUTOFF_SAVED, C.VIR_DOMAIN_EVENT_STOPPED_SAVED)

    async def domain_restore(self, from_: str) -> None:
        await self.domain_restore_flags(from_, None, 0)

    async def domain_restore_flags(self, from_: str, dxml: str | None, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainRestoreFlags")
        _refuse_changes(dxml)
        document = _read(from_, named=True)
        guest = admit(self._host, document, live=True)
        if guest is None:
            guest = Guest(document, persistent=False)
            self._host.guests.add(guest)
        else:
            guest.next = guest.document if guest.persistent else None
            guest.document = document
        self._host.start(guest, C.VIR_DOMAIN_RUNNING_RESTORED)
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_STARTED_RESTORED)

    async def domain_save_params(self, dom: p.NonnullDomain, params: list[TypedParam], flags: int) -> None:
        """Without a file it is a managed save."""
        check_params(params, _PARAMS)
        given = to_dict(params)
        file, dxml = given.get(C.VIR_DOMAIN_SAVE_PARAM_FILE), given.get(C.VIR_DOMAIN_SAVE_PARAM_DXML)
        if file is not None:
            await self.domain_save_flags(dom, str(file), str(dxml) if dxml is not None else None, flags)
            return
        _refuse_changes(None if dxml is None else str(dxml))
        await self.domain_managed_save(dom, flags)

    async def domain_restore_params(self, params: list[TypedParam], flags: int) -> None:
        check_params(params, _PARAMS)
        given = to_dict(params)
        file, dxml = given.get(C.VIR_DOMAIN_SAVE_PARAM_FILE), given.get(C.VIR_DOMAIN_SAVE_PARAM_DXML)
        if file is None:
            raise VirtError(ErrorCode.INVALID_ARG, "missing path to the image to restore from", errors.FROM)
        await self.domain_restore_flags(str(file), str(dxml) if dxml is not None else None, flags)

    async def domain_save_image_get_xml_desc(self, file: str, flags: int) -> str:
        errors.check_flags(flags, C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE, "testDomainSaveImageGetXMLDesc")
        document = _read(file, named=False)
        return format_domain(document, C.VIR_DOMAIN_XML_SECURE if flags else 0)

    async def domain_save_image_define_xml(self, file: str, dxml: str, flags: int) -> None:
        allowed = C.VIR_DOMAIN_SAVE_RUNNING | C.VIR_DOMAIN_SAVE_PAUSED
        errors.check_flags(flags, allowed, "testDomainSaveImageDefineXML")
        _read(file, named=False)
        text = format_domain(parse_domain(dxml, named=False), C.VIR_DOMAIN_XML_SECURE).encode()
        _write(file, MAGIC + len(text).to_bytes(4, "little") + text, f"failed to write {file}")

    # --- managed -----------------------------------------------------------------------------------------------

    async def domain_managed_save(self, dom: p.NonnullDomain, flags: int) -> None:
        allowed = C.VIR_DOMAIN_SAVE_BYPASS_CACHE | C.VIR_DOMAIN_SAVE_RUNNING | C.VIR_DOMAIN_SAVE_PAUSED
        errors.check_flags(flags, allowed, "testDomainManagedSave")
        guest = self._host.guest(dom)
        guest.require_active()
        if not guest.persistent:
            raise errors.invalid("cannot do managed save for transient domain")
        self._stop(guest, C.VIR_DOMAIN_SHUTOFF_SAVED, C.VIR_DOMAIN_EVENT_STOPPED_SAVED)
        guest.managed_save = True

    async def domain_managed_save_remove(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainManagedSaveRemove")
        self._host.guest(dom).managed_save = False

    # --- core dumps --------------------------------------------------------------------------------------------

    async def domain_core_dump(self, dom: p.NonnullDomain, to: str, flags: int) -> None:
        await self.domain_core_dump_with_format(dom, to, C.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW, flags)

    async def domain_core_dump_with_format(self, dom: p.NonnullDomain, to: str, dumpformat: int, flags: int) -> None:
        errors.check_flags(flags, C.VIR_DUMP_CRASH, "testDomainCoreDumpWithFormat")
        guest = self._host.guest(dom)
        guest.require_active()
        if dumpformat != C.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW:
            text = "kdump-compressed format is not supported here"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
        _write(to, MAGIC, f"domain '{guest.name}' coredump: failed to open {to}")
        if flags & C.VIR_DUMP_CRASH:
            self._stop(guest, C.VIR_DOMAIN_SHUTOFF_CRASHED, C.VIR_DOMAIN_EVENT_STOPPED_CRASHED)


def _refuse_changes(dxml: str | None) -> None:
    if dxml is not None:
        raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, "xml modification unsupported", errors.FROM)
