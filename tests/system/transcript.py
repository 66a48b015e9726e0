"""The script that tests run against both daemons: one virsh command per step, what it said, made comparable."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff

from purevirt.testing.boot_image import write_boot_image
from system.worlds import World, end, inner_pid

UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa{}"
GUEST = f"""<domain type='qemu'>
  <name>g</name>
  <uuid>{UUID.format(0)}</uuid>
  <title>A guest</title>
  <description>used in tests</description>
  <memory unit='MiB'>64</memory>
  <currentMemory unit='MiB'>48</currentMemory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/></features>
  <on_poweroff>destroy</on_poweroff>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/images/boot.img'/>
      <target dev='hda' bus='ide'/>
    </disk>
    <interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>
    <serial type='pty'/>
    <console type='pty'/>
    <graphics type='vnc' port='-1' autoport='yes'/>
    <video><model type='vga'/></video>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='virtio'/>
  </devices>
</domain>
"""
SMALL = "<domain type='qemu'><name>x</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os></domain>"
BAD = {
    "malformed": "<domain type='qemu'><name>x</nam></domain>",
    "empty": "",
    "entities": "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>" + SMALL.replace("<name>x", "<name>&b;"),
    "other-root": "<network><name>x</name></network>",
    "nameless": SMALL.replace("<name>x</name>", ""),
    "unknown-machine": SMALL.replace("'x86_64'", "'x86_64' machine='nope-1.0'"),
    "unknown-arch": SMALL.replace("x86_64", "zz"),
    "unknown-type": SMALL.replace("type='qemu'", "type='zz'"),
    "invalid-uuid": SMALL.replace("<memory>", "<uuid>123</uuid><memory>"),
    "duplicate-uuid": SMALL.replace("<memory>", f"<uuid>{UUID.format(0)}</uuid><memory>"),
    "duplicate-name": SMALL.replace("<name>x", f"<uuid>{UUID.format(1)}</uuid><name>g"),
    "slash-in-name": SMALL.replace("<name>x", "<name>a/b"),
    "missing-emulator": SMALL.replace("</os>", "</os><devices><emulator>/usr/bin/no-such-qemu</emulator></devices>"),
    "no-vcpus": SMALL.replace("<memory>", "<vcpu>0</vcpu><memory>"),
    "unknown-unit": SMALL.replace("<memory>", "<memory unit='parsec'>"),
    "endless-memory": SMALL.replace("<memory>", "<memory>99999999999999999999"),
}
"""Documents that must be refused, by what is wrong."""
DOCUMENTS = {
    "g": GUEST,
    "unknown-element": GUEST.replace("<vcpu>", "<nonsense/><vcpu>"),
    "no-image": GUEST.replace("<name>g", "<name>n").replace(UUID.format(0), UUID.format(2)).replace("boot.img", "none.img"),
} | BAD

SCRIPT = """
uri
define DOC/g.xml
list --all
list --all --title
dominfo g
domstate g --reason
domid g
domuuid g
dumpxml g
dumpxml g --inactive --security-info
dumpxml g --migratable
dumpxml g --xpath //disk/target
start g --paused
domstate g --reason
resume g
list
dominfo g
domname 1
dumpxml g --update-cpu
dumpxml g --inactive
dumpxml g --migratable
KEYS domstats g
KEYS dommemstat g
domblklist g --details
domblkinfo g hda
domiflist g
vncdisplay g
domdisplay g
ttyconsole g
domcontrol g
vcpucount g
vcpupin g
emulatorpin g
iothreadinfo g
domjobinfo g
inject-nmi g
dommemstat g --period 5 --live
dommemstat g --period -5 --live
domblkstat g nope
domblkinfo g nope
guestinfo g
domhostname g
domfsfreeze g
CONSOLE g
suspend g
domstate g --reason
suspend g
resume g
resume g
domstate g --reason
setmem g 40960 --live
setmem g 99999999 --live
setmaxmem g 100000 --live
setmaxmem g 102400 --config
setvcpus g 1 --config
setvcpus g 9 --live
send-key g KEY_LEFTCTRL KEY_A
send-key g KEY_NONE
screenshot g /var/lib/libvirt/shot
managedsave g
domstate g --reason
list --all --managed-save
dominfo g
start g
domstate g --reason
CONSOLE g
save g /var/lib/libvirt/g.save
domstate g --reason
save-image-dumpxml /var/lib/libvirt/g.save
restore /var/lib/libvirt/g.save
restore /var/lib/libvirt/g.save
domstate g --reason
reset g
CONSOLE g
dump g /var/lib/libvirt/g.core --memory-only
domstate g --reason
qemu-monitor-command g --hmp info status
qemu-monitor-command g '{"execute":"query-status"}'
qemu-monitor-command g '{"execute":"nonsense"}'
autostart g
autostart --disable g
desc g --live
desc g --config hello
metadata g http://x/y
start g
undefine g
list --all --transient
shutdown g --mode acpi
GONE g
start g
create DOC/g.xml --paused
domstate g --reason
create DOC/g.xml
destroy g --graceful
destroy g
define DOC/g.xml
define DOC/unknown-element.xml
define DOC/unknown-element.xml --validate
define DOC/nonexistent.xml
BAD
define DOC/no-image.xml
start n
domstate n --reason
undefine n
domrename g h
domrename h h
domrename h g
start h
suspend g
resume g
shutdown g
managedsave g
save g /nonexistent/dir/x
restore /nonexistent
screenshot g
send-key g KEY_A
console g
ttyconsole g
autostart nobody
dumpxml nobody
domstats nobody
dominfo 7
list --uuid --all
list --state-shutoff --name
domblkstat g hda
domifstat g vnet0
vncdisplay g
start g --bogus
bogus
undefine g
EVENTS
"""


@dataclass(frozen=True, slots=True)
class Step:
    """`command` as the script has it, with a number where it is repeated; `lines` as printed, `code` first."""

    command: str
    lines: tuple[str, ...]


_VARYING: tuple[tuple[str, str], ...] = (
    (r"/dev/pts/\d+", "/dev/pts/N"),
    (r"(CPU time: +)[\d.]+s", r"\1Ts"),
    (r'"id":"libvirt-\d+"', '"id":"libvirt-N"'),
    (r"(?m)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "UUID"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"),
)
"""What differs between two runs of the same daemon: terminals, times, serial numbers."""


def normal(text: str) -> str:
    for pattern, replacement in _VARYING:
        text = re.sub(pattern, replacement, text)
    return text


def prepare(place: World) -> None:
    """The documents and the disk that the script names."""
    for name, text in DOCUMENTS.items():
        (place.root / "lib" / f"{name}.xml").write_text(text)
    write_boot_image(place.root / "lib/images/boot.img")


def commands() -> list[str]:
    """The script with BAD spelt out."""
    out: list[str] = []
    for line in SCRIPT.strip().splitlines():
        out += [f"define DOC/{name}.xml" for name in BAD] if line == "BAD" else [line]
    return out


Run = Callable[..., "subprocess.CompletedProcess[str]"]
DISTRIBUTION = ("virsh",)
OURS = (sys.executable, "-m", "purevirt.cli.virsh.main")


@contextmanager
def runner(place: World, virsh: Sequence[str]) -> Iterator[Run]:
    """How single commands are run: our virsh by forking a loaded one, which spares its start-up a hundred times."""
    if tuple(virsh) != OURS:
        yield lambda *words: place.run(*virsh, *words)
        return
    server = place.popen(
        [sys.executable, "-m", "system.virsh_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    sending, answers = server.stdin, server.stdout

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        sending.write(json.dumps(words) + "\n")
        sending.flush()
        readable, _, _ = select.select([answers], [], [], 60)
        assert readable, f"no answer to {words}"
        code, out, err = json.loads(answers.readline())
        return subprocess.CompletedProcess(words, code, out, err)

    try:
        yield run
    finally:
        end(server)
        sending.close()
        answers.close()


def record(place: World, virsh: Sequence[str]) -> list[Step]:
    """Run the script inside a world whose daemon serves."""
    prepare(place)
    with runner(place, virsh) as run:
        return _record(place, virsh, run)


def _record(place: World, virsh: Sequence[str], run: Run) -> list[Step]:
    steps: list[Step] = []
    seen: dict[str, int] = {}
    events = _start_events(place, virsh)
    try:
        for command in commands():
            seen[command] = seen.get(command, 0) + 1
            name = command if seen[command] == 1 else f"{command} ({seen[command]})"
            steps.append(Step(name, tuple(_perform(place, virsh, run, command, events))))
    finally:
        end(events)
        if events.stdout is not None:
            events.stdout.close()
    return steps


def _perform(place: World, virsh: Sequence[str], run: Run, command: str, events: subprocess.Popen[str]) -> list[str]:
    kind, _, rest = command.partition(" ")
    if kind == "CONSOLE":
        return console(place, virsh, rest)
    if kind == "EVENTS":
        return _end_events(events)
    if kind == "GONE":
        return _until_gone(place, rest)
    words = shlex.split((rest if kind == "KEYS" else command).replace("DOC/", "/var/lib/libvirt/"))
    done = run(*words)
    said = normal(done.stdout).splitlines()
    if kind == "KEYS":
        said = [re.split("[= ]", line.strip())[0] for line in said]
    return [f"exit {done.returncode}", *said, *(f"stderr: {line}" for line in normal(done.stderr).splitlines())]


def _until_gone(place: World, name: str) -> list[str]:
    """Until the guest has powered itself off: what a shutdown comes to."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done = place.run("virsh", "domstate", name)
        if done.returncode or "shut off" in done.stdout:
            return ["gone"]
        select.select([], [], [], 0.05)
    return ["still there"]


def _start_events(place: World, virsh: Sequence[str]) -> subprocess.Popen[str]:
    return place.popen(
        [*virsh, "event", "--all", "--loop"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _end_events(events: subprocess.Popen[str]) -> list[str]:
    """Once the script's last event has been told, Ctrl-C."""
    last, times = b"domain 'g': Undefined Removed", commands().count("undefine g")
    assert events.stdout is not None
    told = _until(events.stdout.fileno(), b"", lambda so_far: so_far.count(last) == times)
    pid = inner_pid(events)
    if pid is not None:
        os.kill(pid, signal.SIGINT)
    rest, _ = events.communicate(timeout=20)
    out = told.decode() + rest
    lines = normal(re.sub(r"\nevents received: .*", "", out)).splitlines()
    # How often QEMU resets itself or goes through memory is chance, and so is which figures a short job has.
    often = ("reboot", "migration-iteration")
    kept = [
        line
        for line in lines
        if not any(f"'{event}'" in line for event in often) and (line[:1] != "\t" or line.startswith("\toperation"))
    ]
    came = [f"{event} came: {event in out}" for event in often]
    return [*kept, *came, f"exit {events.returncode}"]


PROMPT = b"\r\n> "


def console(place: World, virsh: Sequence[str], name: str) -> list[str]:
    """On a terminal: to the guest's prompt, its command "u" (how long it is up), and out with ^].

    The guest counts these commands in its memory, so a line of the answer says whether it is the same guest going on.
    """
    master, slave = pty.openpty()
    process = place.popen([*virsh, "console", name], stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    seen = b""
    try:
        seen = _until(master, seen, lambda so_far: b"Escape character" in so_far)
        _until_raw(master, process)
        greeting = len(seen)
        while process.poll() is None and PROMPT not in seen[greeting:]:  # what comes before the guest listens is lost
            os.write(master, b"\r")
            if select.select([master], [], [], 0.2)[0]:
                seen += _read(master)
        os.write(master, b"u")
        seen = _until(master, seen, lambda so_far: b"up " in so_far and so_far.endswith(PROMPT))
        os.write(master, b"\x1d")
        seen = _until(master, seen, lambda _: False)
        code = process.wait(20)
    finally:
        end(process)
        os.close(master)
    text = re.sub("(UP\r?\n?)+", "", normal(seen.decode(errors="replace")))
    text = re.sub("(up [0-9A-F]{4}) [0-9A-F]{16}", r"\1 TICKS", text)
    return [f"exit {code}", *re.sub("(\r\n> )+", "\r\n> ", text).splitlines()]


def _until_raw(terminal: int, process: subprocess.Popen[str]) -> None:
    """Until the program has taken the terminal over; what is typed before is thrown away."""
    deadline = time.monotonic() + 20
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < deadline, "the terminal was not made raw"
        if process.poll() is not None:
            return
        select.select([], [], [], 0.01)


def _until(master: int, seen: bytes, enough: Callable[[bytes], bool]) -> bytes:
    """Read on until there is enough or the other end has closed."""
    deadline = time.monotonic() + 20
    while not enough(seen):
        readable, _, _ = select.select([master], [], [], max(0.0, deadline - time.monotonic()))
        assert readable, f"nothing more came behind {seen!r}"
        data = _read(master)
        if not data:
            return seen
        seen += data
    return seen


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:  # EIO: the last holder of the terminal has gone
        return b""


def differences(theirs: Sequence[Step], ours: Sequence[Step]) -> dict[str, list[str]]:
    """The steps that said different things, with the lines that only one of the two has."""
    assert [step.command for step in theirs] == [step.command for step in ours]
    out: dict[str, list[str]] = {}
    for a, b in zip(theirs, ours, strict=True):
        if a.lines != b.lines:
            lines = unified_diff(a.lines, b.lines, lineterm="", n=0)
            out[a.command] = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return out
