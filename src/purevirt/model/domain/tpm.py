"""`<tpm>`: trusted platform modules: the host's own, emulated by swtpm, or a running external one."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import UUID, YES_NO, Element, ParseContext, XmlError, attr, child, choice, flag
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import ANY_PATH, one_of
from purevirt.types.override import override

TpmModel = Literal["tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy"]
TpmVersion = Literal["1.2", "2.0"]

DEFAULT_DEVICE = "/dev/tpm0"


class TpmBackend(Element, tag="backend"):
    """The base of all backends: `type` says which."""

    type: str = attr()
    version: TpmVersion | None = attr(TpmVersion)


class TpmDevice(Element, tag="device"):
    """The host's TPM device node."""

    path: str = attr(default=DEFAULT_DEVICE, rng=ANY_PATH)


class PassthroughBackend(TpmBackend, tag="backend"):
    """The host's TPM."""

    type: str = attr(default="passthrough", needed=True)
    version: TpmVersion | None = attr(TpmVersion)
    device: TpmDevice | None = child(TpmDevice)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Without a device the usual one is meant; a version is the device's own business."""
        self.version = None
        if self.device is None:
            self.device = TpmDevice(path=DEFAULT_DEVICE)


class TpmEncryption(Element, tag="encryption"):
    """The secret that encrypts the emulator's state."""

    secret: str | None = attr(UUID, error=(ErrorCode.INTERNAL_ERROR, "Unable to parse secret uuid '%s'"), needed=True)


class PcrBanks(Element, tag="active_pcr_banks"):
    """The PCR banks to activate when the guest starts."""

    sha1: bool = flag()
    sha256: bool = flag()
    sha384: bool = flag()
    sha512: bool = flag()


class EmulatorBackend(TpmBackend, tag="backend"):
    """An swtpm process of the guest's own."""

    type: str = attr(default="emulator", needed=True)
    version: TpmVersion | None = attr(TpmVersion)
    persistent_state: bool | None = attr(
        YES_NO,
        error=(ErrorCode.INTERNAL_ERROR, "Invalid persistent_state value, either 'yes' or 'no'"),
        omit=False,
    )
    encryption: TpmEncryption | None = child(TpmEncryption)
    active_pcr_banks: PcrBanks | None = child(PcrBanks)


class ExternalTpmSource(Element, tag="source"):
    """The socket of a running TPM emulator."""

    type: Literal["unix"] | None = attr(
        Literal["unix"], error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown backend type '%s' for external TPM"), needed=True
    )
    mode: str = attr(default="connect", rng=one_of("connect"), needed=True)
    path: str | None = attr(rng=ANY_PATH, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only a UNIX socket that we connect to is known."""
        if self.type is None:
            raise XmlError("missing external TPM backend type")
        if self.mode != "connect":
            raise XmlError("only 'client' mode is supported for external TPM device")


class ExternalBackend(TpmBackend, tag="backend"):
    """A TPM emulator that somebody else runs."""

    type: str = attr(default="external", needed=True)
    version: TpmVersion | None = attr(TpmVersion)
    source: ExternalTpmSource | None = child(ExternalTpmSource)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The socket must be named."""
        self.version = None
        if self.source is None:
            raise XmlError("missing external TPM backend type")


class Tpm(Device, tag="tpm"):
    """A TPM device."""

    schema_hides = ("acpi", "master")

    model: TpmModel | None = attr(TpmModel, abi=True)
    backend: PassthroughBackend | EmulatorBackend | ExternalBackend = choice(
        "@type",
        {"passthrough": PassthroughBackend, "emulator": EmulatorBackend, "external": ExternalBackend},
        tag="backend",
        required=True,
        missing="missing TPM device backend",
    )

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Exactly one backend."""
        if len(node.findall("backend")) > 1:
            raise XmlError("only one TPM backend is supported", node=node)
