"""`<os>`: what boots the guest: firmware, kernel, boot order, container init (formatdomain.html, "Operating system booting").

Which loader and NVRAM a machine really gets is decided later (firmware selection in the driver); here stands only what
the document says. Options that make no sense for the kind of guest are dropped on reading, as libvirt drops them.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    INT,
    UINT,
    YES_NO,
    Case,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    own_forms,
    text,
    write_element,
)
from purevirt.model.arch import Arch
from purevirt.model.domain.blocks import text_or_none
from purevirt.model.schema_text import ABSOLUTE_PATH, ARCHITECTURE, GENERIC_NAME, UNSIGNED_SHORT, matching, one_of, up_to, words
from purevirt.model.storage_source import SOURCES, StorageSource, StorageType
from purevirt.types.override import override

OsFirmware = Literal["bios", "efi"]
OsKind = Literal["hvm", "xen", "linux", "exe", "uml", "xenpvh"]
LoaderType = Literal["rom", "pflash"]
FirmwareFeatureName = Literal["enrolled-keys", "secure-boot"]
BootDevice = Literal["fd", "cdrom", "hd", "network"]
AcpiTableType = Literal["slic"]
SmbiosMode = Literal["none", "emulate", "host", "sysinfo"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED


def _arch(text: str) -> str | None:
    if text in ("", *Arch.__args__):  # type: ignore[attr-defined]
        return text or None
    raise XmlError(f"Unknown architecture {text}", _UNSUPPORTED)


class OsType(Element, tag="type"):
    """The kind of guest, the architecture and the machine it runs on."""

    arch: str | None = attr(Arch, parse=_arch, abi=True, doc="absent: the host's best for the emulator", rng=ARCHITECTURE)
    machine: str | None = attr(parse=text_or_none, abi=True)
    value: OsKind | None = text(OsKind, needed=True, error=(_UNSUPPORTED, "unknown OS type '%s'"), abi=True)


class FirmwareFeature(Element, tag="feature"):
    """One demand on an automatically chosen firmware."""

    enabled: bool = attr(YES_NO, required=True)
    name: FirmwareFeatureName = attr(FirmwareFeatureName, required=True)


class OsFirmwareFeatures(Element, tag="firmware"):
    """Demands on the firmware that `os.firmware` asks to be found."""

    features: list[FirmwareFeature] = children(FirmwareFeature, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Enrolled keys are of no use without secure boot, so they imply it."""
        names = {feature.name: feature.enabled for feature in self.features}
        self.features = [FirmwareFeature(enabled=enabled, name=name) for name, enabled in names.items()]
        if names.get("enrolled-keys") and "secure-boot" not in names:
            self.features.append(FirmwareFeature(enabled=True, name="secure-boot"))
        self.features.sort(key=lambda feature: feature.name)

    def wants(self, name: FirmwareFeatureName) -> bool | None:
        """Whether a feature is asked for (True), ruled out (False) or left open."""
        return next((feature.enabled for feature in self.features if feature.name == name), None)


class Loader(Element, tag="loader"):
    """The firmware image and how it is mapped."""

    readonly: bool | None = attr(YES_NO)
    secure: bool | None = attr(YES_NO)
    type: LoaderType | None = attr(LoaderType)
    stateless: bool | None = attr(YES_NO)
    path: str | None = text(rng=ABSOLUTE_PATH)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.path = (self.path or "").strip() or None
        if self.path is not None and self.type is None:
            self.type = "rom"


class Nvram(Element, tag="nvram"):
    """The variable store of a UEFI guest: a path, or a disk source when it has a type."""

    schema_cases = (
        {"type": "absent", "source": "absent"},
        {"path": "absent"},
    )

    template: str | None = attr(rng=ABSOLUTE_PATH)
    type: StorageType | None = attr(StorageType)
    path: str | None = text(rng=ABSOLUTE_PATH)
    source: StorageSource | None = choice("type", SOURCES, tag="source")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.path = None if self.type is not None else (self.path or "").strip() or None


class AcpiTable(Element, tag="table"):
    """One ACPI table handed to the guest."""

    type: AcpiTableType = attr(
        AcpiTableType, required=True, error="Unknown acpi table type: %s", missing="Missing acpi table type"
    )
    path: str | None = text(rng=ABSOLUTE_PATH, needed=True)


class OsAcpi(Element, tag="acpi"):
    """ACPI tables of the host or of a file that the guest sees."""

    tables: list[AcpiTable] = children(AcpiTable)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if len(self.tables) > 1:
            raise XmlError("Only one acpi table is supported")


class Boot(Element, tag="boot"):
    """A class of devices to boot from; order of the elements is the boot order."""

    dev: BootDevice = attr(BootDevice, required=True)


class BootMenu(Element, tag="bootmenu"):
    """The interactive boot menu. `timeout` in milliseconds."""

    enable: bool | None = attr(YES_NO, needed=True)
    timeout: int | None = attr(UINT, rng=UNSIGNED_SHORT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.enable:
            self.timeout = None


def _use_serial(text: str) -> bool:
    return text == "yes"


class Bios(Element, tag="bios"):
    """Options of the BIOS. `reboot_timeout` in milliseconds, -1 never reboots."""

    useserial: bool | None = attr(YES_NO, parse=_use_serial)
    reboot_timeout: int | None = attr(INT, name="rebootTimeout", rng=up_to(32767, -1))


class Smbios(Element, tag="smbios"):
    """Where the SMBIOS data of the guest comes from."""

    mode: SmbiosMode | None = attr(
        SmbiosMode, omit="none", error=(_UNSUPPORTED, "unknown smbios mode '%s'"), needed=True, rng=words(SmbiosMode, "none")
    )


class InitEnv(Element, tag="initenv"):
    """A variable in the environment of a container's first process."""

    name: str | None = attr(needed=True, rng=matching("[a-zA-Z_]+[a-zA-Z0-9_]*"))
    value: str | None = text()


_KERNEL = dict.fromkeys(("kernel", "initrd", "root", "cmdline", "dtb"), "optional")
_CONTAINER: Case = {
    "type": {"value": one_of("exe"), "machine": "absent"},
    **dict.fromkeys(("init", "initargs", "initenvs", "initdir"), "optional"),
}


class Os(Element, tag="os"):
    """What boots. Which children are kept depends on `type.value`."""

    schema_cases = own_forms(
        {
            "type": {"value": one_of("hvm"), "machine": matching(r"[a-zA-Z0-9_\.\-]+")},
            **dict.fromkeys(("firmware", "firmware_features", "loader", "nvram", "boots", "bootmenu"), "optional"),
            **dict.fromkeys(("smbios", "bios", "acpi"), "optional"),
            **_KERNEL,
        },
        {
            "type": {
                "value": one_of("xen", "linux", "xenpvh"),
                "arch": one_of("i686", "x86_64", "ia64"),
                "machine": one_of("xenpv", "xenfv", "xenpvh"),
            },
            **_KERNEL,
        },
        {**_CONTAINER, "inituser": "present", "initgroup": "present"},
        _CONTAINER,
    )

    firmware: OsFirmware | None = attr(OsFirmware, error="unknown firmware value %s")
    type: OsType | None = child(OsType, keep=True, needed=True)
    firmware_features: OsFirmwareFeatures | None = child(OsFirmwareFeatures)
    init: str | None = leaf(parse=text_or_none, abi=True, rng=ABSOLUTE_PATH)
    initargs: list[str] = leaf(name="initarg", many=True)
    initenvs: list[InitEnv] = children(InitEnv)
    initdir: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    inituser: str | None = leaf(parse=text_or_none, rng=GENERIC_NAME)
    initgroup: str | None = leaf(parse=text_or_none, rng=GENERIC_NAME)
    loader: Loader | None = child(Loader)
    nvram: Nvram | None = child(Nvram)
    kernel: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    initrd: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    cmdline: str | None = leaf(parse=text_or_none)
    dtb: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    root: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    acpi: OsAcpi | None = child(OsAcpi)
    boots: list[Boot] = children(Boot)
    bootmenu: BootMenu | None = child(BootMenu)
    bios: Bios | None = child(Bios)
    smbios: Smbios | None = child(Smbios, abi=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        kind = self.type.value if self.type is not None else None
        if kind != "exe":
            self.initargs, self.initenvs = [], []
            self.init = self.initdir = self.inituser = self.initgroup = None
        if kind == "exe":
            self.kernel = self.initrd = self.cmdline = self.dtb = self.root = None
            self.loader = self.nvram = None
        if kind is not None and kind != "hvm":
            self.acpi = self.bootmenu = self.bios = None
            self.boots = []
            self.firmware_features = None
        if any(not variable.name for variable in self.initenvs):
            raise XmlError("No name supplied for <initenv> element")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Firmware features are said only together with the firmware they qualify."""
        if self.firmware is None and self.firmware_features is not None:
            shown = self.copy()
            shown.firmware_features = None
            write_element(shown, out, pad, ctx)
        else:
            write_element(self, out, pad, ctx)
