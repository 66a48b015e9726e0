"""Network filters and their bindings: documents that filter nothing."""

from __future__ import annotations

import uuid as uuid_module
from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, NotFound, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.nwfilter import NwFilter, ReferencedFilter
from purevirt.model.nwfilter_binding import NwFilterBinding
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

FROM = ErrorDomain.NWFILTER


@dataclass(slots=True, eq=False)
class TestFilter:
    """One filter."""

    __test__ = False

    document: NwFilter

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def uuid(self) -> bytes:
        return parse_uuid(self.document.uuid or "")

    @property
    def ref(self) -> p.NonnullNwfilter:
        return p.NonnullNwfilter(self.name, self.uuid)


@dataclass(slots=True, eq=False)
class TestBinding:
    """One binding; its name is its device's."""

    __test__ = False

    document: NwFilterBinding

    @property
    def name(self) -> str:
        return self.document.portdev.name or ""

    @property
    def filter(self) -> str:
        return self.document.filterref.filter or ""

    @property
    def ref(self) -> p.NonnullNwfilterBinding:
        return p.NonnullNwfilterBinding(self.name, self.filter)


def _failed(text: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_FAILED, text, FROM)


class FilterFacet:
    """virNWFilter*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _by_uuid(self, uuid: bytes) -> TestFilter:
        found = self._host.filters.by_uuid(uuid)
        if found is None:
            text = f"no nwfilter with matching uuid '{format_uuid(uuid)}'"
            raise NotFound(ErrorCode.NO_NWFILTER, text, FROM)
        return found

    async def connect_num_of_nwfilters(self) -> int:
        return len(self._host.filters)

    async def connect_list_nwfilters(self, maxnames: int) -> list[str]:
        return [its.name for its in self._host.filters][:maxnames]

    async def connect_list_all_nwfilters(self, need_results: int, flags: int) -> p.ConnectListAllNwfiltersRet:
        errors.check_flags(flags, 0, "testConnectListAllNWFilters")
        refs = [its.ref for its in self._host.filters]
        return p.ConnectListAllNwfiltersRet(refs if need_results else [], len(refs))

    async def nwfilter_lookup_by_name(self, name: str) -> p.NonnullNwfilter:
        found = self._host.filters.get(name)
        if found is None:
            raise NotFound(ErrorCode.NO_NWFILTER, f"no nwfilter with matching name '{name}'", FROM)
        return found.ref

    async def nwfilter_lookup_by_uuid(self, uuid: bytes) -> p.NonnullNwfilter:
        return self._by_uuid(uuid).ref

    async def nwfilter_define_xml(self, xml: str) -> p.NonnullNwfilter:
        return await self.nwfilter_define_xml_flags(xml, 0)

    async def nwfilter_define_xml_flags(self, xml: str, flags: int) -> p.NonnullNwfilter:
        errors.check_flags(flags, C.VIR_NWFILTER_DEFINE_VALIDATE, "testNWFilterDefineXMLFlags")
        document = NwFilter.from_xml(xml, ParseContext(inactive=True))
        known = self._host.filters.get(document.name)
        if document.uuid is None:
            document.uuid = known.document.uuid if known is not None else str(uuid_module.uuid4())
        other = self._host.filters.by_uuid(parse_uuid(document.uuid or ""))
        if other is not None and other.name != document.name:
            raise _failed(f"filter with same UUID but different name ('{other.name}') already exists")
        if known is not None and known.document.uuid != document.uuid:
            raise _failed(f"filter '{known.name}' already exists with uuid {known.document.uuid}")
        if document.name in self._reachable(document):
            raise _failed("filter would introduce a loop")
        its = TestFilter(document)
        self._host.filters.add(its)
        return its.ref

    def _reachable(self, document: NwFilter) -> set[str]:
        """Names of filters that it refers to, near and far."""
        found: set[str] = set()
        waiting = [document]
        while waiting:
            for entry in waiting.pop().entries:
                if isinstance(entry, ReferencedFilter) and entry.filter and entry.filter not in found:
                    found.add(entry.filter)
                    its = self._host.filters.get(entry.filter)
                    if its is not None:
                        waiting.append(its.document)
        return found

    async def nwfilter_undefine(self, nwfilter: p.NonnullNwfilter) -> None:
        its = self._by_uuid(nwfilter.uuid)
        if any(binding.filter == its.name for binding in self._host.bindings):
            raise VirtError(ErrorCode.OPERATION_INVALID, "nwfilter is in use", FROM)
        self._host.filters.remove(its)

    async def nwfilter_get_xml_desc(self, nwfilter: p.NonnullNwfilter, flags: int) -> str:
        errors.check_flags(flags, 0, "testNWFilterGetXMLDesc")
        return self._by_uuid(nwfilter.uuid).document.to_xml()


class BindingFacet:
    """virNWFilterBinding*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, name: str) -> TestBinding:
        found = self._host.bindings.get(name)
        if found is None:
            text = f"no nwfilter binding for port dev '{name}'"
            raise NotFound(ErrorCode.NO_NWFILTER_BINDING, text, FROM)
        return found

    async def connect_list_all_nwfilter_bindings(
        self, need_results: int, flags: int
    ) -> p.ConnectListAllNwfilterBindingsRet:
        errors.check_flags(flags, 0, "testConnectListAllNWFilterBindings")
        refs = [its.ref for its in self._host.bindings]
        return p.ConnectListAllNwfilterBindingsRet(refs if need_results else [], len(refs))

    async def nwfilter_binding_lookup_by_port_dev(self, name: str) -> p.NonnullNwfilterBinding:
        return self._find(name).ref

    async def nwfilter_binding_create_xml(self, xml: str, flags: int) -> p.NonnullNwfilterBinding:
        errors.check_flags(flags, C.VIR_NWFILTER_BINDING_CREATE_VALIDATE, "testNWFilterBindingCreateXML")
        its = TestBinding(NwFilterBinding.from_xml(xml, ParseContext(inactive=True)))
        if self._host.bindings.get(its.name) is not None:
            raise VirtError(ErrorCode.OPERATION_FAILED, f"binding '{its.name}' already exists", FROM)
        if self._host.filters.get(its.filter) is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"referenced filter '{its.filter}' is missing", FROM)
        self._host.bindings.add(its)
        return its.ref

    async def nwfilter_binding_delete(self, nwfilter: p.NonnullNwfilterBinding) -> None:
        self._host.bindings.remove(self._find(nwfilter.portdev))

    async def nwfilter_binding_get_xml_desc(self, nwfilter: p.NonnullNwfilterBinding, flags: int) -> str:
        errors.check_flags(flags, 0, "testNWFilterBindingGetXMLDesc")
        return self._find(nwfilter.portdev).document.to_xml()
