"""What the guest's firmware shows: SMBIOS tables, fw_cfg blobs, the generation id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.sysinfo import entries_of


def _table(command: Command, number: int, pairs: Iterable[tuple[str, str]]) -> None:
    text = f"type={number}" + "".join(f",{name}={escape_comma(value)}" for name, value in pairs)
    command.add("-smbios", text)


def _with_manufacturer(block: Any) -> Iterable[tuple[str, str]]:
    """These two tables always say the manufacturer."""
    return ({"manufacturer": ""} | entries_of(block)).items()


def _smbios(command: Command, info: Any, *, with_uuid: bool) -> None:
    if info.bios is not None and info.bios.entries:
        _table(command, 0, entries_of(info.bios).items())
    if info.system is not None and info.system.entries:
        pairs = entries_of(info.system).items()
        _table(command, 1, ((name, value) for name, value in pairs if with_uuid or name != "uuid"))
    if len(info.base_boards) > 1:
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED, "qemu does not support more than one entry to Type 2 in SMBIOS table"
        )
    for board in info.base_boards:
        if board.entries:
            _table(command, 2, _with_manufacturer(board))
    if info.chassis is not None and info.chassis.entries:
        _table(command, 3, _with_manufacturer(info.chassis))
    if info.oem_strings is not None and info.oem_strings.entries:
        _table(command, 11, (("value", value or "") for value in info.oem_strings.entries))


def add_sysinfo(command: Command, domain: Any, context: CommandContext) -> None:
    """-smbios by the mode that `<os>` asks for, and -fw_cfg."""
    mode = domain.os.smbios.mode if domain.os.smbios is not None else None
    own = next((info for info in domain.sysinfos if info.type == "smbios"), None)
    if mode == "host":
        if context.host_sysinfo is None:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "Host SMBIOS information is not available")
        # The guest's UUID is its own.
        _smbios(command, context.host_sysinfo, with_uuid=False)
    elif mode == "sysinfo":
        if own is None:
            raise VirtError(
                ErrorCode.XML_ERROR, f"Domain '{domain.name}' sysinfo are not available"
            )
        _smbios(command, own, with_uuid=True)
    for info in domain.sysinfos:
        if info.type == "fwcfg":
            _firmware_configuration(command, info)


def _firmware_configuration(command: Command, info: Any) -> None:
    for entry in info.entries:
        kind, value = ("file", entry.file) if entry.file else ("string", entry.value)
        command.add("-fw_cfg", f"name={entry.name},{kind}={value or ''}")


def add_generation_id(command: Command, domain: Any) -> None:
    """The device by which a guest notices that it was copied or rolled back."""
    if domain.genid:
        command.device({"driver": "vmgenid", "guid": domain.genid, "id": "vmgenid0"})
