"""The fake world of the QEMU suites, from the environment that their manifests state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from purevirt.cpu.description import Description
from purevirt.drivers.qemu import capabilities_xml
from purevirt.drivers.qemu.capabilities import GicVersion, QemuCaps, synthetic
from purevirt.drivers.qemu.command.settings import HugePageMount, QemuSettings
from purevirt.drivers.qemu.firmware import load_descriptors
from purevirt.drivers.qemu.firmware_document import Firmware
from purevirt.drivers.qemu.postparse_context import HostFacts, PostParseContext

Case = dict[str, Any]

_FIRMWARE_DIRS = ("/home/user/.config/qemu/firmware", "/etc/qemu/firmware", "/usr/share/qemu/firmware")


@cache
def environment(directory: Path) -> dict[str, Any]:
    """The manifest's environment."""
    found: dict[str, Any] = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))["environment"]
    return found


@cache
def _load_caps(path: Path, strip: bool) -> QemuCaps:
    caps = capabilities_xml.load(path.read_text(encoding="utf-8"))
    if strip:
        caps.strip_machine_aliases()
    return caps


def _synthetic_cpus(env: dict[str, Any], arch: str, case: Case) -> list[str]:
    models = env.get("synthetic_cpu_models", {})
    if arch in ("i686", "x86_64"):
        found = list(models.get("x86 (kvm and qemu)", []))
        if "SKIP_LEGACY_CPUS" not in case.get("flags", []):
            found += models.get("x86 legacy, added unless flags has SKIP_LEGACY_CPUS", [])
        return found
    if arch in ("armv7l", "aarch64"):
        return list(models.get("arm, aarch64 (kvm and qemu)", []))
    if arch in ("ppc64", "ppc64le"):
        return list(models.get("ppc64 (kvm and qemu)", []))
    if arch in ("s390", "s390x"):
        return list(models.get("s390 (kvm only)", []))
    return []


def _synthetic(case: Case, env: dict[str, Any], arch: str | None, emulator_arch: str) -> QemuCaps:
    flags = list(case.get("qemu_caps", []))
    if arch is not None:
        for names, extra in env["basic_arch_flags"].items():
            if arch in names.split(", "):
                flags += [name for name in extra if name in _known()]
                flags += [_RENAMED[name] for name in extra if name in _RENAMED]
    kvm = emulator_arch != "sparc"
    hvf = case.get("host_os") == "macos"
    accels: tuple[Any, ...] = ("tcg",)
    if hvf:
        accels = ("tcg", "hvf") if emulator_arch in ("x86_64", "aarch64") else ("tcg",)
    elif kvm:
        accels = ("tcg", "kvm")
    cpus = _synthetic_cpus(env, emulator_arch, case) if arch is not None else []
    gic = [GicVersion(version, kernel=True, emulated=True) for version in case.get("gic_versions", [])]
    caps = synthetic(
        flags,
        arch=arch,
        emulator=env["emulators"][emulator_arch],
        machines=env["fake_machines"][emulator_arch],
        accels=accels,
        cpus=cpus,
        gic=gic,
    )
    if emulator_arch in ("s390", "s390x") and "tcg" in caps.accels:
        caps.accels["tcg"].cpus = []
    return caps


# The manifest calls two flags by the names of libvirt's enum.
_RENAMED = {"cpu-aarch64-off": "aarch64-off", "mach-virt-gic-version": "gic-version"}


@cache
def _known() -> frozenset[str]:
    from purevirt.drivers.qemu.capability_flags import FLAG_NAMES

    return frozenset(FLAG_NAMES)


@dataclass(slots=True)
class QemuWorld:
    """One case's host, driver and capabilities."""

    case: Case
    directory: Path
    host: HostFacts
    settings: QemuSettings
    caps_by_emulator: dict[str, QemuCaps] = field(default_factory=dict)

    def context(self, *, inactive: bool) -> PostParseContext:
        """A post-parse context for one definition."""
        return PostParseContext(
            host=self.host,
            settings=self.settings,
            abi_update="ABI_UPDATE" in self.case.get("parse_flags", []),
            inactive=inactive,
            security_model="none",
        )


def settings_of(env: dict[str, Any], case: Case) -> QemuSettings:
    """Driver configuration: the suite's, with the case's overrides."""
    config = dict(env["driver_config"])
    config.update(case.get("config_overrides") or {})
    names = {
        "vnc_listen": "vncListen",
        "spice_listen": "spiceListen",
        "vnc_tls": "vncTLS",
        "vnc_tls_x509_verify": "vncTLSx509verify",
        "vnc_tls_x509_cert_dir": "vncTLSx509certdir",
        "vnc_tls_x509_secret_uuid": "vncTLSx509secretUUID",
        "vnc_sasl": "vncSASL",
        "vnc_sasl_dir": "vncSASLdir",
        "vnc_auto_unix_socket": "vncAutoUnixSocket",
        "vnc_allow_host_audio": "vncAllowHostAudio",
        "nographics_allow_host_audio": "nogfxAllowHostAudio",
        "spice_tls": "spiceTLS",
        "spice_tls_x509_cert_dir": "spiceTLSx509certdir",
        "spice_password": "spicePassword",
        "spice_sasl": "spiceSASL",
        "spice_auto_unix_socket": "spiceAutoUnixSocket",
        "default_tls_x509_cert_dir": "defaultTLSx509certdir",
        "chardev_tls": "chardevTLS",
        "chardev_tls_x509_cert_dir": "chardevTLSx509certdir",
        "chardev_tls_x509_verify": "chardevTLSx509verify",
        "chardev_tls_x509_secret_uuid": "chardevTLSx509secretUUID",
        "nbd_tls": "nbdTLS",
        "nbd_tls_x509_cert_dir": "nbdTLSx509certdir",
        "nbd_tls_x509_secret_uuid": "nbdTLSx509secretUUID",
        "vxhs_tls": "vxhsTLS",
        "vxhs_tls_x509_cert_dir": "vxhsTLSx509certdir",
        "vxhs_tls_x509_secret_uuid": "vxhsTLSx509secretUUID",
        "memory_backing_dir": "memoryBackingDir",
        "nvram_dir": "nvramDir",
        "lib_dir": "libDir",
        "channel_target_dir": "channelTargetDir",
        "gluster_debug_level": "glusterDebugLevel",
        "dump_guest_core": "dumpGuestCore",
        "seccomp_sandbox": "seccompSandbox",
        "stdio_logd": "stdioLogD",
        "log_timestamp": "logTimestamp",
        "deprecation_behavior": "deprecationBehavior",
        "dbus_state_dir": "dbusStateDir",
        "passt_state_dir": "passtStateDir",
    }
    settings = QemuSettings()
    booleans = {
        "vnc_tls", "vnc_tls_x509_verify", "vnc_sasl", "spice_tls", "spice_sasl", "chardev_tls", "chardev_tls_x509_verify",
        "nbd_tls", "vxhs_tls",
    }  # fmt: skip
    settings.chardev_tls_x509_verify = False
    for ours, theirs in names.items():
        if theirs in config:
            value = config[theirs]
            setattr(settings, ours, bool(value) if ours in booleans else value)
    settings.hugetlbfs = [
        HugePageMount(item["mount"], item["size_kib"], item["default"]) for item in config.get("hugetlbfs", [])
    ]
    settings.firmwares = [(code, variables) for code, variables in config.get("firmwares", [])]
    if "nvramDir" not in config:
        settings.nvram_dir = "/bad-test-used-env-xdg-config-home/libvirt/qemu/nvram"
    settings.bridge_helper = env.get("build_configuration", {}).get("qemu bridge helper", settings.bridge_helper)
    return settings


@cache
def firmware_descriptors(common: Path) -> list[Firmware]:
    """Descriptors by name, those of earlier directories hiding later ones."""
    return load_descriptors(_FIRMWARE_DIRS, str(common / "qemufirmwaredata"))


def _iommu_groups(env: dict[str, Any]) -> dict[str, int]:
    """IOMMU group by PCI address, of the fake sysfs tree."""
    devices = env.get("pci_devices", {"columns": [], "rows": []})
    rows = [dict(zip(devices["columns"], row, strict=True)) for row in devices["rows"]]
    return {row["address"]: row["iommu_group"] for row in rows}


def host_cpu_of(env: dict[str, Any], name: str | None) -> Description | None:
    """The fake host CPU as the manifest describes it."""
    facts = env["host_cpus"].get(name) if name else None
    if facts is None or facts["model"] is None:
        return None
    found = Description(arch=facts["arch"], is_host=True, model=facts["model"], vendor=facts.get("vendor"))
    found.features = dict.fromkeys(facts["features"], "require")
    return found


def make_world(case: Case, directory: Path, *, with_arch: bool) -> QemuWorld:
    """The world of a case. `with_arch`: synthetic capabilities know their architecture (the argv suite)."""
    env = environment(directory)
    emulators = dict(env["emulators"])
    for alias, arch in env["emulator_aliases"].items():
        emulators[alias] = emulators[arch]
    caps: dict[str, QemuCaps] = {}
    if case.get("synthetic_caps"):
        only = case.get("caps_arch") if with_arch else None
        only = env["emulator_aliases"].get(only, only)
        for arch, emulator in env["emulators"].items():
            if only is None:
                caps[emulator] = _synthetic(case, env, None, arch)
            elif only == arch:
                caps[emulator] = _synthetic(case, env, arch, arch)
            else:
                caps[emulator] = QemuCaps(emulator=emulator)
    else:
        wanted = case["caps"]
        loaded = _load_caps(directory / wanted["xml"], wanted["strip_machine_aliases"]).copy()
        loaded.set(*case.get("qemu_caps_added", []))
        for emulator in env["emulators"].values():
            caps[emulator] = QemuCaps(emulator=emulator)
        caps[env["emulators"][loaded.arch or "x86_64"]] = loaded
    tpm = (case.get("env") or {}).get("VIR_TEST_MOCK_FAKE_TPM_VERSION")
    host = HostFacts(
        arch=case.get("host_arch", "x86_64"),
        caps_for=caps.get,
        emulators=emulators,
        host_cpu=host_cpu_of(env, case.get("host_cpu", env["default_host_cpu"].get(case.get("host_arch", "x86_64")))),
        firmware_descriptors=firmware_descriptors(directory.parent / "common"),
        tpm_versions=tuple(tpm.split(",")) if tpm else ("1.2", "2.0"),
        environment={name: value for name, value in (case.get("env") or {}).items() if value is not None},
        iommu_group=_iommu_groups(env).get,
        fips="FIPS_HOST" in case.get("flags", []),
    )
    return QemuWorld(case, directory, host, settings_of(env, case), caps)


