"""What a connection can do: capabilities of the host, of one emulator, and the CPU models known."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.core.tasks import offload
from purevirt.drivers.qemu import errors, firmware
from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.cpu_vendors import known_models
from purevirt.drivers.qemu.documents import EMULATORS
from purevirt.drivers.qemu.domain_caps import HostOffers, domain_capabilities
from purevirt.drivers.qemu.host_caps import capabilities
from purevirt.drivers.qemu.processor import processor
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import kvm
from purevirt.model.domain.document import DomainType
from purevirt.protocol import remote as p

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState

_DOMAIN_TYPES = frozenset(DomainType.__args__)  # type: ignore[attr-defined]
_PRODUCT_UUID = Path("/sys/class/dmi/id/product_uuid")


class CapabilitiesFacet:
    """virConnectGetCapabilities, virConnectGetDomainCapabilities, virConnectGetCPUModelNames."""

    def __init__(self, state: QemuState) -> None:
        self._state = state
        self._host_uuid: str | None = None

    async def connect_get_capabilities(self) -> str:
        present = {arch: path for arch, path in EMULATORS.items() if await offload(os.path.exists, path)}
        known = await self._state.capabilities.get_all(list(present.values()))
        by_arch = {arch: known[path] for arch, path in present.items() if path in known}
        if self._host_uuid is None:
            self._host_uuid = await offload(_host_uuid)
        document = await offload(capabilities, self._host_uuid, by_arch, self._state.config.credentials)
        return document.to_xml()

    async def connect_get_domain_capabilities(
        self, emulatorbin: str | None, arch: str | None, machine: str | None, virttype: str | None, flags: int
    ) -> str:
        errors.check_flags(flags, 0, "qemuConnectGetDomainCapabilities")
        caps, arch, kind = await choose_emulator(self._state, emulatorbin, arch, virttype)
        usual = caps.preferred_machine(kind) or caps.preferred_machine("qemu")
        chosen = caps.canonical_machine(kind, machine) if machine else usual
        if chosen is None or (machine is not None and not caps.is_machine_supported(kind, chosen)):
            raise errors.bad_argument(f"the machine '{machine}' is not supported by emulator '{caps.emulator}'")
        return domain_capabilities(caps, arch, chosen, kind, await offload(_offers, arch, chosen, kind)).to_xml()

    async def connect_get_cpu_model_names(self, arch: str, need_results: int, flags: int) -> p.ConnectGetCpuModelNamesRet:
        errors.check_flags(flags, 0, "qemuConnectGetCPUModelNames")
        if arch not in mt.ALL_ARCHES:
            raise errors.bad_argument(f"cannot find architecture {arch}")
        models = known_models(arch)
        if models is None and not (mt.is_arm(arch) or mt.is_s390(arch)):
            text = f"'{arch}' architecture is not supported by CPU driver"
            raise VirtError(ErrorCode.NO_SUPPORT, text, ErrorDomain.CPU)
        names = list(models or ())
        return p.ConnectGetCpuModelNamesRet(names if need_results else [], len(names))


async def choose_emulator(
    state: QemuState, path: str | None, arch: str | None, virt_type: str | None
) -> tuple[QemuCaps, str, str]:
    """The binary that a client means, its architecture, and the domain type. INVALID_ARG when they do not go together."""
    if arch is not None and arch not in mt.ALL_ARCHES:
        raise errors.bad_argument(f"unknown architecture: {arch}")
    if virt_type is not None and virt_type not in _DOMAIN_TYPES:
        raise errors.bad_argument(f"unknown virttype: {virt_type}")
    caps, arch = await _emulator(state, path, arch)
    kind = virt_type or ("kvm" if caps.has("kvm") else "qemu")
    if not caps.supports_virt_type(kind):
        raise errors.bad_argument(f"Emulator '{caps.emulator}' does not support virt type '{kind}'")
    return caps, arch, kind


async def _emulator(state: QemuState, path: str | None, arch: str | None) -> tuple[QemuCaps, str]:
    """The binary named, or the one of the architecture (the host's when none is named)."""
    if path is None:
        wanted = arch or os.uname().machine
        path = EMULATORS.get(wanted)
        if path is None or not await offload(os.path.exists, path):
            raise errors.unsupported(f"unable to find any emulator to serve '{wanted}' architecture")
        return await state.capabilities.get(path), wanted
    caps = await state.capabilities.get(path)
    if arch is not None and caps.arch is not None and caps.arch != arch:
        raise errors.bad_argument(f"architecture from emulator '{caps.arch}' doesn't match given architecture '{arch}'")
    return caps, caps.arch or arch or os.uname().machine


def _host_uuid() -> str:
    """The machine's own, as its firmware says; a random one that lasts as long as the daemon when it says none."""
    try:
        return str(uuid.UUID(_PRODUCT_UUID.read_text().strip()))
    except (OSError, ValueError):
        return str(uuid.uuid4())


def _offers(arch: str, machine: str, kind: str) -> HostOffers:
    """What of the host matters to a guest of the machine."""
    boots = firmware.supported(firmware.load_descriptors(), arch, machine)
    try:
        most = kvm.max_vcpus() if kind == "kvm" else None
    except OSError:
        most = None
    return HostOffers(
        firmwares=list(boots.interfaces),
        loaders=list(dict.fromkeys(image for image, _ in boots.images)),
        secure=boots.secure,
        vfio=Path("/dev/vfio/vfio").exists(),
        tpm_versions=("1.2", "2.0") if _has_swtpm() else (),
        kvm_max_vcpus=most,
        processor=processor(),
    )


def _has_swtpm() -> bool:
    from shutil import which

    return which("swtpm") is not None and which("swtpm_setup") is not None
