"""Ask a QEMU binary over QMP what it can do: a conversation in, `QemuCaps` out.

`converse` is pure: it asks through a function, so recorded conversations answer it as well as a process. The order of
questions is libvirt's, which is also the order of the recordings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from purevirt.drivers.qemu import probe_flags as facts
from purevirt.drivers.qemu.capabilities import (
    Accel,
    AccelCaps,
    CpuDefinition,
    CpuProperty,
    GicVersion,
    HostCpu,
    Machine,
    QemuCaps,
    SevCaps,
    SgxCaps,
)
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.monitor.connection import QmpFailure
from purevirt.drivers.qemu.qapi_schema import QapiSchema

Ask = Callable[[str, Mapping[str, Any] | None], Awaitable[Any]]
"""Send a command, get its "return"; QmpFailure when it answers with an error."""

X86 = frozenset({"i686", "x86_64"})
ARM = frozenset({"armv6l", "armv7l", "aarch64"})
S390 = frozenset({"s390", "s390x"})
_POWER = {name.lower(): name for name in ("POWER6", "POWER7", "POWER8", "POWER9", "POWER10", "POWERPC_e5500", "POWERPC_e6500")}
_PREFERRED = {
    "armv6l": "integratorcp",
    "armv7l": "integratorcp",
    "aarch64": "integratorcp",
    "i686": "pc",
    "x86_64": "pc",
    "riscv32": "spike_v1.10",
    "riscv64": "spike_v1.10",
    "ppc": "g3beige",
    "ppc64": "pseries",
    "ppc64le": "pseries",
    "s390x": "s390-ccw-virtio",
    "sparc": "SS-5",
    "sparc64": "sun4u",
    "alpha": "clipper",
    "mips": "malta",
    "mipsel": "malta",
    "mips64": "malta",
    "mips64el": "malta",
    "m68k": "mcf5208evb",
    "sh4": "shix",
    "hppa": "hppa",
}
"""The machine that comes first, so that a definition without one gets it; else QEMU's default."""
_HYPERV = (
    *("relaxed", "vapic", "spinlocks", "vpindex", "runtime", "synic", "stimer", "reset", "vendor_id"),
    *("frequencies", "reenlightenment", "tlbflush", "ipi", "evmcs", "avic"),
)
_TARGETS = {"i386": "i686", "arm": "armv7l", "ppcemb": "ppc", "sh4": "sh4"}


async def converse(ask: Ask, emulator: str) -> QemuCaps:
    """The first session: everything that one running QEMU tells. KVM is used when the binary has it and it works."""
    caps = QemuCaps(emulator=emulator)
    await ask("qmp_capabilities", None)
    await _version(ask, caps)
    schema = QapiSchema(decode.sequence(await ask("query-qmp-schema", None), "query-qmp-schema"))
    commands = {decode.string_or(c, "name") for c in decode.objects(await ask("query-commands", None), "query-commands")}
    caps.set(*(flag for name, flag in facts.COMMANDS.items() if name in commands))
    caps.set(*(flag for path, flag in facts.SCHEMA.items() if schema.has(path)))
    kvm = decode.mapping(await ask("query-kvm", None), "query-kvm")
    if decode.flag_or(kvm, "enabled") and decode.flag_or(kvm, "present"):
        caps.set("kvm")
    await _types(ask, caps)
    accel: Accel = "kvm" if caps.has("kvm") else "tcg"
    machines = _machines(await ask("query-machines", None), caps.arch)
    await _machine_properties(ask, caps, machines)
    data = caps.accels[accel] = AccelCaps(machines=machines)
    data.cpus = await _cpu_definitions(ask, caps)
    if caps.arch not in ("riscv64", "riscv32", "sparc") and any(cpu.name == "max" for cpu in data.cpus):
        caps.set("cpu-max")
    await _options(ask, caps)
    if caps.arch in ARM and "query-gic-capabilities" in commands:
        caps.gic = _gic(await ask("query-gic-capabilities", None))
    await _confidential(ask, caps, commands)
    data.host_cpu = await _host_cpu(ask, caps, accel)
    if accel == "kvm" and caps.arch in X86 | ARM and caps.has("query-cpu-model-expansion"):
        caps.hyperv = await _hyperv(ask)
    _conclude(caps)
    return caps


async def converse_tcg(ask: Ask, caps: QemuCaps) -> None:
    """The second session, with TCG, of a binary whose first one ran with KVM."""
    await ask("qmp_capabilities", None)
    data = caps.accels["tcg"] = AccelCaps()
    data.cpus = await _cpu_definitions(ask, caps)
    data.host_cpu = await _host_cpu(ask, caps, "tcg")
    data.machines = _machines(await ask("query-machines", None), caps.arch)


async def _version(ask: Ask, caps: QemuCaps) -> None:
    version = decode.mapping(await ask("query-version", None), "query-version")
    numbers = decode.child(version, "qemu")
    major, minor, micro = (decode.integer(numbers, key, "query-version") for key in ("major", "minor", "micro"))
    caps.version = major * 1_000_000 + minor * 1_000 + micro
    caps.package = decode.string_or(version, "package")
    target = decode.string(decode.mapping(await ask("query-target", None), "query-target"), "arch", "query-target")
    caps.arch = _TARGETS.get(target, target)
    caps.set(*facts.ARCH.get(caps.arch, ()))


async def _properties(ask: Ask, command: str, name: str) -> list[Mapping[str, Any]]:
    """Properties of a type; none when QEMU does not know it."""
    try:
        return list(decode.objects(await ask(command, {"typename": name}), command))
    except QmpFailure as error:
        if error.qmp_class in ("DeviceNotFound", "GenericError"):
            return []
        raise


async def _types(ask: Ask, caps: QemuCaps) -> None:
    types = {decode.string_or(item, "name") for item in decode.objects(await ask("qom-list-types", None), "qom-list-types")}
    caps.set(*(flag for name, flag in facts.TYPES.items() if name in types))
    if caps.arch == "sparc" and "esp" in types:
        caps.set("ncr53c90")
    for device, needs, wanted in facts.DEVICE_PROPERTIES:
        if needs is not None and not caps.has(needs):
            continue
        for prop in await _properties(ask, "device-list-properties", device):
            name = decode.string_or(prop, "name")
            if name in wanted:
                caps.set(wanted[name])
            default = facts.DEFAULTS.get((device, name, prop.get("default-value", ...)))
            if default is not None:
                caps.set(default)
    for kind, needs, wanted in facts.OBJECT_PROPERTIES:
        if needs is None or (caps.has(needs) and kind in types):
            _take(caps, await _properties(ask, "qom-list-properties", kind), wanted)


def _take(caps: QemuCaps, properties: Iterable[Mapping[str, Any]], wanted: Mapping[str, str]) -> None:
    for prop in properties:
        if (flag := wanted.get(decode.string_or(prop, "name"))) is not None:
            caps.set(flag)
    if wanted is facts._MAX_CPU and "unavailable-features" in {decode.string_or(p, "name") for p in properties}:
        caps.set("canonical-cpu-features")


async def _machine_properties(ask: Ask, caps: QemuCaps, machines: list[Machine]) -> None:
    for wanted_name, wanted in facts.MACHINE_PROPERTIES:
        name = next((m.name for m in machines if m.alias == wanted_name), wanted_name)
        if wanted_name == "none" or any(m.name == name for m in machines):
            _take(caps, await _properties(ask, "qom-list-properties", f"{name}-machine"), wanted)


def _machines(reply: Any, arch: str | None) -> list[Machine]:
    found: list[Machine] = []
    for item in decode.objects(reply, "query-machines"):
        name = decode.string(item, "name", "query-machines")
        if name == "none":
            continue
        machine = Machine(
            name=name,
            alias=decode.string_or(item, "alias") or None,
            hotplug_cpus=decode.flag_or(item, "hotpluggable-cpus"),
            max_cpus=decode.integer(item, "cpu-max", "query-machines"),
            default=decode.flag_or(item, "is-default"),
            default_cpu=decode.string_or(item, "default-cpu-type") or None,
            numa_mem_supported=decode.flag_or(item, "numa-mem-supported", True),
            default_ram_id=decode.string_or(item, "default-ram-id") or None,
            deprecated=decode.flag_or(item, "deprecated"),
        )
        found.append(machine)
    preferred = _PREFERRED.get(arch or "")
    first = next((m for m in found if preferred and preferred in (m.name, m.alias)), None)
    first = first or next((m for m in found if m.default), None)
    if first is not None:
        found.remove(first)
        found.insert(0, first)
    return found


def _cpu_name(arch: str | None, name: str) -> str:
    """QEMU writes POWER models in lower case since 2.11; libvirt's CPU database does not."""
    if arch in ("ppc64", "ppc64le", "ppc"):
        return _POWER.get(name.lower(), name)
    return name


async def _cpu_definitions(ask: Ask, caps: QemuCaps) -> list[CpuDefinition]:
    if not caps.has("query-cpu-definitions"):
        return []
    return read_cpu_definitions(await ask("query-cpu-definitions", None), caps.arch)


def read_cpu_definitions(reply: Any, arch: str | None = None) -> list[CpuDefinition]:
    """The models in a reply to query-cpu-definitions."""
    found = []
    for item in decode.objects(reply, "query-cpu-definitions"):
        cpu = CpuDefinition(
            name=_cpu_name(arch, decode.string(item, "name", "query-cpu-definitions")),
            typename=decode.string_or(item, "typename") or None,
            deprecated=decode.flag_or(item, "deprecated"),
        )
        if isinstance(blockers := item.get("unavailable-features"), list):
            names = [name for name in blockers if isinstance(name, str)]
            cpu.usable = "no" if names else "yes"
            cpu.blockers = names
            if names == ["type"]:
                cpu.blockers = []
        found.append(cpu)
    return found


async def _options(ask: Ask, caps: QemuCaps) -> None:
    models = decode.sequence(await ask("query-tpm-models", None), "query-tpm-models")
    kinds = decode.sequence(await ask("query-tpm-types", None), "query-tpm-types")
    caps.set(*(flag for kind, flag in facts.TPM_TYPES.items() if kind in kinds))
    if any(kind in kinds for kind in facts.TPM_TYPES):
        caps.set(*(flag for model, flag in facts.TPM_MODELS.items() if model in models))
    options = {
        decode.string_or(item, "option"): {
            decode.string_or(parameter, "name") for parameter in decode.objects(item.get("parameters", []), "parameters")
        }
        for item in decode.objects(await ask("query-command-line-options", None), "query-command-line-options")
    }
    for (option, parameter), flag in facts.OPTIONS.items():
        if option in options and (parameter is None or parameter in options[option]):
            caps.set(flag)
    await ask("query-migrate-capabilities", None)


def _gic(reply: Any) -> list[GicVersion]:
    return [
        GicVersion(
            decode.integer(item, "version", "query-gic-capabilities"),
            decode.flag_or(item, "kernel"),
            decode.flag_or(item, "emulated"),
        )
        for item in decode.objects(reply, "query-gic-capabilities")
    ]


async def _confidential(ask: Ask, caps: QemuCaps, commands: set[str]) -> None:
    """SEV and SGX: the type may exist while the host has nothing to offer."""
    if caps.has("sev-guest"):
        try:
            reply = decode.mapping(await ask("query-sev-capabilities", None), "query-sev-capabilities")
            caps.sev = SevCaps(
                cbitpos=decode.integer(reply, "cbitpos", "query-sev-capabilities"),
                reduced_phys_bits=decode.integer(reply, "reduced-phys-bits", "query-sev-capabilities"),
                pdh=decode.string_or(reply, "pdh"),
                cert_chain=decode.string_or(reply, "cert-chain"),
                cpu0_id=decode.string_or(reply, "cpu0-id") or None,
            )
        except QmpFailure:
            caps.flags.discard("sev-guest")
    if caps.has("sgx-epc"):
        try:
            caps.sgx = _sgx(decode.mapping(await ask("query-sgx-capabilities", None), "query-sgx-capabilities"))
        except QmpFailure:
            caps.flags.discard("sgx-epc")


def _sgx(reply: Mapping[str, Any]) -> SgxCaps:
    sections = [
        (decode.integer_or(item, "node"), decode.integer_or(item, "size") // 1024)
        for item in decode.objects(reply.get("sections", []), "query-sgx-capabilities")
    ]
    return SgxCaps(
        flc=decode.flag_or(reply, "flc"),
        sgx1=decode.flag_or(reply, "sgx1"),
        sgx2=decode.flag_or(reply, "sgx2"),
        section_size=decode.integer_or(reply, "section-size") // 1024,
        sections=sections,
    )


async def _expand(ask: Ask, kind: str, model: str, props: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
    argument: dict[str, Any] = {"name": model}
    if props:
        argument["props"] = dict(props)
    try:
        reply = await ask("query-cpu-model-expansion", {"type": kind, "model": argument})
    except QmpFailure:
        return None
    return decode.child(decode.mapping(reply, "query-cpu-model-expansion"), "model")


async def _host_cpu(ask: Ask, caps: QemuCaps, accel: Accel) -> HostCpu | None:
    """The host model and which of its features survive a migration."""
    if not caps.has("query-cpu-model-expansion"):
        return None
    model = "host" if accel == "kvm" else "max"
    kind = "full" if caps.arch in ARM else "static"
    if model == "max" and not caps.has("cpu-max"):
        return None
    expanded = await _expand(ask, kind, model)
    migratability = caps.has("cpu.migratable")
    free = await _expand(ask, kind, model, {"migratable": False}) if migratability else None
    if expanded is None:
        return None
    return read_host_cpu(expanded, free, model, migratability=migratability)


def read_host_cpu(
    expanded: Mapping[str, Any], free: Mapping[str, Any] | None = None, name: str = "host", *, migratability: bool = False
) -> HostCpu:
    """The model of a reply to query-cpu-model-expansion; `free` is the one without the rule that all be migratable."""
    properties = {}
    for key, value in decode.child(expanded, "props").items():
        if isinstance(value, bool | int | str):
            properties[key] = CpuProperty(key, value)
    if free is not None:
        _mark_migratable(properties, decode.child(free, "props"))
    return HostCpu(decode.string_or(expanded, "name", name), migratability, list(properties.values()))


def _mark_migratable(properties: dict[str, CpuProperty], free: Mapping[str, Any]) -> None:
    """`free` is the host's CPU without the rule that everything be migratable: what only it has is not migratable."""
    for name, value in free.items():
        known = properties.get(name)
        if value is not True or known is None or not isinstance(known.value, bool):
            continue
        known.migratable = known.value
        known.value = True


async def _hyperv(ask: Ask) -> list[str] | None:
    expanded = await _expand(ask, "full", "host", {"migratable": False, "hv-passthrough": True})
    if expanded is None:
        return None
    props = decode.child(expanded, "props")
    found = [name for name in _HYPERV if props.get("hv-" + name.replace("_", "-")) not in (None, False, 0)]
    return found or None


def _conclude(caps: QemuCaps) -> None:
    """Flags that follow from others or from the version alone."""
    for version, flags in facts.SINCE.items():
        if caps.version >= version:
            caps.set(*flags)
    for version, flags in facts.UNTIL.items():
        if caps.version < version:
            caps.set(*flags)
    if caps.has("blockdev-reopen") and caps.has("migration-param.block-bitmap-mapping"):
        caps.set("incremental-backup")
    if caps.has("machine-hpet"):
        caps.flags.discard("no-hpet")
