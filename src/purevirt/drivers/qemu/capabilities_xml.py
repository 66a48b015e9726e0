"""The capabilities cache document (`<qemuCaps>`): read and written as libvirt's own.

`load(text)` raises VirtError(XML_ERROR) for anything that is not such a document; `dump(caps)` is byte-compatible. The
cache is our own file, but a stale or damaged one must only lead to a new probe, so callers catch VirtError.
"""

from __future__ import annotations

from typing import Literal, cast
from xml.etree import ElementTree

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
    Usability,
)
from purevirt.drivers.qemu.capability_flags import FLAG_INDEX, in_order
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_Node = ElementTree.Element
_ACCELS: tuple[Accel, ...] = ("kvm", "hvf", "tcg")


def _bad(message: str) -> VirtError:
    return VirtError(ErrorCode.XML_ERROR, domain=ErrorDomain.QEMU, message=message)


def _number(root: _Node, tag: str, *, required: bool = False) -> int:
    text = root.findtext(tag)
    if text is None:
        if required:
            raise _bad(f"missing {tag} in QEMU capabilities cache")
        return 0
    try:
        return int(text)
    except ValueError as error:
        raise _bad(f"malformed {tag} in QEMU capabilities cache") from error


def _yes(node: _Node, name: str) -> bool:
    return node.get(name) == "yes"


def _tristate(node: _Node, name: str) -> bool | None:
    value = node.get(name)
    return None if value is None else value == "yes"


def _attr(node: _Node, name: str) -> str:
    value = node.get(name)
    if value is None:
        raise _bad(f"missing {name} of <{node.tag}> in QEMU capabilities cache")
    return value


def _property(node: _Node) -> CpuProperty:
    kind, text = _attr(node, "type"), _attr(node, "value")
    value: bool | int | str = text
    if kind == "boolean":
        value = text == "true"
    elif kind == "number":
        try:
            value = int(text)
        except ValueError as error:
            raise _bad(f"invalid number property {text!r} in QEMU capabilities cache") from error
    return CpuProperty(_attr(node, "name"), value, _tristate(node, "migratable"))


def _host_cpu(root: _Node, accel: Accel) -> HostCpu | None:
    for node in root.iterfind("hostCPU"):
        if node.get("type") == accel:
            return HostCpu(
                _attr(node, "model"), _yes(node, "migratability"), [_property(p) for p in node.iterfind("property")]
            )
    return None


def _cpu(node: _Node) -> CpuDefinition:
    usable = node.get("usable")
    return CpuDefinition(
        name=_attr(node, "name"),
        typename=node.get("typename"),
        usable=cast(Usability, usable) if usable in ("yes", "no") else None,
        blockers=[_attr(blocker, "name") for blocker in node.iterfind("blocker")],
        deprecated=_yes(node, "deprecated"),
    )


def _machine(node: _Node) -> Machine:
    return Machine(
        name=_attr(node, "name"),
        alias=node.get("alias"),
        hotplug_cpus=_yes(node, "hotplugCpus"),
        max_cpus=int(node.get("maxCpus") or 0),
        default=_yes(node, "default"),
        default_cpu=node.get("defaultCPU"),
        numa_mem_supported=_yes(node, "numaMemSupported"),
        default_ram_id=node.get("defaultRAMid"),
        deprecated=_yes(node, "deprecated"),
    )


def _sev(node: _Node | None) -> SevCaps | None:
    if node is None:
        return None
    return SevCaps(
        cbitpos=_number(node, "cbitpos", required=True),
        reduced_phys_bits=_number(node, "reducedPhysBits", required=True),
        pdh=node.findtext("pdh") or "",
        cert_chain=node.findtext("certChain") or "",
        cpu0_id=node.findtext("cpu0Id"),
    )


def _sgx(node: _Node | None) -> SgxCaps | None:
    if node is None or not _yes(node, "supported"):
        return None
    sections = [
        (int(_attr(section, "node")), int(_attr(section, "size"))) for section in node.iterfind("sections/section")
    ]
    return SgxCaps(
        flc=node.findtext("flc") == "yes",
        sgx1=node.findtext("sgx1") == "yes",
        sgx2=node.findtext("sgx2") == "yes",
        section_size=_number(node, "section_size"),
        sections=sections,
    )


def load(text: str | bytes) -> QemuCaps:
    """Parse a capabilities cache document."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise _bad(f"(QEMU capabilities cache):{error}") from error
    if root.tag != "qemuCaps":
        raise _bad("unexpected root element of QEMU capabilities cache")
    caps = QemuCaps(
        emulator=root.findtext("emulator") or "",
        arch=root.findtext("arch"),
        version=_number(root, "version"),
        kvm_version=_number(root, "kvmVersion"),
        microcode_version=_number(root, "microcodeVersion"),
        package=root.findtext("package"),
        host_cpu_signature=root.findtext("hostCPUSignature"),
        kernel_version=root.findtext("kernelVersion"),
        kvm_supports_nesting=root.find("kvmSupportsNesting") is not None,
        kvm_supports_secure_guest=root.find("kvmSupportsSecureGuest") is not None,
        emulator_ctime=_number(root, "qemuctime"),
        mod_dir_mtime=_number(root, "qemumoddirmtime"),
        self_ctime=_number(root, "selfctime"),
        self_version=_number(root, "selfvers"),
        usable=(root.find("usable") is None or root.find("usable").get("value") != "no"),  # type: ignore[union-attr]
    )
    for node in root.iterfind("flag"):
        name = _attr(node, "name")
        if name not in FLAG_INDEX:
            raise _bad(f"Unknown qemu capabilities flag {name}")
        caps.flags.add(name)
    for accel in _ACCELS:
        cpus = [_cpu(node) for node in root.iterfind("cpu") if node.get("type") == accel]
        machines = [_machine(node) for node in root.iterfind("machine") if node.get("type") == accel]
        host_cpu = _host_cpu(root, accel)
        if cpus or machines or host_cpu or caps.has(accel):
            caps.accels[accel] = AccelCaps(host_cpu, cpus, machines)
    caps.gic = [
        GicVersion(int(_attr(node, "version")), _yes(node, "kernel"), _yes(node, "emulated"))
        for node in root.iterfind("gic")
    ]
    caps.sev = _sev(root.find("sev"))
    caps.sgx = _sgx(root.find("sgx"))
    hyperv = root.find("hypervCapabilities")
    if hyperv is not None and _yes(hyperv, "supported"):
        caps.hyperv = [_attr(cap, "name") for cap in hyperv.iterfind("cap")]
    return caps


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;"})


def _escape(value: str) -> str:
    return value.translate(_ESCAPES)


def _dump_accel(out: list[str], accel: Accel, data: AccelCaps) -> None:
    if data.host_cpu is not None:
        host = data.host_cpu
        migratability = "yes" if host.migratability else "no"
        out.append(f"  <hostCPU type='{accel}' model='{_escape(host.model)}' migratability='{migratability}'>")
        for prop in host.properties:
            kind: Literal["boolean", "number", "string"]
            if isinstance(prop.value, bool):
                kind, text = "boolean", "true" if prop.value else "false"
            elif isinstance(prop.value, int):
                kind, text = "number", str(prop.value)
            else:
                kind, text = "string", _escape(prop.value)
            tail = "" if prop.migratable is None else f" migratable='{'yes' if prop.migratable else 'no'}'"
            out.append(f"    <property name='{_escape(prop.name)}' type='{kind}' value='{text}'{tail}/>")
        out.append("  </hostCPU>")
    for cpu in data.cpus:
        line = f"  <cpu type='{accel}' name='{_escape(cpu.name)}'"
        if cpu.typename:
            line += f" typename='{_escape(cpu.typename)}'"
        if cpu.usable:
            line += f" usable='{cpu.usable}'"
        if cpu.deprecated:
            line += " deprecated='yes'"
        if cpu.blockers:
            out.append(line + ">")
            out.extend(f"    <blocker name='{_escape(blocker)}'/>" for blocker in cpu.blockers)
            out.append("  </cpu>")
        else:
            out.append(line + "/>")
    out.extend(_dump_machine(accel, machine) for machine in data.machines)


def _dump_machine(accel: Accel, machine: Machine) -> str:
    line = f"  <machine type='{accel}' name='{_escape(machine.name)}'"
    if machine.alias:
        line += f" alias='{_escape(machine.alias)}'"
    if machine.hotplug_cpus:
        line += " hotplugCpus='yes'"
    line += f" maxCpus='{machine.max_cpus}'"
    if machine.default:
        line += " default='yes'"
    if machine.default_cpu:
        line += f" defaultCPU='{_escape(machine.default_cpu)}'"
    if machine.numa_mem_supported:
        line += " numaMemSupported='yes'"
    if machine.default_ram_id:
        line += f" defaultRAMid='{_escape(machine.default_ram_id)}'"
    if machine.deprecated:
        line += " deprecated='yes'"
    return line + "/>"


def _dump_extras(out: list[str], caps: QemuCaps) -> None:
    for gic in caps.gic:
        kernel, emulated = ("yes" if gic.kernel else "no"), ("yes" if gic.emulated else "no")
        out.append(f"  <gic version='{gic.version}' kernel='{kernel}' emulated='{emulated}'/>")
    if caps.sev:
        sev = caps.sev
        out += [
            "  <sev>",
            f"    <cbitpos>{sev.cbitpos}</cbitpos>",
            f"    <reducedPhysBits>{sev.reduced_phys_bits}</reducedPhysBits>",
            f"    <pdh>{_escape(sev.pdh)}</pdh>",
            f"    <certChain>{_escape(sev.cert_chain)}</certChain>",
        ]
        if sev.cpu0_id is not None:
            out.append(f"    <cpu0Id>{_escape(sev.cpu0_id)}</cpu0Id>")
        out.append("  </sev>")
    if caps.sgx:
        sgx = caps.sgx
        out += [
            "  <sgx supported='yes'>",
            f"    <flc>{'yes' if sgx.flc else 'no'}</flc>",
            f"    <sgx1>{'yes' if sgx.sgx1 else 'no'}</sgx1>",
            f"    <sgx2>{'yes' if sgx.sgx2 else 'no'}</sgx2>",
            f"    <section_size unit='KiB'>{sgx.section_size}</section_size>",
        ]
        if sgx.sections:
            out.append("    <sections>")
            out += [f"      <section node='{node}' size='{size}' unit='KiB'/>" for node, size in sgx.sections]
            out.append("    </sections>")
        out.append("  </sgx>")
    if caps.hyperv is not None:
        out.append("  <hypervCapabilities supported='yes'>")
        out += [f"    <cap name='{_escape(cap)}'/>" for cap in caps.hyperv]
        out.append("  </hypervCapabilities>")


def dump(caps: QemuCaps) -> str:
    """Format the capabilities cache document, newline-terminated."""
    out = ["<qemuCaps>", f"  <emulator>{_escape(caps.emulator)}</emulator>"]
    out.append(f"  <qemuctime>{caps.emulator_ctime}</qemuctime>")
    if caps.mod_dir_mtime:
        out.append(f"  <qemumoddirmtime>{caps.mod_dir_mtime}</qemumoddirmtime>")
    out += [f"  <selfctime>{caps.self_ctime}</selfctime>", f"  <selfvers>{caps.self_version}</selfvers>"]
    if not caps.usable:
        out.append("  <usable value='no'/>")
    out += [f"  <flag name='{_escape(name)}'/>" for name in in_order(caps.flags)]
    out += [
        f"  <version>{caps.version}</version>",
        f"  <kvmVersion>{caps.kvm_version}</kvmVersion>",
        f"  <microcodeVersion>{caps.microcode_version}</microcodeVersion>",
    ]
    if caps.host_cpu_signature is not None:
        out.append(f"  <hostCPUSignature>{_escape(caps.host_cpu_signature)}</hostCPUSignature>")
    if caps.package is not None:
        out.append(f"  <package>{_escape(caps.package)}</package>")
    if caps.kernel_version is not None:
        out.append(f"  <kernelVersion>{_escape(caps.kernel_version)}</kernelVersion>")
    if caps.arch is not None:
        out.append(f"  <arch>{caps.arch}</arch>")
    for accel in _ACCELS:
        if accel in caps.accels:
            _dump_accel(out, accel, caps.accels[accel])
    _dump_extras(out, caps)
    if caps.kvm_supports_nesting:
        out.append("  <kvmSupportsNesting/>")
    if caps.kvm_supports_secure_guest:
        out.append("  <kvmSupportsSecureGuest/>")
    out.append("</qemuCaps>")
    return "\n".join(out) + "\n"
