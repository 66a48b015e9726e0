"""On one host, one daemon after the other: ours takes over what libvirtd defined, saved and left running, and gives it back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from system import worlds
from system.transcript import DISTRIBUTION, GUEST, UUID, console, prepare

pytestmark = [
    pytest.mark.skipif(worlds.why_not() is not None, reason=str(worlds.why_not())),
    pytest.mark.skipif(not Path(worlds.LIBVIRTD).exists(), reason="no libvirtd (libvirt-daemon)"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]
THEIRS = [worlds.LIBVIRTD, "-p", "/run/libvirt/daemon.pid"]
OURS = [*worlds.OURS, "--system", "-p", "/run/libvirt/daemon.pid"]
FORMS = ((), ("--inactive",), ("--security-info",))


def said(place: worlds.World, *command: str) -> str:
    done = place.run("virsh", *command)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def answers(place: worlds.World) -> list[str]:
    """What any daemon must say of the two guests."""
    out = [said(place, "list", "--all"), said(place, "list", "--all", "--autostart", "--name")]
    out += [said(place, "dumpxml", name, *form) for name in ("g", "saved") for form in FORMS]
    out.append(said(place, "domstate", "g", "--reason"))
    return [*out, re.sub("CPU time: .*", "", said(place, "dominfo", "g")), said(place, "dominfo", "saved")]


def count(place: worlds.World) -> str:
    """How often the running guest was asked, as it counts in its memory."""
    [line] = [line for line in console(place, DISTRIBUTION, "g") if "up " in line]
    return line.split()[-2]


def test_there_and_back() -> None:
    with worlds.world() as place:
        for name in ("boot", "sanlock", "lxc", "dnsmasq"):
            (place.root / "lib" / name).mkdir()
        prepare(place)
        other = GUEST.replace("<name>g<", "<name>saved<").replace(UUID.format(0), UUID.format(3)).replace("11:22:33", "11:22:34")
        (place.root / "lib/saved.xml").write_text(other)
        with worlds.daemon(place, THEIRS):
            for command in ("define /var/lib/libvirt/saved.xml", "start saved", "managedsave saved", "autostart saved",
                            "define /var/lib/libvirt/g.xml", "start g"):  # fmt: skip
                said(place, *command.split())
            assert count(place) == "0001"
            before = answers(place)
        with worlds.daemon(place, OURS):
            assert answers(place) == before
            said(place, "suspend", "g")
            said(place, "resume", "g")
            assert count(place) == "0002"
            said(place, "destroy", "g")
            said(place, "start", "saved")
            assert said(place, "domstate", "saved", "--reason") == "running (restored)\n\n"
            said(place, "managedsave", "saved")
            said(place, "start", "g")
            assert count(place) == "0001"
        with worlds.daemon(place, THEIRS):
            assert "running" in said(place, "domstate", "g")
            assert count(place) == "0002"
            said(place, "destroy", "g")
            said(place, "start", "saved")
            assert said(place, "domstate", "saved", "--reason") == "running (restored)\n\n"
            said(place, "destroy", "saved")
