"""Objects of the host that need no call of their own kind: interfaces, node devices, filters, secrets."""

from __future__ import annotations

from purevirt.client.calls.interface import InterfaceCalls
from purevirt.client.calls.node_device import NodeDeviceCalls
from purevirt.client.calls.nwfilter import NWFilterBindingCalls, NWFilterCalls
from purevirt.client.calls.secret import SecretCalls
from purevirt.client.objects.identity import HasName, HasUUID


class Interface(InterfaceCalls, HasName):
    """A host network interface (virInterface)."""

    __slots__ = ()

    def get_mac_string(self) -> str:
        mac: str = self._ref.mac
        return mac


class NodeDevice(NodeDeviceCalls, HasName):
    """A device of the host (virNodeDevice)."""

    __slots__ = ()


class NWFilter(NWFilterCalls, HasName, HasUUID):
    """A network filter (virNWFilter)."""

    __slots__ = ()


class NWFilterBinding(NWFilterBindingCalls):
    """A filter applied to a port (virNWFilterBinding)."""

    __slots__ = ()

    def get_port_dev(self) -> str:
        dev: str = self._ref.portdev
        return dev

    def get_filter_name(self) -> str:
        name: str = self._ref.filtername
        return name


class Secret(SecretCalls, HasUUID):
    """A secret (virSecret). Its value is `await secret.get_value()`."""

    __slots__ = ()

    def get_usage_type(self) -> int:
        kind: int = self._ref.usageType
        return kind

    def get_usage_id(self) -> str:
        usage: str = self._ref.usageID
        return usage
