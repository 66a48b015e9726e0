"""Every method of python3-libvirt on the distribution's test driver and on ours: the same answers.

Ours in this process, where what the C library itself looks at before any driver is ours too, and the events of each call
are compared; and over the wire. What may
differ is listed with its reason, and a reason that no case needs any more fails the test. By default a part of the calls
is made; PUREVIRT_SWEEP=full (`make sweep`) makes all 13,000, PUREVIRT_SWEEP_SEED=… draws others.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import purevirt
from system.test_clients import SYSTEM_PYTHON
from system.test_daemon_basic import root

__all__ = ["root"]

PACKAGE = Path(purevirt.__file__).parent
SCRIPT = Path(__file__).with_name("sweep_test_driver.py")
FULL = os.environ.get("PUREVIRT_SWEEP") == "full"
SEED = os.environ.get("PUREVIRT_SWEEP_SEED", "1")
NO_SUPPORT = 3

REASONS: dict[str, str] = {
    r"virConnect\.getFreePages\(": "upstream's function answers -1 without an error; ours answers",
    r"virDomain:\w+\.setInterfaceParameters\(0,1,": "upstream writes an empty <bandwidth>, which no parser keeps",
    r"virConnect\.nodeDeviceCreateXML\(0,1\)": "what does not validate is refused in libxml2's words, which ours are not always",
    r"virStoragePool:active\.createXML(From)?\(0,(0,)?3\)": "the same",
    r"virDomain:\w+\.(migrateGetMaxDowntime|migrateGetCompressionCache|guestVcpus)\(": (
        "served by ours alone; the binding answers None for upstream's error"
    ),
}
"""Cases (as regular expressions) that differ, and why. Besides these: what upstream's driver lacks and ours serves."""

WIRE_REASONS = {
    r"virDomain:\w+\.memoryPeek\(0,2,": "the client refuses a request too large for the protocol before the driver sees it",
}
LOCAL_REASONS = {
    r"virDomain:saved\.ID\(": "upstream's driver takes the number out of the caller's own object, as no daemon can",
}


def _has_binding() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return not subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode


pytestmark = pytest.mark.skipif(not _has_binding(), reason=f"no python3-libvirt for {SYSTEM_PYTHON}")


def sweep(python: str, uri: str, directory: Path, *options: str, path: str = "") -> dict[str, Any]:
    """The script's lines by case."""
    command = [python, str(SCRIPT), uri, *options]
    environment = {**os.environ, "SWEEP_DIR": str(directory), "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, cwd=directory, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {case: rest for case, *rest in lines}


def served_by_ours_alone(theirs: Any, ours: Any) -> bool:
    """Upstream's driver does not have the call, ours does."""
    return bool(theirs[0][:2] == ["error", NO_SUPPORT] and ours[0][:2] != ["error", NO_SUPPORT])


def compare(theirs: dict[str, Any], ours: dict[str, Any], reasons: dict[str, str], *, whole: bool = True) -> None:
    assert theirs.keys() == ours.keys()
    differing = [case for case in theirs if theirs[case] != ours[case] and not served_by_ours_alone(theirs[case], ours[case])]
    unexplained = [case for case in differing if not any(re.match(pattern, case) for pattern in reasons)]
    assert not unexplained, "\n".join(f"{case}\n  {theirs[case]}\n  {ours[case]}" for case in unexplained[:20])
    if FULL and whole:
        idle = [pattern for pattern in reasons if not any(re.match(pattern, case) for case in differing)]
        assert not idle
    assert not [case for case in ours if ours[case][0][0] in ("died", "scene") and theirs[case][0][0] == "ok"]


@pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root")
def test_over_the_wire(root: Path, tmp_path: Path) -> None:
    options = () if FULL else ("--brief", f"--sample=200:{SEED}")
    theirs = sweep(SYSTEM_PYTHON, "test:///default", tmp_path, *options)
    ours = sweep(SYSTEM_PYTHON, f"test+unix:///default?socket={root}/run/libvirt/libvirt-sock", tmp_path, *options)
    assert len(theirs) > 150
    compare(theirs, ours, REASONS | WIRE_REASONS)


@pytest.mark.parametrize("more", [["--events"], ["--readonly"]], ids=["read-write", "read-only"])
def test_in_process(more: list[str], tmp_path: Path) -> None:
    share = 25 if "--events" in more else 100
    options = more if FULL else [*more, f"--sample={share}:{SEED}"]
    theirs = sweep(SYSTEM_PYTHON, "test:///default", tmp_path, *options)
    ours = sweep(
        sys.executable, "test:///default", tmp_path, "--warm", *options,
        path=f"{PACKAGE}/compat/shim{os.pathsep}{PACKAGE.parent}",
    )  # fmt: skip
    assert len(theirs) > 200
    compare(theirs, ours, REASONS | LOCAL_REASONS, whole="--readonly" not in more)
