"""The guest's firmware: flash images as block nodes, or a ROM image."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.storage import Image, add_image
from purevirt.model.storage_source import FileSource


def _flash(command: Command, number: int, source: Any, context: CommandContext, *, readonly: bool) -> str:
    image = Image(f"pflash{number}", source, "raw", readonly, encryption=source.encryption, auth=source.auth)
    return add_image(command, image, context)


def add_flash(command: Command, domain: Any, context: CommandContext) -> list[str]:
    """Block nodes of the code and of the variables; returns their names, for -machine."""
    loader, nvram = domain.os.loader, domain.os.nvram
    if loader is None or loader.type != "pflash" or not loader.path:
        return []
    nodes = [_flash(command, 0, FileSource(file=loader.path), context, readonly=bool(loader.readonly))]
    if nvram is not None and (nvram.path or nvram.source is not None):
        source = nvram.source if nvram.source is not None else FileSource(file=nvram.path)
        nodes.append(_flash(command, 1, source, context, readonly=False))
    return nodes


def add_loader(command: Command, domain: Any) -> None:
    """-bios, and the protection of the variable store from everything but system management mode."""
    loader = domain.os.loader
    if loader is None or not loader.path:
        return
    if loader.type == "pflash":
        if loader.secure:
            command.add("-global", "driver=cfi.pflash01,property=secure,value=on")
    else:
        command.add("-bios", loader.path)
