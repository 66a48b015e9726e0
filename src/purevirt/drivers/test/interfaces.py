"""The host's network interfaces, with transactions: begin keeps a copy of all, rollback brings it back."""

from __future__ import annotations

from dataclasses import dataclass

from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.drivers.test.index import Index
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.host_interface import HostInterface
from purevirt.protocol import remote as p
from purevirt.types import constants as C

_LIST_FLAGS = C.VIR_CONNECT_LIST_INTERFACES_ACTIVE | C.VIR_CONNECT_LIST_INTERFACES_INACTIVE


@dataclass(slots=True, eq=False)
class TestInterface:
    """One interface."""

    __test__ = False

    document: HostInterface
    active: bool = False

    @property
    def name(self) -> str:
        return self.document.name or ""

    @property
    def mac(self) -> str:
        return (self.document.mac.address if self.document.mac is not None else None) or ""

    @property
    def ref(self) -> p.NonnullInterface:
        return p.NonnullInterface(self.name, self.mac)


class InterfaceFacet:
    """virInterface*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _named(self, name: str) -> TestInterface:
        found = self._host.interfaces.get(name)
        if found is None:
            raise errors.not_found(ErrorCode.NO_INTERFACE, f"no interface with matching name '{name}'")
        return found

    # --- finding -----------------------------------------------------------------------------------------------

    async def interface_lookup_by_name(self, name: str) -> p.NonnullInterface:
        return self._named(name).ref

    async def interface_lookup_by_mac_string(self, mac: str) -> p.NonnullInterface:
        found = [interface for interface in self._host.interfaces if interface.mac.lower() == mac.lower()]
        if not found:
            raise errors.not_found(ErrorCode.NO_INTERFACE, f"no interface with matching mac '{mac}'")
        if len(found) > 1:
            raise VirtError(ErrorCode.MULTIPLE_INTERFACES, None, errors.FROM)
        return found[0].ref

    async def connect_num_of_interfaces(self) -> int:
        return sum(interface.active for interface in self._host.interfaces)

    async def connect_list_interfaces(self, maxnames: int) -> list[str]:
        return [interface.name for interface in self._host.interfaces if interface.active][:maxnames]

    async def connect_num_of_defined_interfaces(self) -> int:
        return sum(not interface.active for interface in self._host.interfaces)

    async def connect_list_defined_interfaces(self, maxnames: int) -> list[str]:
        return [interface.name for interface in self._host.interfaces if not interface.active][:maxnames]

    async def connect_list_all_interfaces(self, need_results: int, flags: int) -> p.ConnectListAllInterfacesRet:
        errors.check_flags(flags, _LIST_FLAGS, "testConnectListAllInterfaces")
        wanted = flags or _LIST_FLAGS
        active, inactive = C.VIR_CONNECT_LIST_INTERFACES_ACTIVE, C.VIR_CONNECT_LIST_INTERFACES_INACTIVE
        refs = [i.ref for i in self._host.interfaces if wanted & (active if i.active else inactive)]
        return p.ConnectListAllInterfacesRet(refs if need_results else [], len(refs))

    async def interface_is_active(self, iface: p.NonnullInterface) -> int:
        return int(self._named(iface.name).active)

    # --- definitions and state ---------------------------------------------------------------------------------

    async def interface_get_xml_desc(self, iface: p.NonnullInterface, flags: int) -> str:
        errors.check_flags(flags, 0, "testInterfaceGetXMLDesc")
        return self._named(iface.name).document.to_xml()

    async def interface_define_xml(self, xml: str, flags: int) -> p.NonnullInterface:
        errors.check_flags(flags, C.VIR_INTERFACE_DEFINE_VALIDATE, "testInterfaceDefineXML")
        validate = bool(flags & C.VIR_INTERFACE_DEFINE_VALIDATE)
        document = HostInterface.from_xml(xml, ParseContext(validate=validate))
        known = self._host.interfaces.get(document.name or "")
        if known is not None:
            known.document = document
            return known.ref
        interface = TestInterface(document)
        self._host.interfaces.add(interface)
        return interface.ref

    async def interface_undefine(self, iface: p.NonnullInterface) -> None:
        self._host.interfaces.remove(self._named(iface.name))

    async def interface_create(self, iface: p.NonnullInterface, flags: int) -> None:
        errors.check_flags(flags, 0, "testInterfaceCreate")
        self._switch(iface.name, on=True)

    async def interface_destroy(self, iface: p.NonnullInterface, flags: int) -> None:
        errors.check_flags(flags, 0, "testInterfaceDestroy")
        self._switch(iface.name, on=False)

    def _switch(self, name: str, *, on: bool) -> None:
        interface = self._named(name)
        if interface.active == on:
            raise VirtError(ErrorCode.OPERATION_INVALID, None, errors.FROM)
        interface.active = on

    # --- transactions ------------------------------------------------------------------------------------------

    async def interface_change_begin(self, flags: int) -> None:
        errors.check_flags(flags, 0, "testInterfaceChangeBegin")
        if self._host.interfaces_before is not None:
            raise errors.invalid("there is another transaction running.")
        before: Index[TestInterface] = Index()
        for interface in self._host.interfaces:
            before.add(TestInterface(interface.document.copy(), interface.active))
        self._host.interfaces_before = before

    async def interface_change_commit(self, flags: int) -> None:
        errors.check_flags(flags, 0, "testInterfaceChangeCommit")
        if self._host.interfaces_before is None:
            raise errors.invalid("no transaction running, nothing to be committed.")
        self._host.interfaces_before = None

    async def interface_change_rollback(self, flags: int) -> None:
        errors.check_flags(flags, 0, "testInterfaceChangeRollback")
        if self._host.interfaces_before is None:
            raise errors.invalid("no transaction running, nothing to rollback.")
        self._host.interfaces, self._host.interfaces_before = self._host.interfaces_before, None
