"""The command line under construction and as a result.

`Command` collects environment, arguments and the descriptors QEMU is to inherit. `render` writes it as a shell text in the
form libvirt logs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


_OVERRIDE: dict[str, Callable[[str], Any]] = {
    "string": str, "signed": int, "unsigned": int, "bool": lambda value: value == "true",
}  # fmt: skip


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
    overrides: dict[str, list[Any]] = field(default_factory=dict)

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

    def device(self, value: Mapping[str, Any], source: Any = None) -> None:
        """-device, with the zPCI device that goes with `source` in front, and the document's overrides of properties."""
        address = getattr(source, "address", None)
        zpci = getattr(address, "zpci", None)
        if zpci is not None and zpci.uid is not None:
            extension = {"driver": "zpci", "uid": zpci.uid, "fid": zpci.fid, "target": value["id"]}
            self._device(extension | {"id": f"zpci{zpci.uid}"})
        self._device(self._overridden(value))

    def _overridden(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        properties = self.overrides.get(value.get("id", ""))
        if properties is None:
            return value
        result = dict(value)
        for item in properties:
            if item.type == "remove":
                result.pop(item.name, None)
            else:
                result[item.name] = _OVERRIDE[item.type](item.value)
        return result

    def _device(self, value: Mapping[str, Any]) -> None:
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

    def reserve_fdset(self) -> int:
        """The number of a set of descriptors that is added later."""
        self.fdsets += 1
        return self.fdsets - 1

    def add_fdset(self, fds: list[tuple[int, str]]) -> str:
        """Pass descriptors as a set; returns the path QEMU knows it by."""
        number = self.reserve_fdset()
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
