"""Definitions: define, undefine, rename, the XML in each of its forms, autostart."""

from __future__ import annotations

from purevirt.drivers.test import errors
from purevirt.drivers.test.documents import format_domain, parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import TestHost
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.document import Domain
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

_XML_FLAGS = C.VIR_DOMAIN_XML_SECURE | C.VIR_DOMAIN_XML_INACTIVE | C.VIR_DOMAIN_XML_MIGRATABLE
_UNDEFINE_FLAGS = (
    C.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | C.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
)


def admit(host: TestHost, document: Domain, *, live: bool) -> Guest | None:
    """The guest that is meant, None when it is new. Raises when name or UUID are another's, or it runs and must not."""
    name, uuid = document.name or "", parse_uuid(document.uuid or "")
    known = host.guests.by_uuid(uuid)
    if known is not None:
        if known.name != name:
            text = f"domain '{known.name}' is already defined with uuid {format_uuid(uuid)}"
            raise VirtError(ErrorCode.OPERATION_FAILED, text, ErrorDomain.DOMAIN)
        if live and known.is_active:
            raise VirtError(ErrorCode.OPERATION_INVALID, f"domain '{name}' is already active", ErrorDomain.DOMAIN)
        return known
    other = host.guests.get(name)
    if other is not None:
        text = f"domain '{name}' already exists with uuid {other.uuid_text}"
        raise VirtError(ErrorCode.OPERATION_FAILED, text, ErrorDomain.DOMAIN)
    return None


class DefineFacet:
    """virDomainDefineXML, virDomainUndefineFlags, virDomainRename, virDomainGetXMLDesc, virDomainSetAutostart."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_define_xml(self, xml: str) -> p.NonnullDomain:
        return await self.domain_define_xml_flags(xml, 0)

    async def domain_define_xml_flags(self, xml: str, flags: int) -> p.NonnullDomain:
        errors.check_flags(flags, C.VIR_DOMAIN_DEFINE_VALIDATE, "testDomainDefineXMLFlags")
        document = parse_domain(xml, validate=bool(flags & C.VIR_DOMAIN_DEFINE_VALIDATE))
        guest = admit(self._host, document, live=False)
        detail = C.VIR_DOMAIN_EVENT_DEFINED_ADDED
        if guest is None:
            guest = Guest(document, persistent=True)
            self._host.guests.add(guest)
        else:
            if guest.persistent:
                detail = C.VIR_DOMAIN_EVENT_DEFINED_UPDATED
            guest.persistent = True
            if guest.is_active:
                guest.next = document
            else:
                guest.document = document
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_DEFINED, detail)
        return guest.ref

    async def domain_undefine(self, dom: p.NonnullDomain) -> None:
        await self.domain_undefine_flags(dom, 0)

    async def domain_undefine_flags(self, dom: p.NonnullDomain, flags: int) -> None:
        errors.check_flags(flags, _UNDEFINE_FLAGS, "testDomainUndefineFlags")
        guest = self._host.guest(dom)
        if guest.managed_save and not flags & C.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE:
            raise errors.invalid("Refusing to undefine while domain managed save image exists")
        if len(guest.snapshots) and not guest.is_active and not flags & C.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA:
            raise errors.invalid(f"cannot delete inactive domain with {len(guest.snapshots)} snapshots")
        guest.managed_save = False
        self._host.lifecycle(guest, C.VIR_DOMAIN_EVENT_UNDEFINED, C.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED)
        guest.persistent, guest.next = False, None
        self._host.settle(guest)

    async def domain_get_xml_desc(self, dom: p.NonnullDomain, flags: int) -> str:
        errors.check_flags(flags, _XML_FLAGS, "testDomainGetXMLDesc")
        guest = self._host.guest(dom)
        return format_domain(guest.config if flags & C.VIR_DOMAIN_XML_INACTIVE else guest.document, flags)

    async def domain_get_autostart(self, dom: p.NonnullDomain) -> int:
        return int(self._host.guest(dom).autostart)

    async def domain_set_autostart(self, dom: p.NonnullDomain, autostart: int) -> None:
        self._host.guest(dom).autostart = bool(autostart)

    async def domain_rename(self, dom: p.NonnullDomain, new_name: str | None, flags: int) -> int:
        errors.check_flags(flags, 0, "testDomainRename")
        guest, host = self._host.guest(dom), self._host
        if guest.is_active:
            raise errors.invalid("cannot rename active domain")
        if not guest.persistent:
            raise errors.invalid("cannot rename a transient domain")
        name = new_name or ""
        if "/" in name:
            raise VirtError(ErrorCode.XML_ERROR, f"name {name} cannot contain '/'", errors.FROM)
        if name == guest.name:
            raise VirtError(ErrorCode.OPERATION_INVALID, "Can't rename domain to itself", ErrorDomain.DOMAIN)
        if host.guests.get(name) is not None:
            text = f"domain with name '{name}' already exists"
            raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.DOMAIN)
        before = guest.ref
        guest.rename(name)
        host.guests.rename(guest, before.name)
        host.lifecycle(guest, C.VIR_DOMAIN_EVENT_UNDEFINED, C.VIR_DOMAIN_EVENT_UNDEFINED_RENAMED, before)
        host.lifecycle(guest, C.VIR_DOMAIN_EVENT_DEFINED, C.VIR_DOMAIN_EVENT_DEFINED_RENAMED)
        return 0
