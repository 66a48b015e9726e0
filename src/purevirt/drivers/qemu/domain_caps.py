"""Domain capabilities: what one QEMU binary offers to guests of one machine, architecture and domain type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from purevirt.cpu.description import Description
from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.cpu_vendors import known_models
from purevirt.drivers.qemu.host_model import host_models
from purevirt.model.cpu import CpuFeature
from purevirt.model.domain_capabilities import (
    CapsCpu,
    CapsCpuMode,
    CapsCpuModel,
    CapsDevices,
    CapsEnum,
    CapsFeatures,
    CapsLoader,
    CapsOs,
    CapsSev,
    CapsSgx,
    CapsVcpu,
    DomainCapabilities,
    SgxSection,
    SgxSectionSize,
    Supported,
)


@dataclass(slots=True)
class HostOffers:
    """What the host adds: firmware kinds and images for the machine, VFIO, TPM versions, the vCPU limit of KVM."""

    firmwares: Sequence[str] = ()
    loaders: Sequence[str] = ()
    secure: bool = False
    vfio: bool = False
    tpm_versions: Sequence[str] = ()
    kvm_max_vcpus: int | None = None
    processor: Description | None = None


def _enum(name: str, *values: str | None) -> CapsEnum:
    return CapsEnum(name=name, values=[value for value in values if value])


def _if(condition: bool, value: str) -> str | None:
    return value if condition else None


def domain_capabilities(caps: QemuCaps, arch: str, machine: str, virt_type: str, host: HostOffers) -> DomainCapabilities:
    """The whole document. `machine` is the canonical name."""
    most = caps.machine_max_cpus(virt_type, machine)
    if virt_type == "kvm" and host.kvm_max_vcpus is not None and most:
        most = min(most, host.kvm_max_vcpus)
    sources = ("file", "anonymous", _if(caps.has("memory-backend-memfd"), "memfd"))
    return DomainCapabilities(
        path=caps.emulator,
        domain=virt_type,
        machine=machine,
        arch=arch,
        vcpu=CapsVcpu(max=most) if most else None,
        iothreads=Supported(supported=caps.has("iothread")),
        os=_os(host),
        cpu=_cpu(caps, arch, virt_type, host),
        memory_backing=Supported(supported=True, enums=[_enum("sourceType", *sources)]),
        devices=_devices(caps, arch, machine, host),
        features=_features(caps, arch, machine, virt_type),
    )


def _os(host: HostOffers) -> CapsOs:
    loader = CapsLoader(
        supported=True,
        values=list(host.loaders),
        enums=[
            _enum("type", "rom", "pflash"),
            _enum("readonly", "yes", "no"),
            _enum("secure", _if(host.secure, "yes"), "no"),
        ],
    )
    return CapsOs(supported=True, enums=[_enum("firmware", *host.firmwares)], loader=loader)


def _cpu(caps: QemuCaps, arch: str, virt_type: str, offers: HostOffers) -> CapsCpu:
    native = virt_type == "kvm"
    migratable = caps.has("cpu.migratable")
    host, most = CapsCpuMode(name="host-passthrough", supported=native), CapsCpuMode(name="maximum", supported=True)
    if host.supported:
        host.enums = [_enum("hostPassthroughMigratable", _if(migratable, "on"), "off")]
    if not caps.has("cpu-max"):
        most.supported = False
    else:
        most.enums = [_enum("maximumMigratable", _if(migratable or not mt.is_x86(arch), "on"), "off")]
    custom = CapsCpuMode(name="custom", supported=False)
    models = known_models(arch)
    for definition in caps.cpu_definitions(virt_type):
        if definition.name == "host" or (models is not None and definition.name not in models):
            continue
        vendor = (models or {}).get(definition.name) or "unknown"
        model = CapsCpuModel(value=definition.name, usable=definition.usable or "unknown", vendor=vendor)
        model.deprecated = definition.deprecated or None
        custom.models.append(model)
    custom.supported = bool(custom.models)
    return CapsCpu(modes=[host, most, _host_model(caps, arch, virt_type, offers.processor), custom])


def _host_model(caps: QemuCaps, arch: str, virt_type: str, processor: Description | None) -> CapsCpuMode:
    """The model that a host-model guest would get."""
    mode = CapsCpuMode(name="host-model", supported=False)
    if mt.is_x86(arch):
        found = host_models(caps, virt_type, processor)
        if found is None:
            return mode
        cpu = found.reported
        mode.models = [CapsCpuModel(fallback=cpu.fallback, value=cpu.model)]
        mode.vendor = cpu.vendor
        mode.features = [CpuFeature(policy=policy, name=name) for name, policy in cpu.features.items()]
    elif mt.is_s390(arch) and (own := caps.host_cpu(virt_type)) is not None:
        mode.models = [CapsCpuModel(fallback="forbid", value=own.model)]
        mode.features = [CpuFeature(policy="require", name=item.name) for item in own.properties if item.value is True]
    else:
        return mode
    mode.supported = True
    return mode


def _devices(caps: QemuCaps, arch: str, machine: str, host: HostOffers) -> CapsDevices:
    has = caps.has
    usb = has("usb-storage")
    pci_backends = ("default", "vfio") if host.vfio else ()
    return CapsDevices(
        disk=_disk(caps, arch, machine),
        graphics=_words(
            "type",
            _if(has("sdl"), "sdl"),
            _if(has("vnc"), "vnc"),
            _if(has("spice"), "spice"),
            _if(has("egl-headless"), "egl-headless"),
            _if(has("display-dbus"), "dbus"),
        ),
        video=_words(
            "modelType",
            _if(has("VGA"), "vga"),
            _if(has("cirrus-vga"), "cirrus"),
            _if(has("vmware-svga"), "vmvga"),
            _if(has("qxl"), "qxl"),
            _if(has("virtio-gpu") or has("virtio-gpu-ccw"), "virtio"),
            "none",
            _if(has("bochs-display"), "bochs"),
            _if(has("ramfb"), "ramfb"),
        ),
        hostdev=Supported(
            supported=True,
            enums=[
                _enum("mode", "subsystem"),
                _enum("startupPolicy", "default", "mandatory", "requisite", "optional"),
                _enum("subsysType", _if(usb or has("piix3-usb-uhci"), "usb"), "pci", "scsi"),
                _enum("capsType"),
                _enum("pciBackend", *pci_backends),
            ],
        ),
        rng=Supported(
            supported=True,
            enums=[
                _enum("model", *(_virtio_models(caps) if has("virtio-rng") else ())),
                _enum(
                    "backendModel",
                    _if(has("rng-random"), "random"),
                    _if(has("rng-egd"), "egd"),
                    _if(has("rng-builtin"), "builtin"),
                ),
            ],
        ),
        filesystem=_words("driverType", "path", "handle", _if(has("vhost-user-fs"), "virtiofs")),
        tpm=_tpm(caps, host),
        redirdev=_words("bus", _if(has("usb-redir"), "usb")),
        channel=_words("type", "pty", "unix", _if(has("spice"), "spicevmc")),
    )


def _words(name: str, *values: str | None) -> Supported:
    """Supported as soon as there is one word."""
    enum = _enum(name, *values)
    return Supported(supported=bool(enum.values), enums=[enum] if enum.values else [])


def _virtio_models(caps: QemuCaps) -> tuple[str, ...]:
    if caps.has("virtio-pci-non-transitional"):
        return ("virtio", "virtio-transitional", "virtio-non-transitional")
    return ("virtio",)


def _disk(caps: QemuCaps, arch: str, machine: str) -> Supported:
    floppy = not mt.is_pseries(arch, machine)
    return Supported(
        supported=True,
        enums=[
            _enum("diskDevice", "disk", "cdrom", _if(floppy, "floppy"), "lun"),
            _enum(
                "bus",
                _if(mt.has_builtin_ide(arch, machine), "ide"),
                _if(floppy, "fdc"),
                "scsi",
                "virtio",
                _if(caps.has("usb-storage"), "usb"),
                _if(caps.has("ich9-ahci"), "sata"),
            ),
            _enum("model", *_virtio_models(caps)),
        ],
    )


def _tpm(caps: QemuCaps, host: HostOffers) -> Supported:
    models = [name for name in ("tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy") if caps.has(name)]
    emulator = caps.has("tpm-emulator")
    backends = (_if(caps.has("tpm-passthrough"), "passthrough"), _if(emulator, "emulator"), _if(emulator, "external"))
    if not models or not any(backends):
        return Supported(supported=False)
    enums = [_enum("model", *models), _enum("backendModel", *backends)]
    if emulator and host.tpm_versions:
        enums.append(_enum("backendVersion", *host.tpm_versions))
    return Supported(supported=True, enums=enums)


def _features(caps: QemuCaps, arch: str, machine: str, virt_type: str) -> CapsFeatures:
    versions = [str(g) for g in (2, 3) if mt.is_arm_virt(arch, machine) and caps.gic_supported(virt_type, g)]
    features = CapsFeatures(
        gic=_words("version", *versions),
        vmcoreinfo=Supported(supported=caps.has("vmcoreinfo")),
        genid=Supported(supported=caps.has("vmgenid")),
        backing_store_input=Supported(supported=True),
        backup=Supported(supported=caps.has("incremental-backup")),
        sev=CapsSev(supported=False),
        sgx=CapsSgx(supported=False),
    )
    if mt.is_s390(arch):
        protected = caps.has("s390-pv-guest") and caps.has("confidential-guest-support")
        features.s390_pv = Supported(supported=protected)
    if caps.sev is not None:
        sev = caps.sev
        features.sev = CapsSev(
            supported=True,
            cbitpos=sev.cbitpos,
            reduced_phys_bits=sev.reduced_phys_bits,
            max_guests=sev.max_guests,
            max_es_guests=sev.max_es_guests,
        )
    if caps.sgx is not None:
        sgx = caps.sgx
        features.sgx = CapsSgx(supported=True, flc=sgx.flc, sgx1=sgx.sgx1, sgx2=sgx.sgx2)
        features.sgx.section_size = SgxSectionSize(value=sgx.section_size)
        features.sgx.sections = [SgxSection(node=node, size=size) for node, size in sgx.sections]
    if caps.hyperv is not None:
        features.hyperv = Supported(supported=True, enums=[_enum("features", *caps.hyperv)])
    return features
