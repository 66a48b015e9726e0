"""Every method of python3-libvirt on the distribution's test driver and on ours over the wire: the same answers.

What may differ is listed with its reason, and a reason that no case needs any more fails the test. PUREVIRT_SWEEP=full
runs all scenes, flags and combinations (13,000 calls) instead of one scene of each kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from system.test_clients import SYSTEM_PYTHON
from system.test_daemon_basic import root

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason=f"no {SYSTEM_PYTHON}"),
]

SCRIPT = Path(__file__).with_name("sweep_test_driver.py")
FULL = os.environ.get("PUREVIRT_SWEEP") == "full"
NO_SUPPORT = 3

REASONS: dict[str, str] = {
    r"virConnect\.getFreePages\(": "upstream's function answers -1 without an error; ours answers",
    r"virDomain:\w+\.memoryPeek\(0,2,": "the client refuses a request too large for the protocol before the driver sees it",
    r"virDomain:\w+\.blockPeek\(0,0,2,": "the same",
    r"virDomain:\w+\.setInterfaceParameters\(0,1,": "upstream writes an empty <bandwidth>, which no parser keeps",
    r"virStoragePool:active\.createXML(From)?\(0,(0,)?3\)": "no RELAX NG validation: the base needs no validator",
    r"virConnect\.nodeDeviceCreateXML\(0,1\)": "the same",
    r"virConnect\.baselineCPU\(": "the processors' features are not known here",
    r"virNetwork:\w+\.update\(": "some arguments crash upstream's in process",
    r"virConnect\.setIdentity\(": "a daemon takes identities for itself",
}
"""Cases (as regular expressions) that differ, and why. Besides these: what upstream's driver lacks and ours serves."""


def sweep(python: str, uri: str, directory: Path) -> dict[str, Any]:
    """The script's lines by case."""
    command = [python, str(SCRIPT), uri, "--wide" if FULL else "--brief"]
    environment = {**os.environ, "SWEEP_DIR": str(directory)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {case: rest for case, *rest in lines}


def served_by_ours_alone(theirs: Any, ours: Any) -> bool:
    """Upstream's driver does not have the call, ours does."""
    return bool(theirs[0][:2] == ["error", NO_SUPPORT] and ours[0][:2] != ["error", NO_SUPPORT])


def test_over_the_wire(root: Path, tmp_path: Path) -> None:
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    theirs = sweep(SYSTEM_PYTHON, "test:///default", tmp_path)
    ours = sweep(SYSTEM_PYTHON, f"test+unix:///default?socket={root}/run/libvirt/libvirt-sock", tmp_path)
    assert theirs.keys() == ours.keys()
    assert len(theirs) > 1000
    differing = [case for case in theirs if theirs[case] != ours[case] and not served_by_ours_alone(theirs[case], ours[case])]
    unexplained = [case for case in differing if not any(re.match(pattern, case) for pattern in REASONS)]
    assert not unexplained, "\n".join(f"{case}\n  {theirs[case]}\n  {ours[case]}" for case in unexplained[:20])
    if FULL:
        idle = [pattern for pattern in REASONS if not any(re.match(pattern, case) for case in differing)]
        assert not idle
    assert not [case for case in ours if ours[case][0][0] in ("died", "scene") and theirs[case][0][0] == "ok"]
