"""`python -m benchmarks [SECTION ...] [--json FILE]`: every section against both daemons in turns, then the table of ratios.

A value is the median of many samples, and the better of the medians of two rounds.

Needs root, the distribution's libvirtd, and python3-libvirt for /usr/bin/python3. A row that misses its bar says MISS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import ways
from benchmarks.bars import CLIENTS, SECTIONS, Bar
from benchmarks.world import PIDFILE, World

HERE = Path(__file__).resolve().parent
PEER = f"/usr/sbin/virtlogd -d -p /run/libvirt/virtlogd.pid 2>/dev/null; /usr/sbin/libvirtd -d -p {PIDFILE}"
OURS = f"{sys.executable} -m purevirt.daemon.main --system --daemon --pid-file {PIDFILE}"
LISTENING = PEER.replace("libvirtd -d", "libvirtd -d --listen")
URI = "qemu:///system"


def shown(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value * 1e6:.0f} µs" if value < 1e-3 else f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:,.1f} {unit}"


def row(bar: Bar, ours: float | None, peer: float | None) -> str:
    left, right = ("-" if v is None else shown(v, bar.unit) for v in (ours, peer))
    if ours is None or (peer is None and bar.most is None):
        return f"{bar.metric:18} {left:>14} {right:>14}"
    ratio = ours / peer if peer is not None else None
    limit = "" if bar.worst is None else f"{'≥' if bar.higher else '≤'} {bar.worst}"
    if bar.most is not None:
        limit = f"≤ {shown(bar.most, bar.unit)}"
    verdict = "ok" if bar.passes(ours, ratio) else "MISS"
    said = "-" if ratio is None else f"{ratio:.2f}"
    return f"{bar.metric:18} {left:>14} {right:>14} {said:>7} {limit:>7} {verdict:5} {bar.what}"


def measure(world: World, section: str, image: str) -> dict[str, float]:
    command = ["/usr/bin/python3", str(HERE / "measure.py"), section, URI, image, PIDFILE, world.start_command]
    try:
        found: dict[str, float] = json.loads(world.run(command).splitlines()[-1])
    except (RuntimeError, ValueError, IndexError) as error:
        print(f"# {section}: {error}", file=sys.stderr)
        return {}
    return found


def measure_client(world: World, place: Path, python: str, kind: str) -> dict[str, float]:
    """One of the two clients in libvirtd's world; keys and certificates are in `place`."""
    with tempfile.TemporaryDirectory(prefix="purevirt-bench-client-") as directory:
        os.chmod(directory, 0o755)
        source = str(HERE.parent / "src")
        command = ["env", f"PYTHONPATH={source}", python, str(HERE / "client.py"), kind, directory]
        command += [ways.tls_uri(place), ways.ssh_uri(place)]
        try:
            found: dict[str, float] = json.loads(world.run(command).splitlines()[-1])
        except (RuntimeError, ValueError, IndexError) as error:
            print(f"# client: {error}", file=sys.stderr)
            return {}
    return found


Side = Callable[[], dict[str, float]]
ROUNDS = 2


def in_turns(section: str, ours: Side, theirs: Side) -> tuple[dict[str, float], dict[str, float]]:
    """Both sides in turns, each metric at its best: what else the machine does hits either the same."""
    runs = [(ours(), theirs()) for _ in range(ROUNDS)]
    best: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for bar in SECTIONS[section]:
        for side in (0, 1):
            found = [run[side][bar.metric] for run in runs if bar.metric in run[side]]
            if found:
                best[side][bar.metric] = (max if bar.higher else min)(found)
    return best


def measure_clients(section: str) -> tuple[dict[str, float], dict[str, float]]:
    """Both clients against one libvirtd."""
    with tempfile.TemporaryDirectory(prefix="purevirt-bench-ways-") as directory:
        place = Path(directory)
        place.chmod(0o755)
        ways.make_certificates(place)
        serve = ways.prepare_ssh(place)
        with World(LISTENING, ways.daemon_settings(place)) as world:
            world.run(serve)
            return in_turns(
                section,
                lambda: measure_client(world, place, sys.executable, "ours"),
                lambda: measure_client(world, place, "/usr/bin/python3", "c"),
            )


PEER_CALLS = {"parse_60": "define_60", "format_60": "dumpxml_60"}
"""What a document's reading and writing is compared with: the daemon's call that does it, over its socket."""


def documents() -> dict[str, float]:
    """Our own half of the section: without a daemon, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.documents"], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> int:
    if os.geteuid() != 0 or shutil.which("libvirtd", path="/usr/sbin:/usr/bin") is None:
        print("benchmarks need root and the distribution's libvirtd (apt install libvirt-daemon-system python3-libvirt)")
        return 2
    report = arguments[arguments.index("--json") + 1] if "--json" in arguments else None
    sections = [a for a in arguments if a in SECTIONS] or list(SECTIONS)
    with tempfile.TemporaryDirectory(prefix="purevirt-bench-image-") as directory, World(OURS) as ours, World(PEER) as peer:
        os.chmod(directory, 0o755)
        image = boot_image(Path(directory))
        results: dict[str, dict[str, float | None]] = {}
        print(f"{'metric':18} {'purevirt':>14} {'libvirtd':>14}   ratio     bar")
        for section in sections:
            if section in CLIENTS:
                mine, theirs = measure_clients(section)
            elif section == "documents":
                mine, calls = documents(), measure(peer, "define", image)
                theirs = {name: calls[call] for name, call in PEER_CALLS.items() if call in calls}
            else:
                mine, theirs = in_turns(section, partial(measure, ours, section, image), partial(measure, peer, section, image))
            for bar in SECTIONS[section]:
                results[bar.metric] = {"ours": mine.get(bar.metric), "peer": theirs.get(bar.metric)}
                print(row(bar, mine.get(bar.metric), theirs.get(bar.metric)), flush=True)
    if report is not None:
        Path(report).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def boot_image(directory: Path) -> str:
    """The project's own bootable image, readable by the guest's user."""
    from purevirt.testing.boot_image import write_boot_image

    path = directory / "boot.img"
    write_boot_image(path)
    path.chmod(0o666)
    return str(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
