"""Embedded drivers in this process with real QEMU, and `virt-qemu-run` beside the distribution's for what it refuses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.errors import ErrorCode
from purevirt.types import constants as C

pytestmark = pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64")

GUEST = """<domain type='qemu'><name>embedded</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<console type='pty'/></devices></domain>"""
SECRET = "<secret private='yes'><usage type='ceph'><name>x</name></usage></secret>"


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that the emulator's user can reach; pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="purevirt-embed-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def test_a_guest_without_a_daemon(root: Path) -> None:
    events: list[tuple[int, ...]] = []
    with (
        purevirt.open(f"secret:///embed?root={root}") as secrets,
        purevirt.open(f"qemu:///embed?root={root}", deadline=60) as conn,
    ):
        secret = secrets.secret_define_xml(SECRET)
        secret.set_value(b"x")
        assert [s.get_usage_id() for s in conn.list_all_secrets(0)] == ["x"]
        with pytest.raises(purevirt.VirtError, match="secret is private"):
            conn.secret_lookup_by_uuid(secret.get_uuid()).get_value()
        conn.domain_event_register_any(None, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda event: events.append(event.args))
        dom = conn.domain_create_xml(GUEST, C.VIR_DOMAIN_START_AUTODESTROY)
        stream = conn.stream_new()
        dom.open_console(None, stream)
        with pytest.raises(purevirt.VirtError, match="Active console session"):
            dom.open_console(None, conn.stream_new())
        stream.abort()
        watched, ready = conn.stream_new(C.VIR_STREAM_NONBLOCK), []
        dom.open_console(None, watched)
        watched.event_add_callback(C.VIR_STREAM_EVENT_WRITABLE, lambda st, now: (ready.append(now), st.event_remove_callback()))
        while not ready:
            conn.process_events(20)
        assert ready == [C.VIR_STREAM_EVENT_WRITABLE]
        watched.abort()
        dom.suspend()
        while (C.VIR_DOMAIN_EVENT_SUSPENDED, 0) not in events:
            assert conn.process_events(20)
        with purevirt.open(f"qemu:///embed?root={root}") as second:
            assert [d.name for d in second.list_all_domains(0)] == ["embedded"]
        pid = int((root / "run/qemu/embedded.pid").read_text())
        assert (root / "run/qemu/driver.pid").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert {path.name for path in root.iterdir()} == {"cache", "etc", "lib", "log", "run"}


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("qemu:///embed", "invalid argument: Missing URI parameter 'root'"),
        ("qemu:///embed?root=x", "unsupported configuration: root path must be absolute"),
        ("secret:///embed?root=x", "unsupported configuration: root path must be absolute"),
        ("secret:///embed?root=", "unsupported configuration: root path must be absolute"),
    ],
)
def test_bad_roots(uri: str, text: str) -> None:
    with pytest.raises(purevirt.VirtError) as caught:
        purevirt.open(uri)
    assert caught.value.message == text


def test_a_root_is_one_processs(root: Path) -> None:
    script = "import sys, purevirt\nwith purevirt.open(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, f"secret:///embed?root={root}"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(purevirt.VirtError) as caught:
            purevirt.open(f"secret:///embed?root={root}")
        assert caught.value.code == ErrorCode.SYSTEM_ERROR
        assert caught.value.message.startswith(f"Failed to acquire pid file '{root}/run/secrets/driver.pid'")
        other.communicate("", timeout=20)


# --- virt-qemu-run ---------------------------------------------------------------------------------------------------------


def ours(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "purevirt.cli.main", "virt-qemu-run", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.skipif(shutil.which("virt-qemu-run") is None, reason="no virt-qemu-run (libvirt-daemon-driver-qemu)")
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b"],
        ["--help"],
        ["-x", "g"],
        ["/nonexistent.xml"],
        ["-s", "x", "GUEST"],
        ["-s", "/nonexistent,GUEST", "GUEST"],
        ["-s", "SECRET,/nonexistent", "GUEST"],
        ["-s", "GUEST,GUEST", "GUEST"],
        ["-r", "relative", "GUEST"],
        ["--root=relative", "GUEST"],
        ["NOTHING"],
    ],
    ids=" ".join,
)
def test_refusals_are_the_distributions(root: Path, arguments: list[str]) -> None:
    for name, text in (("GUEST", GUEST), ("SECRET", SECRET), ("NOTHING", "nothing")):
        (root / name).write_text(text)
    words = [word.replace("GUEST", f"{root}/GUEST").replace("SECRET", f"{root}/SECRET") for word in arguments]
    words = [word.replace("NOTHING", f"{root}/NOTHING") for word in words]
    theirs = subprocess.run(["virt-qemu-run", *words], capture_output=True, text=True, timeout=60, check=False, cwd=root)
    mine = subprocess.run(ours(*words), env=environment(), capture_output=True, text=True, timeout=60, check=False, cwd=root)
    logged = "\n".join(line for line in theirs.stderr.splitlines() if " info : " not in line and " error : " not in line)
    assert (mine.returncode, mine.stdout, mine.stderr.rstrip()) == (theirs.returncode, theirs.stdout, logged.rstrip())


@pytest.mark.parametrize("way", ["signal", "emulator ends"])
def test_a_run_ends_with_its_guest(root: Path, way: str) -> None:
    (root / "guest.xml").write_text(GUEST)
    with subprocess.Popen(
        ours("-v", "-r", str(root), str(root / "guest.xml")), env=environment(), stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stderr is not None
            for line in running.stderr:
                if "guest running" in line:
                    break
            pid = int((root / "run/qemu/embedded.pid").read_text())
            if way == "signal":
                running.send_signal(signal.SIGINT)
            else:
                os.kill(pid, signal.SIGKILL)
            rest = running.communicate(timeout=30)[1]
        finally:
            running.kill()
    assert running.returncode == 0
    assert ("destroying guest" in rest) == (way == "signal")
    assert "cleaned up, exiting" in rest
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
