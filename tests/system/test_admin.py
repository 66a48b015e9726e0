"""The admin interface: the distribution's virt-admin and ours against our daemon, with the texts its own libvirtd gives."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import purevirt
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from system.test_daemon_basic import root

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virt-admin") is None, reason="no virt-admin (libvirt-clients)"),
]

OURS = [sys.executable, "-m", "purevirt.cli.admin"]
NO_SERVER = "error: Server not found: No server named 'nosrv'\n\n"
LIMITS = "error: Unable to change server's client-related configuration limits\n"
WORKERS = "error: Unable to change server workerpool parameters\n"
LOGGING = "error: Unable to change daemon logging settings\nerror: invalid argument: "
STEPS: list[tuple[str, int, str]] = [
    ("srv-list", 0, " Id   Name\n----------------\n 0    libvirtd\n 1    admin\n\n"),
    ("srv-threadpool-set libvirtd --max-workers 30", 0, "\n"),
    ("srv-threadpool-set libvirtd --priority-workers 6", 0, "\n"),
    (
        "srv-threadpool-info libvirtd",
        0,
        "minWorkers     : 5\nmaxWorkers     : 30\nnWorkers       : 5\nfreeWorkers    : 5\nprioWorkers    : 6\n"
        "jobQueueDepth  : 0\n\n",
    ),
    (
        "srv-threadpool-set libvirtd --min-workers 40",
        1,
        WORKERS + "error: invalid argument: minWorkers cannot be larger than maxWorkers\n\n",
    ),
    (
        "srv-threadpool-set libvirtd",
        1,
        "error: At least one of options --min-workers, --max-workers, --priority-workers is mandatory \n\n",
    ),
    ("srv-clients-set libvirtd --max-unauth-clients 4000", 0, "\n"),
    (
        "srv-clients-info libvirtd",
        0,
        "nclients_max        : 5000\nnclients            : 0\nnclients_unauth_max : 4000\nnclients_unauth     : 0\n\n",
    ),
    (
        "srv-clients-set libvirtd --max-clients 10",
        1,
        LIMITS
        + "error: invalid argument: The overall maximum number of clients waiting for authentication must not be less "
        "than the overall maximum number of clients\n\n",
    ),
    ("srv-clients-set libvirtd", 1, "error: At least one of options --max-clients, --max-unauth-clients is mandatory\n\n"),
    ("client-info libvirtd 999", 1, "error: Client not found: No client with matching ID '999'\n\n"),
    ("client-info libvirtd x", 1, "error: Numeric value 'x' for <client> option is malformed or out of range\n\n"),
    ("client-disconnect libvirtd 999", 1, "error: Client not found: No client with matching ID '999'\n\n"),
    ("client-list nosrv", 1, NO_SERVER),
    ("srv-threadpool-info nosrv", 1, NO_SERVER),
    ("server-update-tls libvirtd", 1, None),  # type: ignore[list-item]
    ("daemon-log-filters x", 1, LOGGING + "Malformed format for filter 'x'\n\n"),
    ("daemon-log-filters 9:x", 1, LOGGING + "Invalid priority '9' for filter '9:x'\n\n"),
    ("daemon-log-filters '1:qemu 2:+rpc'", 0, "\n"),
    ("daemon-log-filters", 0, " Logging filters: 1:*qemu* 2:*rpc* \n\n"),
    ("daemon-log-filters ''", 0, "\n"),
    ("daemon-log-filters", 0, " Logging filters: \n\n"),
    ("daemon-log-outputs 5:bla", 1, LOGGING + "Invalid log priority '5' for log output '5:bla'\n\n"),
    ("daemon-log-outputs 1:bla", 1, LOGGING + "Invalid log destination 'bla' for log output '1:bla'\n\n"),
    (
        "daemon-log-outputs 1:file",
        1,
        LOGGING + "Log output '1:file' does not meet the format requirements for destination type 'file'\n\n",
    ),
    ("daemon-log-outputs '3:stderr 1:stderr'", 0, "\n"),
    ("daemon-log-outputs", 0, " Logging outputs: 1:stderr\n\n"),
    ("daemon-timeout --timeout 300", 0, "\n"),
    ("daemon-timeout --timeout 0", 0, "\n"),
    ("version", 0, "Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.0\nRunning against daemon: 9.0.0\n\n"),
]


def uri_of(root: Path) -> str:
    return f"libvirtd:///system?socket={root}/run/libvirt/libvirt-admin-sock"


def admin(program: list[str], root: Path, line: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*program, "-c", uri_of(root), line]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("program", [["virt-admin"], OURS], ids=["distribution", "ours"])
def test_virt_admin(root: Path, program: list[str]) -> None:
    wrong = []
    for line, status, text in STEPS:
        got = admin(program, root, line)
        if got[0] != status or (text is not None and got[1] != text):
            wrong.append((line, got, (status, text)))
    assert not wrong


@contextmanager
def a_client(root: Path) -> Iterator[purevirt.Connection]:
    with purevirt.open(f"test+unix:///default?socket={root}/run/libvirt/libvirt-sock") as conn:
        yield conn


@pytest.mark.parametrize("program", [["virt-admin"], OURS], ids=["distribution", "ours"])
def test_a_client_is_shown_and_thrown_out(root: Path, program: list[str]) -> None:
    with a_client(root) as conn:
        status, listed = admin(program, root, "client-list libvirtd")
        assert status == 0
        row = re.search(r"^ (\d+)    unix        \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+\d{4}$", listed, re.M)
        assert row is not None, listed
        status, text = admin(program, root, f"client-info libvirtd {row[1]}")
        lines = text.rstrip("\n").split("\n")
        assert lines[0] == f"id             : {row[1]}"
        assert lines[2:8] == [
            "transport      : unix",
            "readonly       : no",
            "unix_user_id   : 0",
            "unix_user_name : root",
            "unix_group_id  : 0",
            "unix_group_name: root",
        ]
        assert lines[8] == f"unix_process_id: {os.getpid()}"
        assert admin(program, root, f"client-disconnect libvirtd {row[1]}") == (0, f"Client '{row[1]}' disconnected\n")
        with pytest.raises(VirtError):
            conn.get_lib_version()


REFUSED = [
    ({"foo": 1}, ErrorCode.ARGUMENT_UNSUPPORTED, "argument unsupported: parameter 'foo' not supported"),
    ({"nWorkers": 3}, ErrorCode.ARGUMENT_UNSUPPORTED, "argument unsupported: parameter 'nWorkers' not supported"),
    ({"maxWorkers": 0}, ErrorCode.INVALID_ARG, "invalid argument: minWorkers cannot be larger than maxWorkers"),
]


def test_wrong_arguments_change_nothing(root: Path) -> None:
    with purevirt.open_admin(uri_of(root)) as conn:
        server = conn.lookup_server("libvirtd")
        before = server.get_thread_pool_parameters()
        for params, code, text in REFUSED:
            with pytest.raises(VirtError) as caught:
                server.set_thread_pool_parameters(params)
            assert (caught.value.code, caught.value.message) == (code, text)
        with pytest.raises(VirtError) as caught:
            server.get_client_limits(1)
        assert caught.value.message == "unsupported flags (0x1) in function adminServerGetClientLimits"
        assert caught.value.domain == ErrorDomain.ADMIN
        assert server.get_thread_pool_parameters() == before


def test_limits_hold(root: Path) -> None:
    """Lowered to one client, the second waits in the kernel's queue until the first has gone."""
    with purevirt.open_admin(uri_of(root)) as conn:
        conn.lookup_server("libvirtd").set_client_limits({"nclients_max": 1, "nclients_unauth_max": 1})
        with a_client(root), socket.socket(socket.AF_UNIX) as second:
            second.connect(str(root / "run/libvirt/libvirt-sock"))
            assert len(conn.lookup_server("libvirtd").list_clients()) == 1
        with a_client(root) as again:
            assert again.get_lib_version() == 9000000


def test_only_its_own_user_administers_a_daemon(root: Path) -> None:
    path = root / "run/libvirt/libvirt-admin-sock"
    path.chmod(0o777)
    uri = uri_of(root)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # a fork: the interpreter itself may lie where this user cannot read
        try:
            os.setuid(65534)
            purevirt.open_admin(uri)
        except VirtError as e:
            os.write(writing, e.message.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        assert answer.read() == "operation forbidden: only the daemon's own user may administer it"
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("foo:///system", "unsupported configuration: Unsupported URI scheme 'foo'"),
        ("libvirtd+tcp:///system", "unsupported configuration: Unsupported URI scheme 'libvirtd+tcp'"),
        ("libvirtd:///foo", "unsupported configuration: Invalid URI path '/foo', try '/system'"),
        ("libvirtd:///system?foo=1", "unsupported configuration: Unknown URI parameter 'foo'"),
        ("/foo", "unsupported configuration: No URI scheme specified"),
    ],
)
def test_wrong_uris(uri: str, text: str) -> None:
    with pytest.raises(VirtError) as caught:
        purevirt.open_admin(uri)
    assert caught.value.message == text
