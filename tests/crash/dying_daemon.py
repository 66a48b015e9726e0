"""purevirtd for tests: it can end itself with SIGKILL at the n-th of the moments at which its state on disk changes.

A moment is "before" (the new document is written beside the old one, not yet in its place), "after" it is, or "removed".
Every moment is appended to ROOT/moments. While the file ROOT/die-after exists, each moment takes one from the number in
it, and the one that finds 0 is the last. Only this process is arranged so; the daemon has no such switch.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from purevirt.core import state
from purevirt.daemon.main import main
from purevirt.host import files

ROOT = Path(sys.argv[sys.argv.index("--root") + 1])
_WATCHED = {"etc/libvirt/qemu", "etc/libvirt/qemu/autostart", "run/libvirt/qemu"}
_rename: Callable[[Path, Path], None] = os.rename


def moment(kind: str, path: Path) -> None:
    place = str(path.parent.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
    if place not in _WATCHED:
        return
    with (ROOT / "moments").open("a") as file:
        file.write(f"{kind} {place}/{path.name}\n")
    countdown = ROOT / "die-after"
    if countdown.exists():
        left = int(countdown.read_text())
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        countdown.write_text(str(left - 1))


def rename(source: Path, target: Path) -> None:
    moment("before", target)
    _rename(source, target)


files.os.rename = rename  # type: ignore[attr-defined]
state.observe = lambda kind, path: moment("after" if kind == "save" else "removed", path)

if __name__ == "__main__":
    sys.exit(main())
