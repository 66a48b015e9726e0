"""purevirtd's command line, pid file, background mode, timeout, signals, socket activation and limits, by running it."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.daemon.main import parse_options
from purevirt.errors import ErrorCode, VirtError
from system.served import launch, served


@pytest.fixture
def root() -> Iterator[Path]:
    """A short path: a socket's is at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="purevirt-options-") as directory:
        yield Path(directory)


def hostname(uri: str) -> str:
    with purevirt.open(uri, deadline=20) as conn:
        return conn.get_hostname()


def until(condition: object) -> bool:
    """Whether it comes true within 10 seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        select.select([], [], [], 0.01)
    return False


# -- the command line


def test_options_are_spelt_as_libvirtds() -> None:
    options = parse_options(["-dvl", "-p/x/pid", "-t", "30", "--config=/x/conf", "--session"])
    assert (options.daemon, options.verbose, options.listen, options.session) == (True, True, True, True)
    assert (options.pid_file, options.timeout_s, options.config) == (Path("/x/pid"), 30, Path("/x/conf"))
    assert parse_options(["-dt30"]).timeout_s == 30
    assert parse_options(["--pid-file", "-x"]).pid_file == Path("-x").absolute()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--bogus"], "unknown option '--bogus'"),
        (["-z"], "unknown option '-z'"),
        (["-dz"], "unknown option '-z'"),
        (["nonsense"], "unknown option 'nonsense'"),
        (["--timeout"], "option --timeout needs a value"),
        (["-t"], "option --timeout needs a value"),
        (["--timeout", "0"], "invalid value for --timeout: '0'"),
        (["-tx"], "invalid value for --timeout: 'x'"),
    ],
)
def test_wrong_options(words: list[str], complaint: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "purevirt.daemon.main", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"purevirtd: {complaint}\nUsage: purevirtd")


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ("max_clients = many", ": expecting a value"),
        ('max_clients = "5"', "max_clients: invalid type: expected type long"),
        ('log_outputs = "9:file:/x"', "Invalid log priority '9' for log output '9:file:/x'"),
        ('log_filters = "1"', "Malformed format for filter '1'"),
        ('unix_sock_rw_perms = "rwx"', "Failed to parse mode 'rwx'"),
        ('auth_unix_rw = "sasl and more"', "unsupported auth sasl and more"),
        ("keepalive_interval = [", "list is not closed with ']'"),
    ],
)
def test_wrong_configurations(root: Path, config: str, complaint: str) -> None:
    (root / "etc/libvirt").mkdir(parents=True)
    (root / "etc/libvirt/libvirtd.conf").write_text(config + "\n")
    with (root / "err").open("w") as err:
        assert launch(["--session", "--root", str(root)], {}, err.fileno()).wait(30) == 1
    assert complaint in (root / "err").read_text()


# -- pid file and sockets


def test_pid_file_and_a_second_daemon(root: Path) -> None:
    with served(root) as first:
        pid_file = root / "run/libvirt/libvirtd.pid"
        assert pid_file.read_text() == str(first.process.pid)
        for options, complaint in (
            ([], f"Failed to acquire pid file '{pid_file}': Resource temporarily unavailable"),
            (["--pid-file", str(root / "other.pid")], f"Failed to bind socket to '{first.socket}': Address already in use"),
        ):
            with (root / "second").open("w+") as err:
                assert launch(["--session", "--root", str(root), *options], {}, err.fileno()).wait(30) == 1
                err.seek(0)
                assert complaint in err.read()
            assert hostname(first.uri) == socket.gethostname()
        assert not (root / "other.pid").exists()
        assert first.stop() == 0
    assert not pid_file.exists()
    assert not list((root / "run/libvirt").glob("*-sock*"))


def test_stale_sockets_and_pid_file_are_replaced(root: Path) -> None:
    with served(root) as killed:
        killed.stop(signal.SIGKILL)
        assert killed.socket.exists()
    with served(root) as again:
        assert hostname(again.uri) == socket.gethostname()


def test_sockets_of_a_session_are_its_users(root: Path) -> None:
    with served(root) as daemon:
        assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in daemon.socket.parent.glob("*-sock*")} == {
            "libvirt-sock": 0o700, "libvirt-admin-sock": 0o700
        }  # fmt: skip


def test_background(root: Path) -> None:
    """--daemon comes back when the daemon serves, with its end of the bargain: own session, /, no descriptors of ours."""
    with (root / "err").open("w") as err:
        pid_file = root / "pid"
        options = ["--session", "--root", str(root), "-d", "-p", str(pid_file)]
        assert launch(options, {}, err.fileno()).wait(30) == 0
    pid = int(pid_file.read_text())
    try:
        assert hostname(f"qemu+unix:///session?socket={root}/run/libvirt/libvirt-sock") == socket.gethostname()
        assert os.getsid(pid) != os.getsid(0)
        assert os.readlink(f"/proc/{pid}/cwd") == "/"
        assert {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in (0, 1, 2)} == {"/dev/null"}
    finally:
        os.kill(pid, signal.SIGTERM)
    assert until(lambda: not pid_file.exists())
    assert (root / "err").read_text() == ""


def test_a_background_daemon_that_fails_says_why(root: Path) -> None:
    with served(root), (root / "err").open("w+") as err:
        assert launch(["--session", "--root", str(root), "--daemon"], {}, err.fileno()).wait(30) == 1
        err.seek(0)
        assert "Failed to acquire pid file" in err.read()


def test_timeout_counts_from_the_last_client(root: Path) -> None:
    with served(root, "--timeout", "1") as daemon:
        with purevirt.open(daemon.uri, deadline=20) as conn:
            with pytest.raises(subprocess.TimeoutExpired):
                daemon.process.wait(1.3)
            assert conn.get_hostname()
        assert daemon.process.wait(10) == 0


def test_version(root: Path) -> None:
    with (root / "out").open("w+") as out:
        assert launch(["-V"], {}, out.fileno()).wait(30) == 0
        out.seek(0)
        assert out.read() == "purevirtd (libvirt) 9.0.0\n"


# -- systemd


def test_socket_activation(root: Path) -> None:
    """Descriptors from 3 on, by name; the daemon makes no sockets of its own and leaves those it got in place."""
    listening = []
    for name in ("libvirtd.socket", "libvirtd-admin.socket"):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(root / name))
        sock.listen()
        listening.append(sock)
    script = (
        "import os, sys; os.environ['LISTEN_PID'] = str(os.getpid());"
        "fds = [os.dup(int(fd)) for fd in sys.argv[1:3]];"
        "[os.dup2(fd, 3 + at) for at, fd in enumerate(fds)];"
        "from purevirt.daemon.main import main; sys.exit(main(sys.argv[3:]))"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind(str(root / "notify"))
        fds = [sock.fileno() for sock in listening]
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, fds), "--session", "--root", str(root)],
            pass_fds=fds,
            env={
                **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NOTIFY_SOCKET": str(root / "notify"),
                "LISTEN_FDS": "2", "LISTEN_FDNAMES": "libvirtd.socket:libvirtd-admin.socket",
            },
        )  # fmt: skip
        try:
            ready.settimeout(30)
            assert ready.recv(100) == b"READY=1"
            assert hostname(f"qemu+unix:///session?socket={root}/libvirtd.socket") == socket.gethostname()
            with purevirt.open_admin(f"libvirtd:///session?socket={root}/libvirtd-admin.socket", deadline=20) as admin:
                assert [server.get_name() for server in admin.list_servers()] == ["libvirtd", "admin"]
            assert not list((root / "run").rglob("*-sock"))
            process.terminate()
            assert ready.recv(100) == b"STOPPING=1"
            assert process.wait(20) == 0
            assert (root / "libvirtd.socket").exists()
        finally:
            process.kill()
            process.wait(20)
            for sock in listening:
                sock.close()


# -- signals


def test_sighup_reads_the_log_settings_again(root: Path) -> None:
    with served(root, config='log_filters = "1:daemon"\n') as daemon:
        assert hostname(daemon.uri)
        log = root / "new.log"
        (root / "etc/libvirt/libvirtd.conf").write_text(f'log_level = 1\nlog_outputs = "1:file:{log}"\n')
        daemon.process.send_signal(signal.SIGHUP)
        assert until(log.exists)
        with purevirt.open_admin(f"libvirtd:///session?socket={root}/run/libvirt/libvirt-admin-sock", deadline=20) as admin:
            assert until(lambda: admin.get_logging_outputs().text == f"1:file:{log}")
            assert not admin.get_logging_filters().text
        (root / "etc/libvirt/libvirtd.conf").write_text("log_level = nonsense\n")
        daemon.process.send_signal(signal.SIGHUP)
        assert until(lambda: "the configuration was not read again" in log.read_text())
        assert hostname(daemon.uri)
        assert daemon.stop() == 0


# -- limits


def test_more_clients_than_max_clients_wait_outside(root: Path) -> None:
    with served(root, config="max_clients = 3\nmax_anonymous_clients = 3\n") as daemon:
        uri = daemon.uri
        inside = [purevirt.open(uri, deadline=20) for _ in range(3)]
        with pytest.raises(VirtError) as caught:
            purevirt.open(uri, deadline=0.3)
        assert caught.value.code == ErrorCode.OPERATION_TIMEOUT
        assert [conn.get_hostname() for conn in inside] == [socket.gethostname()] * 3
        inside.pop().close()
        assert hostname(uri) == socket.gethostname()
        for conn in inside:
            conn.close()


def test_no_descriptors_left(root: Path) -> None:
    """Connections beyond what the process may open wait; the daemon neither spins nor ends, and takes them up later."""
    with served(root, descriptors=64) as daemon, purevirt.open(daemon.uri, deadline=20) as conn:
        crowd = [daemon.connect() for _ in range(100)]
        assert until(lambda: "Too many open files" in daemon.log)
        before, lines = daemon.cpu_s, daemon.log.count("\n")
        select.select([], [], [], 0.5)
        assert daemon.cpu_s - before < 0.1
        assert daemon.log.count("\n") - lines <= 2
        assert conn.get_hostname() == socket.gethostname()
        for sock in crowd:
            sock.close()
        assert hostname(daemon.uri) == socket.gethostname()


def test_the_soft_limit_of_descriptors_is_raised(root: Path) -> None:
    with served(root) as daemon:
        limits = Path(f"/proc/{daemon.process.pid}/limits").read_text()
        soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))
        assert hard == "unlimited" or int(soft) >= min(8192, int(hard))


