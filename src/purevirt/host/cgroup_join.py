"""Moving this process into the control groups of another one."""

from __future__ import annotations

import os

from purevirt.errors import ErrorDomain, system_error


def join_cgroups_of(pid: int) -> None:
    """Into every group that `pid` is in, whichever hierarchies there are. Raises VirtError SYSTEM_ERROR."""
    me = str(os.getpid())
    for controllers, path in groups_of(pid):
        directory = mount_of(controllers)
        if directory is None:
            continue
        try:
            with open(f"{directory}{path}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(me)
        except OSError as e:
            raise system_error(e.errno or 0, f"Unable to join {directory}{path}", ErrorDomain.CGROUP) from e


def groups_of(pid: int) -> list[tuple[str, str]]:
    """(controllers, path) of each hierarchy; controllers is "" for the unified one. Raises VirtError SYSTEM_ERROR."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as e:
        raise system_error(e.errno or 0, f"Unable to open '/proc/{pid}/cgroup'", ErrorDomain.CGROUP) from e
    parts = [line.split(":", 2) for line in lines]
    return [(p[1], p[2]) for p in parts if len(p) == 3]


def mount_of(controllers: str) -> str | None:
    """Where the hierarchy of these controllers is mounted; None where it is not."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            kind, _, options = after.split()[:3]
            if kind == "cgroup2" and not controllers:
                return before.split()[4]
            if kind == "cgroup" and controllers and set(controllers.split(",")) <= set(options.split(",")):
                return before.split()[4]
    return None
