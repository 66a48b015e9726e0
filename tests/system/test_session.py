"""qemu:///session of an unprivileged user: the client starts the user's daemon, ours or the distribution's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import purevirt

SOURCE = str(Path(purevirt.__file__).resolve().parents[1])
NOBODY = 65534
LIBVIRTD = "/usr/sbin/libvirtd"


class User:
    """Somebody with a home of their own: nobody when we are root, else we ourselves."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.runtime = home / "run"
        self.runtime.mkdir(mode=0o700)
        self.options: dict[str, object] = {}
        if os.geteuid() == 0:
            os.chown(home, NOBODY, NOBODY)
            os.chown(self.runtime, NOBODY, NOBODY)
            self.options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.environment = {
            "HOME": str(home), "XDG_RUNTIME_DIR": str(self.runtime), "PATH": os.environ["PATH"], "PYTHONPATH": SOURCE,
            "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.python = next((p for p in (sys.executable, "/usr/bin/python3") if self._can_run(p)), None)

    def _can_run(self, python: str) -> bool:
        try:
            return self.run([python, "-c", "import purevirt.daemon.main"]).returncode == 0
        except OSError:
            return False

    def popen(self, command: Sequence[str], **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command, env=self.environment | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd="/", **self.options,
        )  # fmt: skip

    def run(self, command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
        process = self.popen(command, **environment)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    @property
    def virsh(self) -> list[str]:
        assert self.python is not None
        return [self.python, "-m", "purevirt.cli.virsh.main"]

    @property
    def daemon_pid(self) -> int:
        return int((self.runtime / "libvirt/libvirtd.pid").read_text())

    def stop_daemon(self) -> None:
        """End the daemon that was started, if any, and see it gone."""
        try:
            pidfd = os.pidfd_open(self.daemon_pid)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return
        signal.pidfd_send_signal(pidfd, signal.SIGTERM)
        import select

        gone = select.select([pidfd], [], [], 20)[0]
        os.close(pidfd)
        assert gone, "the session daemon did not end"


@pytest.fixture
def user() -> Iterator[User]:
    with tempfile.TemporaryDirectory(prefix="purevirt-user-") as directory:
        Path(directory).chmod(0o755)
        one = User(Path(directory))
        if one.python is None:
            pytest.skip("no Python that an unprivileged user could run with these sources")
        yield one
        one.stop_daemon()


def test_the_first_client_starts_the_daemon(user: User) -> None:
    listed = user.run([*user.virsh, "-c", "qemu:///session", "list", "--all"])
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, " Id   Name   State\n--------------------\n\n", "")
    first = user.daemon_pid
    assert user.run([*user.virsh, "-c", "qemu:///session", "uri"]).stdout == "qemu:///session\n\n"
    assert user.run([*user.virsh, "uri"]).stdout == "qemu:///session\n\n"  # what a user gets who names nothing
    assert user.daemon_pid == first
    arguments = Path(f"/proc/{first}/cmdline").read_bytes().split(b"\0")
    assert b"--timeout=120" in arguments
    if shutil.which("virsh"):
        assert user.run(["virsh", "-c", "qemu:///session", "uri"], LIBVIRT_AUTOSTART="0").stdout == "qemu:///session\n\n"
    refused = user.run([*user.virsh, "-c", f"qemu+unix:///system?socket={user.runtime}/libvirt/libvirt-sock", "list"])
    assert "error: internal error: unexpected QEMU URI path '/system', try qemu:///session\n" in refused.stderr


def test_many_clients_start_one_daemon(user: User) -> None:
    clients = [user.popen([*user.virsh, "-c", "qemu:///session", "hostname"]) for _ in range(4)]
    said = [client.communicate(timeout=60) for client in clients]
    assert [client.returncode for client in clients] == [0] * 4, said
    assert len({out for out, _ in said}) == 1


def test_autostart_can_be_turned_off(user: User) -> None:
    ours = user.run([*user.virsh, "-c", "qemu:///session", "list"], LIBVIRT_AUTOSTART="0")
    text = f"Failed to connect socket to '{user.runtime}/libvirt/libvirt-sock': No such file or directory"
    assert (ours.returncode, ours.stderr) == (1, f"error: failed to connect to the hypervisor\nerror: {text}\n")
    if shutil.which("virsh"):
        theirs = user.run(["virsh", "-c", "qemu:///session", "list"], LIBVIRT_AUTOSTART="0")
        assert theirs.stderr == ours.stderr


def test_a_daemon_that_cannot_start(user: User) -> None:
    config = user.home / ".config/libvirt"
    config.mkdir(parents=True)
    (config / "libvirtd.conf").write_text("max_clients = nonsense\n")
    for directory in (config, config.parent):
        os.chown(directory, *(([NOBODY, NOBODY]) if os.geteuid() == 0 else (os.geteuid(), os.getegid())))
    failed = user.run([*user.virsh, "-c", "qemu:///session", "list"])
    assert failed.returncode == 1
    assert "unable to start the session daemon" in failed.stderr
    assert "libvirtd.conf" in failed.stderr
    missing = user.run([*user.virsh, "-c", "qemu:///session", "list"], LIBVIRTD_PATH="/nonexistent/libvirtd")
    assert "No such file or directory: '/nonexistent/libvirtd'" in missing.stderr


@pytest.mark.skipif(not os.access(LIBVIRTD, os.X_OK), reason="no libvirtd (libvirt-daemon)")
def test_the_distributions_daemon_is_started_the_same_way(user: User) -> None:
    said = user.run([*user.virsh, "-c", "qemu:///session", "uri"], LIBVIRTD_PATH=LIBVIRTD)
    assert (said.stdout, said.stderr) == ("qemu:///session\n\n", "")
    assert Path(f"/proc/{user.daemon_pid}/cmdline").read_bytes().split(b"\0")[0] == LIBVIRTD.encode()
