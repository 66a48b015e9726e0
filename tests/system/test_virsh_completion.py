"""virsh complete: what may stand next on a command line, as the distribution's virsh offers it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from purevirt.cli.virsh.completers import COMPLETERS
from purevirt.cli.virsh.main import PROGRAM, main

URI = "test:///default"
LINES = """
sta
list --
list --state-
dominfo t
dominfo --domain
dominfo --domain x
start --domain
domuuid --domain
domname --domain
vcpupin test --vcpu
vcpupin test --cpulist
setvcpu test --vcpulist
domblkstat test --device
domifstat test --interface
detach-interface test --mac
blockcommit test vda --base
migrate test --migrate-disks
migrate test --comp-methods
undefine test --storage
detach-device-alias test --alias
console test --devname
iothreadpin test --iothread
snapshot-info test --snapshotname
domfstrim test --mountpoint
shutdown test --mode
shutdown test --mode acpi,
send-process-signal test 1 --signame
set-lifecycle-action test --type
set-lifecycle-action test poweroff --action
dompmsuspend test --target
domhostname test --source
domifaddr test --source
domdirtyrate-calc test --mode
numatune test --mode
perf test --enable
perf test --disable cmt,mb
dump test x --format
send-key test --codeset
send-key test --codeset win32 --keycode VK_L
send-key test --keycode KEY_A
event --event
net-event --event
pool-event --event
nodedev-event --event
secret-event --event
net-info --network
net-name --network
net-update default --command
net-update default --section
pool-info --pool
pool-list --type
pool-list --type dir,fs,i
vol-info --pool default-pool --vol
vol-name --vol
vol-wipe x --algorithm
iface-dumpxml --interface
iface-name --interface
nodedev-dumpxml --device
nodedev-list --cap
nodedev-list --cap pci,sc
nodedev-detach x --driver
nodesuspend --target
freecell --cellno
allocpages --pagesize
domcapabilities --virttype
domcapabilities --arch
help --command sta
attach-interface test --source-mode
nonsense
domblkstat --bogus x
"""


@pytest.fixture(scope="module", autouse=True)
def _virsh() -> None:
    if shutil.which("virsh") is None:
        pytest.skip("no virsh (libvirt-clients)")


def offered(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line)


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_the_same_is_offered(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = line.split()
    if words[-1].startswith("--") and len(words) > 1 and words[-1] not in ("--", "--state-"):
        words.append("")  # the value is still to come
    theirs = subprocess.run(
        ["virsh", "-c", URI, "complete", "--", *words], capture_output=True, text=True, timeout=30, check=False
    )
    main(["-c", URI, "complete", "--", *words])
    ours = offered(capsys.readouterr().out)
    if "--keycode" in words:  # the distribution's table of keys is older, and names each key once
        assert set(offered(theirs.stdout)) <= set(ours)
    else:
        assert ours == offered(theirs.stdout)


def test_every_completer_that_the_table_names_is_there() -> None:
    rows = [row for name in PROGRAM.table.names() if (row := PROGRAM.table.find(name)) is not None]
    named = {option.complete.split()[0] for row in rows for option in row.options if option.complete}
    assert named == set(COMPLETERS)


def test_values_are_offered_where_nothing_is_typed_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """The original waits for a first letter there."""
    main(["-c", URI, "complete", "--", "dominfo", ""])
    assert offered(capsys.readouterr().out) == ["--domain", "test"]


def test_paths(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    for name in ("one.xml", "other.xml", "two.xml"):
        (folder / name).touch()
    main(["-c", URI, "complete", "--", "define", "--file", f"{folder}/o"])
    assert offered(capsys.readouterr().out) == [f"{folder}/one.xml", f"{folder}/other.xml"]


def test_an_object_that_is_not_there_offers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-c", URI, "complete", "--", "domblkstat", "nobody", "--device", ""]) == 1
    assert offered(capsys.readouterr().out) == []
