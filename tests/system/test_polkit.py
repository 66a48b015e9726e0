"""The real polkit decides: who may connect (auth_unix_*), and who may do what (access_drivers), for clients of other users."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import purevirt
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from system.test_daemon_basic import serving

POLKITD = "/usr/lib/polkit-1/polkitd"
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="polkit and the system daemon need root"),
    pytest.mark.skipif(not Path(POLKITD).exists() or shutil.which("dbus-daemon") is None, reason="no polkitd or dbus-daemon"),
    pytest.mark.skipif(not Path("/usr/share/polkit-1/actions/org.libvirt.api.policy").exists(), reason="no libvirt actions"),
]
DENIED, ALLOWED, NOBODY = 1, 2, 65534
"""Accounts daemon and bin, which the rules below name; nobody falls to the actions' defaults."""
BUS = """<busconfig><type>system</type><listen>unix:path={socket}</listen><policy context="default"><allow user="*"/>
<allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>"""
RULES = """polkit.addRule(function(action, subject) {
  if (subject.user == "daemon" && action.id.indexOf("org.libvirt.unix") == 0) return polkit.Result.NO;
  if (subject.user == "bin") return polkit.Result.YES;
  if (action.id == "org.libvirt.api.domain.getattr" && action.lookup("domain_name") == "hidden") return polkit.Result.NO;
});"""


def wait_for(path: Path) -> None:
    until = time.monotonic() + 10
    while not path.exists() and time.monotonic() < until:
        select.select([], [], [], 0.01)
    assert path.exists()


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    """A bus of our own with polkitd on it, which sees our rules only."""
    with tempfile.TemporaryDirectory(prefix="purevirt-bus-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        (path / "50.rules").write_text(RULES)
        (path / "bus.conf").write_text(BUS.format(socket=path / "bus"))
        address = f"unix:path={path}/bus"
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        running = [subprocess.Popen(["dbus-daemon", f"--config-file={path}/bus.conf", "--nofork"])]
        try:
            wait_for(path / "bus")
            script = (
                f"mount -t tmpfs -o mode=755 tmpfs /etc/polkit-1/rules.d && install -m 644 {path}/50.rules /etc/polkit-1/rules.d/"
                f" && exec {POLKITD}"
            )
            command = ["unshare", "-m", "--propagation", "private", "sh", "-c", script]
            polkitd = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            running.append(polkitd)
            assert polkitd.stdout is not None
            seen = b""
            while b"Finished loading" not in seen:
                ready, _, _ = select.select([polkitd.stdout], [], [], 10)
                assert ready, seen
                seen += os.read(polkitd.stdout.fileno(), 4096)
                assert polkitd.poll() is None, seen
            yield address
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait(10)
            for process in running:
                if process.stdout is not None:
                    process.stdout.close()


@pytest.fixture
def daemon(bus: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A daemon on that bus with the configuration of the test's parameter."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        (path / "etc/libvirt").mkdir(parents=True)
        (path / "etc/libvirt/libvirtd.conf").write_text(request.param)
        yield from serving(path)


def as_user(uid: int, what: Callable[[], Any]) -> Any:
    """What the function returns, or (code, domain, message) of its VirtError, when that user's process runs it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.setgroups([])
            os.setuid(uid)
            try:
                answer = what()
            except VirtError as e:
                answer = [int(e.code), int(e.domain), e.message]
            os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer_file:
        text = answer_file.read()
    os.waitpid(child, 0)
    assert text, "the child process failed"
    return json.loads(text)


def uri(root: Path, readonly: bool = False) -> str:
    return f"test+unix:///default?socket={root}/run/libvirt/libvirt-sock{'-ro' if readonly else ''}"


ACCESS = 'access_drivers = ["polkit"]\nauth_unix_rw = "none"\nunix_sock_rw_perms = "0777"\n'
AUTH = 'auth_unix_rw = "polkit"\nauth_unix_ro = "polkit"\n'
BY_POLICY = [ErrorCode.AUTH_FAILED, ErrorDomain.POLKIT, "authentication failed: access denied by policy"]
NO_AGENT = [
    ErrorCode.AUTH_UNAVAILABLE,
    ErrorDomain.POLKIT,
    "authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'",
]


@pytest.mark.parametrize("daemon", [AUTH], indirect=True, ids=["auth"])
def test_who_may_connect(daemon: Path) -> None:
    def connect(readonly: bool = False) -> Any:
        with purevirt.open(uri(daemon, readonly), readonly=readonly) as conn:
            return conn.get_lib_version()

    assert connect() == 9000000  # root
    assert as_user(ALLOWED, connect) == 9000000
    assert as_user(DENIED, connect) == BY_POLICY
    assert as_user(DENIED, lambda: connect(True)) == BY_POLICY
    assert as_user(NOBODY, connect) == NO_AGENT
    assert as_user(NOBODY, lambda: connect(True)) == 9000000
    assert connect() == 9000000


@pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)")
@pytest.mark.parametrize("daemon", [AUTH], indirect=True, ids=["auth"])
def test_the_distributions_virsh_is_asked_too(daemon: Path) -> None:
    for user, status, text in ((ALLOWED, 0, ""), (DENIED, 1, "error: authentication failed: access denied by policy\n")):
        done = subprocess.run(
            ["virsh", "-c", uri(daemon), "hostname"], capture_output=True, text=True, timeout=30, check=False, user=user, cwd="/"
        )
        assert done.returncode == status
        assert done.stderr.endswith(text)


DOMAIN = "<domain type='test'><name>{}</name><memory>1</memory><os><type>hvm</type></os></domain>"


@pytest.mark.parametrize("daemon", [ACCESS], indirect=True, ids=["access"])
def test_who_may_do_what(daemon: Path) -> None:
    def names() -> Any:
        with purevirt.open(uri(daemon)) as conn:
            return sorted(d.name for d in conn.list_all_domains(0))

    def define(name: str) -> Any:
        with purevirt.open(uri(daemon)) as conn:
            return conn.domain_define_xml(DOMAIN.format(name)).name

    def suspend() -> Any:
        with purevirt.open(uri(daemon)) as conn:
            conn.domain_lookup_by_name("test").suspend()

    refused = [ErrorCode.ACCESS_DENIED, ErrorDomain.ACCESS, "access denied: 'TEST' denied access"]
    with purevirt.open(uri(daemon)):  # the test driver's objects live as long as a connection
        assert define("hidden") == "hidden"  # root, whom polkit allows everything
        assert names() == ["hidden", "test"]
        assert as_user(NOBODY, names) == ["test"]
        assert as_user(NOBODY, lambda: define("other")) == refused
        assert as_user(NOBODY, suspend) == refused
        assert as_user(ALLOWED, suspend) is None
        assert as_user(ALLOWED, lambda: define("mine")) == "mine"


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A daemon that asks for polkit on a bus that does not exist."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        (path / "etc/libvirt").mkdir(parents=True)
        (path / "etc/libvirt/libvirtd.conf").write_text(AUTH)
        yield from serving(path)


def test_without_polkit_nobody_but_root_gets_in(no_bus: Path) -> None:
    def connect() -> Any:
        with purevirt.open(uri(no_bus)) as conn:
            return conn.get_lib_version()

    assert connect() == 9000000
    code, _, text = as_user(ALLOWED, connect)
    assert code == ErrorCode.INTERNAL_ERROR
    assert "Unable to get system bus connection: Could not connect: No such file or directory" in text
