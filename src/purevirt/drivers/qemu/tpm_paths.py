"""Where the emulated TPMs of guests keep their things, in libvirt's own layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.drivers.qemu.paths import QemuPaths

_DIRECTORIES = {"1.2": "tpm1.2", "2.0": "tpm2"}


@dataclass(frozen=True, slots=True)
class TpmPaths:
    """The directories of all of them: `storage` outlives the guests' runs, `run` does not."""

    storage: Path
    run: Path
    log: Path

    @classmethod
    def of(cls, paths: QemuPaths) -> TpmPaths:
        """The system instance has directories beside the driver's own, because swtpm runs as a user of its own."""
        roots, dirs = paths.roots, paths.dirs
        run = dirs.state / "swtpm"
        if roots.embedded:
            return cls(roots.lib / "swtpm", run, roots.log / "swtpm")
        if roots.privileged:
            return cls(roots.lib / "swtpm", run, roots.log.parent / "swtpm" / "libvirt" / "qemu")
        return cls(dirs.config / "swtpm", run, dirs.log / "swtpm")

    def guest(self, uuid: str) -> Path:
        """Everything that a guest's TPM remembers."""
        return self.storage / uuid

    def state(self, uuid: str, version: str) -> Path:
        """What swtpm itself keeps: another directory per version of the TPM."""
        return self.guest(uuid) / _DIRECTORIES[version]

    def socket(self, short_name: str) -> Path:
        return self.run / f"{short_name}-swtpm.sock"

    def pid_file(self, short_name: str) -> Path:
        return self.run / f"{short_name}-swtpm.pid"

    def log_file(self, name: str) -> Path:
        return self.log / f"{name}-swtpm.log"
