"""The command line under construction and as a result.

`Command` collects environment, arguments and the descriptors QEMU is to inherit. `render` writes it as a shell text in the
form libvirt logs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.properties import to_commas, to_json

_SPECIAL = frozenset("\r\t\n !\"#$&'()*;<>?[\\]^`{|}~")


def quote(value: str) -> str:
    """As a shell word."""
    if not value:
        return "''"
    if not _SPECIAL & set(value):
        return value
    return "'" + value.replace("'", "'\\''") + "'"


@dataclass(slots=True)
class Command:
    """argv (program first), environment in order, and inherited descriptors."""

    argv: list[str] = field(default_factory=list)
    env: list[tuple[str, str]] = field(default_factory=list)
    fds: list[int] = field(default_factory=list)
    json_device: bool = False
    json_netdev: bool = False
    json_object: bool = False
    fdsets: int = 0

    @classmethod
    def for_caps(cls, caps: QemuCaps) -> Command:
        """A command in the notation this QEMU prefers."""
        return cls(
            json_device=caps.has("device.json+hotplug"),
            json_netdev=caps.has("netdev.json"),
            json_object=caps.has("object.qapified"),
        )

    def add(self, *words: str) -> None:
        """Append arguments."""
        self.argv.extend(words)

    def device(self, value: Mapping[str, Any]) -> None:
        """-device"""
        self.add("-device", to_json(value) if self.json_device else to_commas(value, "driver"))

    def object(self, value: Mapping[str, Any]) -> None:
        """-object"""
        self.add("-object", to_json(value) if self.json_object else to_commas(value, "qom-type"))

    def netdev(self, value: Mapping[str, Any]) -> None:
        """-netdev"""
        self.add("-netdev", to_json(value) if self.json_netdev else to_commas(value, "type"))

    def blockdev(self, value: Mapping[str, Any]) -> None:
        """-blockdev"""
        self.add("-blockdev", to_json(value))

    def pass_fd(self, fd: int) -> None:
        """QEMU inherits this descriptor."""
        if fd not in self.fds:
            self.fds.append(fd)

    def add_fdset(self, fds: list[tuple[int, str]]) -> str:
        """Pass descriptors as a set; returns the path QEMU knows it by."""
        number = self.fdsets
        self.fdsets += 1
        for fd, opaque in fds:
            self.pass_fd(fd)
            self.add("-add-fd", f"set={number},fd={fd},opaque={opaque}")
        return f"/dev/fdset/{number}"

    def render(self) -> str:
        """One line per option, as in libvirt's logs."""
        out = "".join(f"{name}={quote(value)} \\\n" for name, value in self.env)
        out += quote(self.argv[0])
        seen_option = option = False
        for word in self.argv[1:]:
            if word.startswith("-"):
                out += " \\\n"
                seen_option = option = True
            elif seen_option and option:
                out += " "
                option = False
            else:
                out += " \\\n"
            out += quote(word)
        return out + "\n"
