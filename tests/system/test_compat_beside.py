"""The same scripts with our `libvirt` and with Debian's python3-libvirt print the same, in process and over a socket."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from system.peers import libvirtd

SCRIPTS = Path(__file__).parent / "scripts"
SYSTEM_PYTHON = "/usr/bin/python3"
PACKAGE = Path(purevirt.__file__).parent


LOOPS = ["compat_events.py", "compat_asyncio.py", "compat_own_loop.py", "aio_watch.py"]


def _has_binding() -> bool:
    probe = subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30)
    return probe.returncode == 0


pytestmark = pytest.mark.skipif(
    not os.access(SYSTEM_PYTHON, os.X_OK) or not _has_binding(), reason="no python3-libvirt for /usr/bin/python3"
)


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    with libvirtd() as path:
        yield path


def run(python: str, script: str, *arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit code and the lines of both outputs; of a traceback on stderr only the last line."""
    environment = {**os.environ}
    if python != SYSTEM_PYTHON:
        environment["PYTHONPATH"] = f"{PACKAGE}/compat/shim{os.pathsep}{PACKAGE.parent}"
    else:
        environment.pop("PYTHONPATH", None)
    command = [python, str(SCRIPTS / script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    errors = re.sub(r"Traceback \(most recent call last\):\n(?: .*\n)*", "", done.stderr)
    return done.returncode, done.stdout.splitlines(), errors.splitlines()


def alike(script: str, *arguments: str) -> list[str]:
    theirs, ours = run(SYSTEM_PYTHON, script, *arguments), run(sys.executable, script, *arguments)
    assert theirs[0] == 0, theirs[2]
    assert ours == theirs
    return ours[1]


@pytest.mark.parametrize("script", LOOPS)
def test_event_loops_in_process(script: str) -> None:
    assert len(alike(script, "test:///default")) >= 3


@pytest.mark.parametrize("script", LOOPS)
def test_event_loops_over_a_socket(script: str, daemon: str) -> None:
    assert len(alike(script, f"test+unix:///default?socket={daemon}")) >= 3


def test_every_method_over_a_socket(daemon: str) -> None:
    """350 calls with plausible and wrong arguments: results, errors with all nine fields, bad arguments."""
    assert len(alike("compat_sweep.py", f"test+unix:///default?socket={daemon}")) > 300


@pytest.mark.parametrize("script", ["compat_streams.py", "aio_download.py"])
def test_streams_over_a_socket(script: str, daemon: str) -> None:
    directory = Path(daemon).parent / script
    directory.mkdir()
    if os.geteuid() == 0:
        os.chown(directory, 65534, 65534)
    alike(script, f"qemu+unix:///session?socket={daemon}", str(directory))
