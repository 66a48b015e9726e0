"""`<launchSecurity>`: guests whose memory the host cannot read (AMD SEV, IBM Secure Execution)."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import UINT, YES_NO, Element, Hex, ParseContext, XmlError, attr, c_integer, leaf, own_forms
from purevirt.model.domain.blocks import text_or_none
from purevirt.model.schema_text import LOWER_HEX
from purevirt.types.override import override

LaunchSecurityType = Literal["sev", "s390-pv"]


def _policy(text: str) -> int:
    """Hexadecimal with or without 0x, as strtoul with base 16 reads it."""
    value = c_integer(text, 16)
    if value is None or not 0 <= value < 2**32:
        raise ValueError("policy")
    return value


class LaunchSecurity(Element, tag="launchSecurity"):
    """How the guest's memory is protected. All but the type is SEV's."""

    schema_also = {"handle": leaf(UINT)}
    schema_cases = own_forms(
        {
            "type": ("sev",),
            "policy": "present",
            **dict.fromkeys(("kernel_hashes", "cbitpos", "reduced_phys_bits", "handle", "dh_cert", "session"), "optional"),
        },
        {"type": ("s390-pv",)},
    )

    type: LaunchSecurityType = attr(LaunchSecurityType, required=True, abi=True)
    kernel_hashes: bool | None = attr(YES_NO, name="kernelHashes")
    cbitpos: int | None = leaf(UINT, error="Invalid format for launch security cbitpos")
    reduced_phys_bits: int | None = leaf(
        UINT, name="reducedPhysBits", error="Invalid format for launch security reduced-phys-bits"
    )
    policy: int | None = leaf(Hex(4, 2**32 - 1), parse=_policy, error="failed to get launch security policy", rng=LOWER_HEX)
    dh_cert: str | None = leaf(name="dhCert", parse=text_or_none)
    session: str | None = leaf(parse=text_or_none)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.type == "sev":
            if self.policy is None:
                raise XmlError("failed to get launch security policy")
            return
        self.kernel_hashes = self.cbitpos = self.reduced_phys_bits = self.policy = None
        self.dh_cert = self.session = None
