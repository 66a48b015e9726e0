"""Virtual CPUs: how many, and on which processors they may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.drivers.test import errors
from purevirt.drivers.test.sizes import now_us, vcpus
from purevirt.model.domain.cpuset import CPUSET
from purevirt.model.domain.tune import Cputune, EmulatorPin, VcpuPin
from purevirt.model.domain.vcpu import Vcpu, VcpuEntry
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.cpumaps import from_map, to_map

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

MAX_VCPUS = 32
_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG


def _set_counts(document: Domain, most: int, now: int) -> None:
    vcpu = document.vcpu = document.vcpu or Vcpu(value=1)
    vcpu.value = most
    vcpu.current = now if now != most else None
    if document.vcpus:
        document.vcpus = [entry for entry in document.vcpus if entry.id < most]
        for entry in document.vcpus:
            entry.enabled = entry.id < now


def _set_enabled(document: Domain, wanted: frozenset[int], *, enabled: bool) -> None:
    """Plug or unplug single processors."""
    most, now = vcpus(document)
    if not document.vcpus:
        document.vcpus = [VcpuEntry(id=number, enabled=number < now, hotpluggable=number > 0) for number in range(most)]
    for entry in document.vcpus:
        if entry.id in wanted:
            entry.enabled = enabled
    vcpu = document.vcpu = document.vcpu or Vcpu(value=1)
    now = sum(entry.enabled for entry in document.vcpus)
    vcpu.current = now if now != most else None


def _usual(document: Domain, host: TestHost) -> frozenset[int]:
    """Where a vCPU may run that is not pinned."""
    cpuset = document.vcpu.cpuset if document.vcpu is not None else None
    return cpuset or frozenset(range(host.hardware.cpus))


def _pins(document: Domain, host: TestHost) -> list[frozenset[int]]:
    """Where each vCPU may run."""
    pins = {pin.vcpu: pin.cpuset for pin in document.cputune.vcpupins} if document.cputune is not None else {}
    usual = _usual(document, host)
    return [pins.get(number, usual) for number in range(vcpus(document)[0])]


class VcpuFacet:
    """virDomain*Vcpu*, virDomain*Emulator*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    # --- how many ----------------------------------------------------------------------------------------------

    async def domain_get_max_vcpus(self, dom: p.NonnullDomain) -> int:
        return await self.domain_get_vcpus_flags(dom, C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_VCPU_MAXIMUM)

    async def domain_get_vcpus_flags(self, dom: p.NonnullDomain, flags: int) -> int:
        errors.check_flags(flags, _AFFECT | C.VIR_DOMAIN_VCPU_MAXIMUM, "testDomainGetVcpusFlags")
        most, now = vcpus(self._host.guest(dom).one(flags & _AFFECT))
        return most if flags & C.VIR_DOMAIN_VCPU_MAXIMUM else now

    async def domain_set_vcpus(self, dom: p.NonnullDomain, nvcpus: int) -> None:
        await self.domain_set_vcpus_flags(dom, nvcpus, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_set_vcpus_flags(self, dom: p.NonnullDomain, nvcpus: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT | C.VIR_DOMAIN_VCPU_MAXIMUM, "testDomainSetVcpusFlags")
        if nvcpus > MAX_VCPUS:
            told = nvcpus - (1 << 32) if nvcpus >> 31 else nvcpus
            text = f"requested cpu amount exceeds maximum supported amount ({told} > {MAX_VCPUS})"
            raise errors.bad_argument(text)
        guest = self._host.guest(dom)
        documents = guest.targets(flags & _AFFECT)
        if flags & C.VIR_DOMAIN_VCPU_MAXIMUM:
            live, config = guest.scopes(flags & _AFFECT)
            if live:  # the most is a matter of the definition, the running guest gets so many processors
                _set_counts(guest.document, vcpus(guest.document)[0], nvcpus)
            if config:
                _set_counts(guest.config, nvcpus, min(nvcpus, vcpus(guest.config)[1]))
            return
        limit = min(vcpus(document)[0] for document in documents)
        if nvcpus > limit:
            raise errors.bad_argument(f"requested cpu amount exceeds maximum ({nvcpus} > {limit})")
        for document in documents:
            _set_counts(document, vcpus(document)[0], nvcpus)

    async def domain_set_vcpu(self, dom: p.NonnullDomain, cpumap: str, state: int, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetVcpu")
        if state not in (0, 1):
            raise errors.bad_argument("unsupported state value")
        guest = self._host.guest(dom)
        documents = guest.targets(flags)
        try:
            wanted = CPUSET.parse(cpumap)
        except ValueError:
            raise errors.bad_argument(f"failed to parse bitmap '{cpumap}'") from None
        for document in documents:
            most = vcpus(document)[0]
            missing = wanted - frozenset(range(most))
            if missing:
                raise errors.bad_argument(f"vcpu '{min(missing)}' is out of range of maximum vcpu count '{most}'")
        if not state and 0 in wanted:
            raise errors.bad_argument("vCPU '0' can't be unplugged")
        for document in documents:
            _set_enabled(document, wanted, enabled=bool(state))

    # --- where -------------------------------------------------------------------------------------------------

    async def domain_get_vcpus(self, dom: p.NonnullDomain, maxinfo: int, maplen: int) -> p.DomainGetVcpusRet:
        guest = self._host.guest(dom)
        if not guest.is_active:
            raise errors.invalid("cannot list vcpus for an inactive domain")
        pins = _pins(guest.document, self._host)[: min(maxinfo, vcpus(guest.document)[1])]
        spent = now_us() // 10
        info = [
            p.VcpuInfo(number, C.VIR_VCPU_RUNNING, spent, max(cpus, default=-1)) for number, cpus in enumerate(pins)
        ]
        return p.DomainGetVcpusRet(info, b"".join(to_map(cpus, maplen) for cpus in pins))

    async def domain_get_vcpu_pin_info(
        self, dom: p.NonnullDomain, ncpumaps: int, maplen: int, flags: int
    ) -> p.DomainGetVcpuPinInfoRet:
        pins = _pins(self._host.guest(dom).one(flags & _AFFECT), self._host)[:ncpumaps]
        return p.DomainGetVcpuPinInfoRet(b"".join(to_map(cpus, maplen) for cpus in pins), len(pins))

    async def domain_pin_vcpu(self, dom: p.NonnullDomain, vcpu: int, cpumap: bytes) -> None:
        await self.domain_pin_vcpu_flags(dom, vcpu, cpumap, 0)

    async def domain_pin_vcpu_flags(self, dom: p.NonnullDomain, vcpu: int, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, 0, "testDomainPinVcpuFlags")
        guest = self._host.guest(dom)
        if not guest.is_active:
            raise errors.invalid("cannot pin vcpus on an inactive domain")
        if vcpu >= vcpus(guest.document)[1]:
            raise errors.bad_argument(f"requested vcpu '{vcpu}' is not present in the domain")
        tune = guest.document.cputune = guest.document.cputune or Cputune()
        tune.vcpupins = [pin for pin in tune.vcpupins if pin.vcpu != vcpu]
        tune.vcpupins.append(VcpuPin(vcpu=vcpu, cpuset=from_map(cpumap)))
        tune.vcpupins.sort(key=lambda pin: pin.vcpu)

    # --- the emulator ------------------------------------------------------------------------------------------

    async def domain_get_emulator_pin_info(
        self, dom: p.NonnullDomain, maplen: int, flags: int
    ) -> p.DomainGetEmulatorPinInfoRet:
        errors.check_flags(flags, _AFFECT, "testDomainGetEmulatorPinInfo")
        document = self._host.guest(dom).one(flags)
        pin = document.cputune.emulatorpin if document.cputune is not None else None
        cpus = pin.cpuset if pin is not None else _usual(document, self._host)
        return p.DomainGetEmulatorPinInfoRet(to_map(cpus, maplen), 1)

    async def domain_pin_emulator(self, dom: p.NonnullDomain, cpumap: bytes, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainPinEmulator")
        documents = self._host.guest(dom).targets(flags)
        cpus = from_map(cpumap)
        if not cpus:
            raise errors.bad_argument("Empty cpu list for pinning")
        for document in documents:
            tune = document.cputune = document.cputune or Cputune()
            tune.emulatorpin = EmulatorPin(cpuset=cpus)
