"""Checks of a complete QEMU definition, with libvirt's texts."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext


def validate(domain: Any, context: PostParseContext) -> None:
    """Raise CONFIG_UNSUPPORTED (or XML_ERROR) for what QEMU, or this QEMU, cannot do."""
