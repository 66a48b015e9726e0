"""What a guest tells of itself, its managed save, its labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.documents import format_domain, parse_domain
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.guestops import MOUNTS
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList, TypedParam

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost


class GuestFactsFacet:
    """virDomainGetGuestInfo, virDomainManagedSaveGetXMLDesc and -DefineXML, virDomainGetSecurityLabelList."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_guest_info(self, dom: p.NonnullDomain, types: int, flags: int) -> list[TypedParam]:
        errors.check_flags(flags, 0, "testDomainGetGuestInfo")
        guest = self._host.guest(dom)
        guest.require_active()
        users, system, zone = (
            C.VIR_DOMAIN_GUEST_INFO_USERS,
            C.VIR_DOMAIN_GUEST_INFO_OS,
            C.VIR_DOMAIN_GUEST_INFO_TIMEZONE,
        )
        name, mounts = C.VIR_DOMAIN_GUEST_INFO_HOSTNAME, C.VIR_DOMAIN_GUEST_INFO_FILESYSTEM
        known = users | system | zone | name | mounts
        types = types or known
        out = ParamList()
        if types & users:
            out.uint("user.count", 0)
        if types & system:
            out.string("os.id", "test").string("os.name", "Test").string("os.version", "1")
        if types & zone:
            out.string("timezone.name", "UTC").int("timezone.offset", 0)
        if types & name:
            out.string("hostname", f"{guest.name}host")
        if types & mounts:
            out.uint("fs.count", len(MOUNTS))
            for number, mount in enumerate(MOUNTS):
                out.string(f"fs.{number}.mountpoint", mount).string(f"fs.{number}.fstype", "ext4")
        return list(out)

    def _saved(self, dom: p.NonnullDomain) -> Guest:
        guest = self._host.guest(dom)
        if not guest.managed_save:
            raise errors.invalid("domain does not have managed save image")
        return guest

    async def domain_managed_save_get_xml_desc(self, dom: p.NonnullDomain, flags: int) -> str:
        errors.check_flags(flags, C.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE, "testDomainManagedSaveGetXMLDesc")
        return format_domain(self._saved(dom).document, C.VIR_DOMAIN_XML_SECURE if flags else 0)

    async def domain_managed_save_define_xml(self, dom: p.NonnullDomain, dxml: str | None, flags: int) -> None:
        allowed = C.VIR_DOMAIN_SAVE_RUNNING | C.VIR_DOMAIN_SAVE_PAUSED
        errors.check_flags(flags, allowed, "testDomainManagedSaveDefineXML")
        guest = self._saved(dom)
        if dxml is None:
            return
        document = parse_domain(dxml)
        if (document.name, document.uuid) != (guest.name, guest.uuid_text):
            raise errors.bad_argument("name and uuid of a managed save image cannot be changed")
        guest.document = document

    async def domain_get_security_label_list(self, dom: p.NonnullDomain) -> p.DomainGetSecurityLabelListRet:
        guest = self._host.guest(dom)
        labels = [p.DomainGetSecurityLabelRet("libvirt-test", 1)] if guest.is_active else []
        return p.DomainGetSecurityLabelListRet(labels, len(labels))
