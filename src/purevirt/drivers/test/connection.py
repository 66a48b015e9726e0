"""What the connection itself is asked: type, versions, capabilities, CPU models."""

from __future__ import annotations

import socket

from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.model.capabilities import (
    Capabilities,
    CapabilitiesGuest,
    CapabilitiesHost,
    CellCpu,
    CellCpus,
    CellMemory,
    CellPages,
    GuestArch,
    GuestDomain,
    GuestFeatures,
    HostCell,
    HostCells,
    HostTopology,
    IommuSupport,
    PowerManagement,
    SecurityModel,
)
from purevirt.model.cpu import HostCpu, HostCpuFlags, PageSize

PAGES = (4, 8, 2048, 1048576)
"""Sizes in KiB of the pages the host has."""
_SYSINFO = """\
<sysinfo type='smbios'>
  <bios>
    <entry name='vendor'>LENOVO</entry>
    <entry name='version'>G4ETA1WW (2.61 )</entry>
    <entry name='date'>05/07/2014</entry>
    <entry name='release'>2.61</entry>
  </bios>
</sysinfo>
"""


def _guest(os_type: str) -> CapabilitiesGuest:
    arch = GuestArch(name="i686", wordsize=32, emulator="/usr/bin/test-hv", domains=[GuestDomain(type="test")])
    return CapabilitiesGuest(os_type=os_type, arch=arch, features=GuestFeatures(pae=True, nonpae=True))


def capabilities(host: TestHost) -> Capabilities:
    """The document of `virConnectGetCapabilities`."""
    cells = []
    for number, cell in enumerate(host.cells):
        pages = [CellPages(size=cell.page, value=cell.memory // cell.page)]
        pages += [CellPages(size=size, value=pools.get(number, 0)) for size, pools in host.huge_pages.items()]
        first = cell.cpus[0]
        cpus = [
            CellCpu(id=cpu, socket_id=number, die_id=0, core_id=cpu - first, siblings=frozenset({cpu})) for cpu in cell.cpus
        ]
        cells.append(
            HostCell(
                id=number, memory=CellMemory(value=cell.memory), pages=pages, cpus=CellCpus(num=len(cpus), cpus=cpus)
            )
        )
    return Capabilities(
        host=CapabilitiesHost(
            cpu=HostCpu(
                arch="i686", flags=HostCpuFlags(pae=True, nonpae=True), pages=[PageSize(size=size) for size in PAGES]
            ),
            power_management=PowerManagement(),
            iommu=IommuSupport(support=False),
            topology=HostTopology(cells=HostCells(num=len(cells), cells=cells)),
            secmodels=[SecurityModel(model="testSecurity", doi="")],
        ),
        guests=[_guest("hvm"), _guest("xen")],
    )


class ConnectionFacet:
    """Every answer is made up and the same for all."""

    def __init__(self, host: TestHost, uri: str) -> None:
        self._host = host
        self._uri = uri

    async def connect_get_type(self) -> str:
        return "TEST"

    async def connect_get_version(self) -> int:
        return 2

    async def connect_get_lib_version(self) -> int:
        return 9000000

    async def connect_get_uri(self) -> str:
        return self._uri

    async def connect_get_hostname(self) -> str:
        return socket.gethostname()

    async def connect_is_secure(self) -> int:
        return 1

    async def connect_get_max_vcpus(self, type: str | None) -> int:
        return 32

    async def connect_get_capabilities(self) -> str:
        return capabilities(self._host).to_xml()

    async def connect_get_sysinfo(self, flags: int) -> str:
        errors.check_flags(flags, 0, "testConnectGetSysinfo")
        return _SYSINFO
