"""`<encryption>` of volumes and disk sources, and the reference to a secret that it and `<auth>` hold.

formatstorageencryption.html. The secret's value never stands in these documents, only where to find it.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import UINT, UUID, Element, FormatContext, ParseContext, XmlError, attr, child, children
from purevirt.model._engine.element import write_element
from purevirt.types.override import override

EncryptionFormat = Literal["default", "qcow", "luks", "luks2"]
EncryptionEngine = Literal["qemu", "librbd"]
EncryptionSecretType = Literal["passphrase"]


def open_close(out: list[str], mark: int) -> None:
    """Turn the element just written at `out[mark]`, if it is empty, into an opening and a closing line.

    Some of libvirt's formatters always write both; files and tests compare the text.
    """
    if len(out) == mark + 1 and out[mark].endswith("/>\n"):
        line = out[mark]
        body = line.lstrip(" ")
        name = body[1:-3].split(" ", 1)[0]
        out[mark] = f"{line[:-3]}>\n"
        out.append(f"{' ' * (len(line) - len(body))}</{name}>\n")


class SecretReference(Element, tag="secret", tail=True):
    """Names a secret object by UUID or by its usage; exactly one of the two is given."""

    schema_cases = ({"uuid": "present", "usage": "absent"}, {"uuid": "absent", "usage": "present"})

    uuid: str | None = attr(rng=UUID.rng)
    usage: str | None = attr()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Exactly one of uuid and usage, and a UUID that is one."""
        if self.uuid is None and self.usage is None:
            raise XmlError("missing secret uuid or usage attribute", domain=ErrorDomain.NONE)
        if self.uuid is not None and self.usage is not None:
            raise XmlError("either secret uuid or usage expected", domain=ErrorDomain.NONE)
        if self.uuid is not None:
            try:
                self.uuid = UUID.parse(self.uuid)
            except ValueError:
                raise XmlError(f"invalid secret uuid '{self.uuid}'", domain=ErrorDomain.NONE) from None


class EncryptionSecret(SecretReference, tag="secret"):
    """The passphrase that opens the encrypted data."""

    type: EncryptionSecretType = attr(
        EncryptionSecretType,
        required=True,
        missing=(ErrorCode.XML_ERROR, "unknown volume encryption secret type"),
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown volume encryption secret type %s"),
    )


class Cipher(Element, tag="cipher"):
    """The cipher of a new LUKS volume: name and key size in bits."""

    schema_cases = ({"mode": "present", "hash": "present"}, {"mode": "absent", "hash": "absent"})

    name: str = attr(required=True, missing="cipher info missing 'name' attribute")
    size: int = attr(UINT, required=True)
    mode: str | None = attr()
    hash: str | None = attr()


class Ivgen(Element, tag="ivgen"):
    """How the initialisation vectors of a new LUKS volume are made."""

    name: str = attr(required=True, missing="missing ivgen info name string")
    hash: str | None = attr()


class Encryption(Element, tag="encryption"):
    """How the data is encrypted, who decrypts it (`engine`), and the secrets for it."""

    error_domain = ErrorDomain.STORAGE
    schema_cases = (
        {"secrets": "once", "cipher": "present", "ivgen": "present"},
        {"secrets": "maybe", "cipher": "absent", "ivgen": "absent"},
    )

    format: EncryptionFormat = attr(
        EncryptionFormat,
        required=True,
        missing=(ErrorCode.XML_ERROR, "unknown volume encryption format"),
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown volume encryption format type %s"),
    )
    engine: EncryptionEngine | None = attr(EncryptionEngine)
    secrets: list[EncryptionSecret] = children(EncryptionSecret)
    cipher: Cipher | None = child(Cipher)
    ivgen: Ivgen | None = child(Ivgen)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Cipher and ivgen are read for LUKS alone; an ivgen needs its cipher."""
        if self.format not in ("luks", "luks2"):
            self.cipher = self.ivgen = None
        if self.ivgen is not None and self.cipher is None:
            raise XmlError("ivgen element found, but cipher is missing", domain=ErrorDomain.STORAGE)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        open_close(out, mark)

