"""Where a daemon or an embedded driver keeps its things: every path of ours starts at one of these roots.

The layout below them is libvirt's own, so that we can take over a host's existing guests. Facts: `paths.json`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DriverDirs:
    """One driver's directories; `state` (pid files, status documents) does not outlive a reboot."""

    config: Path
    autostart: Path
    state: Path
    log: Path
    cache: Path
    lib: Path


@dataclass(frozen=True, slots=True)
class Roots:
    """The five roots, each already ending in "libvirt"; `privileged` = the system instance, run by root.

    `uid`/`gid` own what is created. Nothing is created here.
    """

    etc: Path
    run: Path
    lib: Path
    log: Path
    cache: Path
    privileged: bool
    uid: int
    gid: int
    embedded: bool = False

    def driver(self, name: str) -> DriverDirs:
        """The directories of driver `name` ("qemu", "lxc", "storage" …), as libvirt lays them out."""
        config = self.etc / name
        if self.privileged or self.embedded:
            dirs = self.run / name, self.log / name, self.cache / name, self.lib / name
        else:
            dirs = self.run / name / "run", self.cache / name / "log", self.cache / name / "cache", config / "lib"
        return DriverDirs(config, config / "autostart", *dirs)

    @property
    def secrets(self) -> Path:
        return self.etc / "secrets"


def system_roots(root: Path | None = None) -> Roots:
    """The system instance's roots; with `root` they lie under it: ROOT/etc/libvirt, ROOT/run/libvirt …"""
    if root is None:
        base = [Path(p) for p in ("/etc", "/run", "/var/lib", "/var/log", "/var/cache")]
    else:
        base = [root / part for part in ("etc", "run", "lib", "log", "cache")]
    etc, run, lib, log, cache = (b / "libvirt" for b in base)
    return Roots(etc, run, lib, log, cache, True, os.geteuid(), os.getegid())


def session_roots(root: Path | None = None, environ: Mapping[str, str] | None = None) -> Roots:
    """A user's session instance, by the XDG variables; with `root` under it, in the shape of the system's."""
    if root is not None:
        etc, run, lib, log, cache = (root / part / "libvirt" for part in ("etc", "run", "lib", "log", "cache"))
        return Roots(etc, run, lib, log, cache, False, os.geteuid(), os.getegid())
    env = os.environ if environ is None else environ
    home = Path(env.get("HOME") or os.path.expanduser("~"))
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "libvirt"
    cache = Path(env.get("XDG_CACHE_HOME") or home / ".cache") / "libvirt"
    runtime = env.get("XDG_RUNTIME_DIR")
    run = Path(runtime) / "libvirt" if runtime else cache
    return Roots(config, run, config, cache, cache, False, os.geteuid(), os.getegid())


def embedded_roots(root: Path) -> Roots:
    """`…:///embed?root=DIR`: the directory's own tree, never shared with a daemon (DIR/etc, DIR/run/<driver> …)."""
    return Roots(
        root / "etc",
        root / "run",
        root / "lib",
        root / "log",
        root / "cache",
        os.geteuid() == 0,
        os.geteuid(),
        os.getegid(),
        embedded=True,
    )
