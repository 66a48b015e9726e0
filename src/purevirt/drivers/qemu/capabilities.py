"""What one QEMU binary can do, as plain data.

`QemuCaps` is what libvirt keeps per emulator: flags (named as in the capabilities cache), machine types, CPU models and
the host CPU per accelerator, GIC, SEV, SGX. It is filled from the cache document (`capabilities_xml`), from a QMP
conversation (`probe`, by the runtime) or synthetically from a set of flags.

Rules held here: an accelerator is "kvm", "hvf" or "tcg"; a *domain* type `qemu` means tcg. Machine look-ups go through
the accelerator of the domain type. Versions are major*1000000 + minor*1000 + micro.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from purevirt.drivers.qemu.capability_flags import FLAG_INDEX

Accel = Literal["kvm", "hvf", "tcg"]
Usability = Literal["yes", "no"]


def accel_of(virt_type: str | None) -> Accel:
    """Accelerator a domain of that type runs on."""
    if virt_type == "kvm":
        return "kvm"
    if virt_type == "hvf":
        return "hvf"
    return "tcg"


@dataclass(slots=True)
class Machine:
    """One machine type of one accelerator."""

    name: str
    alias: str | None = None
    hotplug_cpus: bool = False
    max_cpus: int = 0
    default: bool = False
    default_cpu: str | None = None
    numa_mem_supported: bool = False
    default_ram_id: str | None = None
    deprecated: bool = False


@dataclass(slots=True)
class CpuDefinition:
    """A CPU model QEMU knows; `usable` None = unknown."""

    name: str
    typename: str | None = None
    usable: Usability | None = None
    blockers: list[str] = field(default_factory=list)
    deprecated: bool = False


@dataclass(slots=True)
class CpuProperty:
    """One property of the expanded host CPU model."""

    name: str
    value: bool | int | str
    migratable: bool | None = None


@dataclass(slots=True)
class HostCpu:
    """Result of query-cpu-model-expansion of the host model."""

    model: str
    migratability: bool = False
    properties: list[CpuProperty] = field(default_factory=list)


@dataclass(slots=True)
class AccelCaps:
    """What depends on the accelerator."""

    host_cpu: HostCpu | None = None
    cpus: list[CpuDefinition] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)


@dataclass(slots=True)
class GicVersion:
    """A GIC version and where it is implemented."""

    version: int
    kernel: bool = False
    emulated: bool = False


@dataclass(slots=True)
class SevCaps:
    """AMD SEV facts; the two ASID counts come from CPUID, not from QEMU."""

    cbitpos: int
    reduced_phys_bits: int
    pdh: str
    cert_chain: str
    cpu0_id: str | None = None
    max_guests: int = 0
    max_es_guests: int = 0


@dataclass(slots=True)
class SgxCaps:
    """Intel SGX facts; sizes in KiB."""

    flc: bool
    sgx1: bool
    sgx2: bool
    section_size: int
    sections: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class QemuCaps:
    """Capabilities of one emulator binary."""

    emulator: str
    arch: str | None = None
    version: int = 0
    kvm_version: int = 0
    microcode_version: int = 0
    package: str | None = None
    host_cpu_signature: str | None = None
    kernel_version: str | None = None
    kvm_supports_nesting: bool = False
    kvm_supports_secure_guest: bool = False
    emulator_ctime: int = 0
    self_ctime: int = 0
    self_version: int = 0
    mod_dir_mtime: int = 0
    usable: bool = True
    flags: set[str] = field(default_factory=set)
    accels: dict[Accel, AccelCaps] = field(default_factory=dict)
    gic: list[GicVersion] = field(default_factory=list)
    sev: SevCaps | None = None
    sgx: SgxCaps | None = None
    hyperv: list[str] | None = None

    # -- flags -------------------------------------------------------------------------------------------------------
    def has(self, flag: str) -> bool:
        """Is the capability flag set."""
        return flag in self.flags

    def set(self, *names: str) -> None:
        """Switch flags on; an unknown name is a programming error."""
        for name in names:
            if name not in FLAG_INDEX:
                raise KeyError(name)
            self.flags.add(name)

    # -- accelerators ------------------------------------------------------------------------------------------------
    def accel(self, virt_type: str | None) -> AccelCaps:
        """Accelerator data for a domain type (empty when absent)."""
        return self.accels.get(accel_of(virt_type)) or AccelCaps()

    def supports_virt_type(self, virt_type: str) -> bool:
        """Can a domain of this type run on the binary: kvm and hvf need their flag, qemu needs TCG."""
        if virt_type == "qemu":
            return self.has("tcg")
        if virt_type in ("kvm", "hvf"):
            return self.has(virt_type)
        return False

    # -- machines ----------------------------------------------------------------------------------------------------
    def machine(self, virt_type: str | None, name: str | None) -> Machine | None:
        """The machine called exactly `name`."""
        if not name:
            return None
        for machine in self.accel(virt_type).machines:
            if machine.name == name:
                return machine
        return None

    def canonical_machine(self, virt_type: str | None, name: str) -> str:
        """`name`, or what it is an alias of."""
        for machine in self.accel(virt_type).machines:
            if machine.alias == name:
                return machine.name
        return name

    def is_machine_supported(self, virt_type: str | None, name: str) -> bool:
        """Is there such a machine, by its own name."""
        return self.machine(virt_type, name) is not None

    def preferred_machine(self, virt_type: str | None) -> str | None:
        """The machine of a definition that names none: QEMU's default, else the first."""
        machines = self.accel(virt_type).machines
        if not machines:
            return None
        for machine in machines:
            if machine.default:
                return machine.name
        return machines[0].name

    def machine_max_cpus(self, virt_type: str | None, name: str) -> int:
        """vCPU limit of the machine; 0 = unknown."""
        machine = self.machine(virt_type, name)
        return machine.max_cpus if machine else 0

    def machine_hotplug_cpus(self, virt_type: str | None, name: str) -> bool:
        """Does the machine announce CPU hotplug by device_add."""
        machine = self.machine(virt_type, name)
        return bool(machine and machine.hotplug_cpus)

    def machine_default_cpu(self, virt_type: str | None, name: str) -> str | None:
        """Name (not type name) of the machine's default CPU model."""
        machine = self.machine(virt_type, name)
        if machine is None or machine.default_cpu is None:
            return None
        for cpu in self.accel(virt_type).cpus:
            if cpu.typename == machine.default_cpu:
                return cpu.name
        return machine.default_cpu

    def machine_numa_mem_supported(self, virt_type: str | None, name: str) -> bool:
        """Is the legacy `-numa node,mem=` accepted."""
        machine = self.machine(virt_type, name)
        return bool(machine and machine.numa_mem_supported)

    def machine_default_ram_id(self, virt_type: str | None, name: str) -> str | None:
        """Id of the machine's RAM backend, None when unknown."""
        machine = self.machine(virt_type, name)
        return machine.default_ram_id if machine else None

    # -- cpus --------------------------------------------------------------------------------------------------------
    def cpu_definitions(self, virt_type: str | None) -> list[CpuDefinition]:
        """CPU models of the accelerator."""
        return self.accel(virt_type).cpus

    def cpu_definition(self, virt_type: str | None, name: str) -> CpuDefinition | None:
        """The CPU model `name`."""
        for cpu in self.accel(virt_type).cpus:
            if cpu.name == name:
                return cpu
        return None

    def host_cpu(self, virt_type: str | None) -> HostCpu | None:
        """Expanded host CPU of the accelerator."""
        return self.accel(virt_type).host_cpu

    # -- combined facts ----------------------------------------------------------------------------------------------
    def gic_supported(self, virt_type: str | None, version: int) -> bool:
        """Is the GIC version there for this domain type."""
        return any(gic.version == version and (gic.kernel if virt_type == "kvm" else gic.emulated) for gic in self.gic)

    def copy(self) -> QemuCaps:
        """Independent enough for changing flags and machines."""
        accels = {
            name: AccelCaps(data.host_cpu, list(data.cpus), [replace(machine) for machine in data.machines])
            for name, data in self.accels.items()
        }
        return replace(self, flags=set(self.flags), accels=accels, gic=list(self.gic))

    def strip_machine_aliases(self) -> None:
        """Turn every alias into a machine of its own, so that a definition keeps the name it was written with."""
        for data in self.accels.values():
            extra = []
            for machine in data.machines:
                if machine.alias:
                    extra.append(replace(machine, name=machine.alias, alias=None))
                    machine.alias = None
            data.machines.extend(extra)


def synthetic(
    flags: Iterable[str],
    *,
    arch: str | None,
    emulator: str = "",
    machines: Iterable[str] = (),
    accels: Iterable[Accel] = ("tcg", "kvm"),
    cpus: Iterable[str] = (),
    gic: Iterable[GicVersion] = (),
) -> QemuCaps:
    """Capabilities made of nothing but flags: QEMU version 0, the named machines known to each accelerator.

    The accelerators' own flags are set; machines support NUMA memory through `mem=`, without default CPU or RAM id.
    """
    caps = QemuCaps(emulator=emulator, arch=arch)
    caps.set(*flags)
    names = list(machines)
    for name in accels:
        caps.set(name)
        caps.accels[name] = AccelCaps(
            cpus=[CpuDefinition(model) for model in cpus],
            machines=[Machine(machine, numa_mem_supported=True) for machine in names],
        )
    caps.gic = list(gic)
    return caps
