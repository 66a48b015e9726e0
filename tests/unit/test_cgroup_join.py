"""Joining another process's control groups, with the real ones of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from purevirt.errors import VirtError
from purevirt.host.cgroup_join import groups_of, join_cgroups_of, mount_of

JOIN = "import os, sys; from purevirt.host.cgroup_join import *; join_cgroups_of(int(sys.argv[1])); print(groups_of(os.getpid()))"


def test_groups_are_those_of_proc() -> None:
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    assert [":".join(pair) for pair in groups_of(os.getpid())] == [line.split(":", 1)[1] for line in lines]


def test_a_process_that_is_not_there() -> None:
    with pytest.raises(VirtError, match=r"Unable to open '/proc/.*: No such file or directory"):
        join_cgroups_of(2**22 + 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="making a control group needs root")
def test_joining_another_process() -> None:
    hierarchies = [(c, mount_of(c), p) for c, p in groups_of(os.getpid())]
    mount, path = next(((m, p) for _, m, p in hierarchies if m is not None and os.access(m, os.W_OK)), (None, ""))
    if mount is None:
        pytest.skip("no writable control group hierarchy")
    group = Path(f"{mount}{path}") / f"purevirt-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as e:
        pytest.skip(f"no control group can be made here: {e}")
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        (group / "cgroup.procs").write_text(str(sleeper.pid))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", JOIN, str(sleeper.pid)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
        assert group.name in done.stdout
    except OSError as e:
        pytest.skip(f"no process can be put into a control group here: {e}")
    finally:
        sleeper.kill()
        sleeper.wait(10)
        group.rmdir()
