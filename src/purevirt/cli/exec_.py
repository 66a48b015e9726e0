"""`purevirt exec -- PROGRAM [ARGUMENT…]`: run a Python program with our `libvirt` in the place of libvirt-python.

The program gets a PYTHONPATH with the stand-in modules in front and this package behind them. It must be run by a Python
of 3.11 or newer; programs that begin with `#!/usr/bin/python3 -E` or `-I` ignore PYTHONPATH, name the interpreter for
them: `purevirt exec -- python3 /usr/bin/virt-install …`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def environment(base: dict[str, str]) -> dict[str, str]:
    """`base` with the stand-in modules on PYTHONPATH."""
    places = [str(PACKAGE / "compat" / "shim"), str(PACKAGE.parent), base.get("PYTHONPATH", "")]
    return {**base, "PYTHONPATH": os.pathsep.join(place for place in places if place)}


def main() -> int:
    """Becomes the program; 2 for a wrong command line, 126 or 127 when it cannot be run, as a shell says."""
    words = sys.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        sys.stderr.write("usage: purevirt exec -- PROGRAM [ARGUMENT...]\n")
        return 2
    try:
        os.execvpe(words[0], words, environment(dict(os.environ)))
    except OSError as problem:
        sys.stderr.write(f"purevirt exec: {words[0]}: {problem.strerror}\n")
        return 127 if isinstance(problem, FileNotFoundError) else 126
