"""Where each thing of a guest lies, in libvirt's own layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from purevirt.host.roots import DriverDirs, Roots


def short_name(number: int, name: str) -> str:
    """The name of a guest's own directories: `ID-NAME`, what a socket path cannot hold left out, at most 20 of it."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.+") else "" for c in name)
    return f"{number}-{safe[:20] or '_'}"


@dataclass(frozen=True, slots=True)
class QemuPaths:
    """The driver's directories."""

    roots: Roots
    dirs: DriverDirs

    @property
    def save(self) -> Path:
        return self.dirs.lib / "save"

    @property
    def dump(self) -> Path:
        return self.dirs.lib / "dump"

    @property
    def nvram(self) -> Path:
        return self.dirs.lib / "nvram"

    @property
    def channel_target(self) -> Path:
        return self.dirs.lib / "channel" / "target"

    @property
    def capabilities(self) -> Path:
        return self.dirs.cache / "capabilities"

    @property
    def conf(self) -> Path:
        return self.roots.etc / "qemu.conf"

    def definition(self, name: str) -> Path:
        return self.dirs.config / f"{name}.xml"

    def autostart_link(self, name: str) -> Path:
        return self.dirs.autostart / f"{name}.xml"

    def pid_file(self, name: str) -> Path:
        return self.dirs.state / f"{name}.pid"

    def log(self, name: str) -> Path:
        return self.dirs.log / f"{name}.log"

    def managed_save(self, name: str) -> Path:
        return self.save / f"{name}.save"

    def own(self, number: int, name: str) -> Path:
        """The running guest's private directory."""
        return self.dirs.lib / f"domain-{short_name(number, name)}"

    def channels(self, number: int, name: str) -> Path:
        return self.channel_target / f"domain-{short_name(number, name)}"

    def own_directories(self) -> list[tuple[Path, int, bool]]:
        """Directories that must be there: path, mode, whether the guests' user owns it."""
        d = self.dirs
        return [
            (d.config, 0o700, False),
            (d.autostart, 0o700, False),
            (d.state, 0o755, False),
            (d.log, 0o700, False),
            (d.cache, 0o750, True),
            (d.lib, 0o751, True),
            (self.save, 0o711, True),
            (self.dump, 0o711, True),
            (self.nvram, 0o711, True),
            (d.lib / "snapshot", 0o711, True),
            (d.lib / "checkpoint", 0o711, True),
            (d.lib / "channel", 0o711, True),
            (self.channel_target, 0o711, True),
            (d.lib / "ram", 0o751, True),
            (d.state / "swtpm", 0o711, True),
            (d.state / "dbus", 0o770, True),
        ]
