"""Made-up statistics of one guest: they grow with the clock, or never change."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.devices import find_disk, find_interface
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.sizes import now_us, vcpus
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.drivers.test.networks import TestNetwork

_DISK_SIZE = 1 << 40
_DISK_CAPACITY = 1099506450432
_PER_CPU = 24386308517
_PER_VCPU = 23151740627
_USER, _SYSTEM = 5540000000, 6460000000
_SOURCES = (
    C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
    C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
)


class StatsFacet:
    """virDomainBlockStats, InterfaceStats, GetBlockInfo, GetCPUStats, InterfaceAddresses, GetDiskErrors."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _active(self, dom: p.NonnullDomain) -> Guest:
        guest = self._host.guest(dom)
        guest.require_active()
        return guest

    async def domain_block_stats(self, dom: p.NonnullDomain, path: str) -> p.DomainBlockStatsRet:
        if not path:
            text = "summary statistics are not supported yet"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
        guest = self._host.guest(dom)
        guest.require_active()
        if find_disk(guest.document, path) is None:
            raise errors.bad_argument(f"invalid path: {path}")
        now = now_us()
        return p.DomainBlockStatsRet(now // 10, now // 20, now // 30, now // 40, now // 1000000 // 2)

    async def domain_get_block_info(self, dom: p.NonnullDomain, path: str, flags: int) -> p.DomainGetBlockInfoRet:
        errors.check_flags(flags, 0, "testDomainGetBlockInfo")
        guest = self._host.guest(dom)
        disk = find_disk(guest.document, path)
        if disk is None:
            raise errors.bad_argument(f"invalid path {path} not assigned to domain")
        size = guest.disk_sizes.get(disk.target.dev)
        if size is not None:
            return p.DomainGetBlockInfoRet(size, size, size)
        return p.DomainGetBlockInfoRet(_DISK_SIZE, _DISK_CAPACITY, _DISK_SIZE)

    async def domain_interface_stats(self, dom: p.NonnullDomain, device: str) -> p.DomainInterfaceStatsRet:
        find_interface(self._active(dom).document, device)
        now = now_us()
        seconds = now // 1000000
        return p.DomainInterfaceStatsRet(
            now // 10, now // 100, seconds, seconds // 2, now // 20, now // 110, seconds // 3, seconds // 4
        )

    async def domain_get_cpu_stats(
        self, dom: p.NonnullDomain, nparams: int, start_cpu: int, ncpus: int, flags: int
    ) -> p.DomainGetCpuStatsRet:
        errors.check_getter(flags, 0, "testDomainGetCPUStats")
        most = vcpus(self._active(dom).document)[1]
        out = ParamList()
        if start_cpu == -1:
            if nparams:
                out.ullong("cpu_time", sum(_PER_CPU + cpu for cpu in range(most)))
                out.ullong("user_time", _USER).ullong("system_time", _SYSTEM)
            return p.DomainGetCpuStatsRet(list(out)[:nparams], 3 if not nparams else len(out))
        if not nparams:
            return p.DomainGetCpuStatsRet([], 2 if ncpus else most)
        if start_cpu >= most:
            raise errors.bad_argument(f"start_cpu {start_cpu} larger than maximum of {most - 1}")
        for cpu in range(start_cpu, min(start_cpu + ncpus, most)):
            out.ullong("cpu_time", _PER_CPU + cpu)
            if nparams > 1:
                out.ullong("vcpu_time", _PER_VCPU + cpu)
        return p.DomainGetCpuStatsRet(list(out), min(nparams, 2))

    async def domain_get_disk_errors(
        self, dom: p.NonnullDomain, maxerrors: int, flags: int
    ) -> p.DomainGetDiskErrorsRet:
        """Disks have errors of all kinds in turn."""
        errors.check_flags(flags, 0, "testDomainGetDiskErrors")
        devices = self._active(dom).document.devices
        disks: list[Any] = list(devices.disks) if devices is not None else []
        if not maxerrors:
            return p.DomainGetDiskErrorsRet([], len(disks))
        found = [
            p.DomainDiskError(disk.target.dev, number % (C.VIR_DOMAIN_DISK_ERROR_LAST - 1) + 1)
            for number, disk in enumerate(disks[:maxerrors])
        ]
        return p.DomainGetDiskErrorsRet(found, len(found))

    async def domain_interface_addresses(
        self, dom: p.NonnullDomain, source: int, flags: int
    ) -> list[p.DomainInterface]:
        """Addresses from the network's range, by the guest's id; others get 192.168.0.1 and on."""
        errors.check_flags(flags, 0, "testDomainInterfaceAddresses")
        if source not in _SOURCES:
            text = f"Unknown IP address data source {source}"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, errors.FROM)
        guest = self._active(dom)
        devices = guest.document.devices
        found = []
        for number, interface in enumerate(devices.interfaces if devices is not None else ()):
            its: Any = interface
            if its.type == "network":
                addresses = self._network_address(guest, its.source.network, number)
            else:
                addresses = [p.DomainIpAddr(C.VIR_IP_ADDR_TYPE_IPV4, f"192.168.0.{1 + number}", 24)]
            mac = its.mac.address if its.mac is not None else None
            found.append(p.DomainInterface(its.target.dev if its.target else "", mac, addresses))
        return found

    def _network_address(self, guest: Guest, name: str, number: int) -> list[p.DomainIpAddr]:
        network = self._host.networks.get(name)
        if network is None:
            raise errors.not_found(ErrorCode.NO_NETWORK, f"no network with matching name '{name}'")
        return network_addresses(network, guest.id, number)


def network_addresses(network: TestNetwork, guest_id: int, number: int) -> list[p.DomainIpAddr]:
    """What a guest's interface gets from a network, made up from the guest's id and the interface's number."""
    if not network.document.ips:
        return []
    ip = network.document.ips[0]
    first = ip.dhcp.ranges[0].start if ip.dhcp is not None and ip.dhcp.ranges else ip.address
    if first is None:
        return []
    address = ip_address(str(first)) + 1 + 20 * (guest_id - 1) + number
    kind = C.VIR_IP_ADDR_TYPE_IPV6 if address.version == 6 else C.VIR_IP_ADDR_TYPE_IPV4
    return [p.DomainIpAddr(kind, str(address), _prefix(ip))]


def _prefix(ip: Any) -> int:
    """The network's length in bits, from its prefix or its mask; else as the address's class has it."""
    if ip.prefix is not None:
        return int(ip.prefix)
    if ip.netmask is not None:
        return bin(int(ip_address(str(ip.netmask)))).count("1")
    return 64 if ip.family == "ipv6" else 24
