"""Firmware, loader and NVRAM: what goes together."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model.domain.os import Os
from purevirt.model.domain.validate_errors import wrong

_refuse = wrong


def check_firmware_features(os: Any) -> None:
    """Keys cannot be enrolled where there is no secure boot."""
    wanted = os.firmware_features
    if wanted is not None and wanted.wants("enrolled-keys") and wanted.wants("secure-boot") is False:
        raise _refuse(
            "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled",
            ErrorCode.XML_DETAIL,
            where="/domain/os/firmware",
        )


def validate_os(os: Os, *, firmware_autoselect: bool = True, firmware_features: bool = False) -> None:
    """Firmware, loader and NVRAM fit one another. `firmware_features`: those are refused where no firmware is looked for."""
    loader, nvram = os.loader, os.nvram
    if os.firmware is not None:
        if not firmware_autoselect:
            raise _refuse("firmware auto selection not implemented for this driver", ErrorCode.XML_DETAIL, where="/domain/os")
        _validate_autoselection(os)
        if os.firmware != "efi" and nvram is not None:
            raise _refuse(f"firmware type '{os.firmware}' does not support nvram", ErrorCode.XML_DETAIL, where="/domain/os/nvram")
    elif firmware_features and os.firmware_features is not None and os.firmware_features.features:
        text = "cannot use feature-based firmware autoselection when firmware autoselection is disabled"
        raise _refuse(text, ErrorCode.XML_DETAIL, where="/domain/os/firmware")
    elif (loader is not None and not loader.path) or (nvram is not None and loader is None):
        text = "no loader path specified and firmware auto selection disabled"
        raise _refuse(text, ErrorCode.XML_DETAIL, where="/domain/os/loader" if loader is not None else "/domain/os/nvram")
    if loader is None:
        return
    if loader.stateless:
        if nvram is not None and nvram.template:
            text = "NVRAM template is not permitted when loader is stateless"
            raise _refuse(text, ErrorCode.XML_DETAIL, where="/domain/os/nvram")
        if nvram is not None:
            raise _refuse("NVRAM is not permitted when loader is stateless", ErrorCode.XML_DETAIL, where="/domain/os/nvram")
    elif loader.stateless is False:
        if os.firmware is None and loader.type != "pflash":
            raise _refuse("Only pflash loader type permits NVRAM", ErrorCode.XML_DETAIL, where="/domain/os/loader")
        if os.firmware not in (None, "efi"):
            raise _refuse("Only EFI firmware permits NVRAM", ErrorCode.XML_DETAIL, where="/domain/os/loader")


def _validate_autoselection(os: Os) -> None:
    """A firmware that is looked for is not described by hand as well."""
    loader = os.loader
    said: tuple[tuple[str, str, bool], ...] = (
        ("loader", "readonly", loader is not None and loader.readonly is not None),
        ("loader", "type", loader is not None and loader.type is not None),
        ("loader", "path", loader is not None and bool(loader.path)),
        ("loader", "secure", loader is not None and loader.secure is False),
        ("nvram", "template", os.nvram is not None and os.nvram.template is not None),
    )
    for element, attribute, present in said:
        if present:
            text = f"{element} attribute '{attribute}' cannot be specified when firmware autoselection is enabled"
            raise _refuse(text, ErrorCode.XML_DETAIL, where=f"/domain/os/{element}")
