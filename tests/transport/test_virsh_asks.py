"""virsh asks for what authentication needs: ours and the distribution's say the same, and the terminal hides the password."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

from transport.daemons import directory, environment, needs_root, needs_virsh, our_daemon
from transport.test_sasl import sasl_config, saslpasswd2

pytestmark = needs_root
OURS = [sys.executable, "-m", "purevirt.cli.virsh.main"]


@pytest.fixture(scope="module")
def uri() -> Iterator[str]:
    if shutil.which("saslpasswd2") is None:
        pytest.skip("no saslpasswd2 (sasl2-bin)")
    with directory() as config, directory() as root:
        env = sasl_config(config, None)
        saslpasswd2(config, "fred", "secret")
        with our_daemon(root, 'auth_unix_rw = "sasl"\nlisten_tls = 0\n', env) as sock:
            yield f"test+unix:///default?socket={sock}&auth=sasl.SCRAM-SHA-256"


def piped(command: list[str], uri: str, typed: str) -> tuple[int, str, str]:
    env = {**environment(), "LC_ALL": "C"}
    done = subprocess.run(
        [*command, "-c", uri, "list", "--name"], input=typed, capture_output=True, text=True, timeout=30, check=False,
        env=env, start_new_session=True,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@needs_virsh
@pytest.mark.parametrize("typed", ["fred\nsecret\n", "fred\nwrong\n", "fred\n", "\nsecret\n", ""])
def test_without_a_terminal(uri: str, typed: str) -> None:
    theirs = piped(["virsh"], uri, typed)
    assert piped(OURS, uri, typed) == theirs
    assert theirs[1].startswith("Please enter your authentication name: Please enter your password: ")


def on_a_terminal(uri: str, secret: bytes) -> tuple[int, bytes]:
    """Exit code and what the terminal showed; `secret` is typed once the terminal hides it."""
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it
        os.execvpe(OURS[0], [*OURS, "-c", uri, "list", "--name"], {**environment(), "LC_ALL": "C"})
    shown, end = b"", time.monotonic() + 30

    def until(text: bytes) -> None:
        nonlocal shown
        while text not in shown and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # the other side is gone
                return

    until(b"name: ")
    os.write(terminal, b"fred\n")
    until(b"password: ")
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < end, shown
        os.sched_yield()
    os.write(terminal, secret)
    until(b"never")
    if time.monotonic() >= end:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return code, shown


def test_on_a_terminal(uri: str) -> None:
    code, shown = on_a_terminal(uri, b"secret\n")
    assert (code, b"secret" in shown) == (0, False)
    assert b"test" in shown
    code, shown = on_a_terminal(uri, b"\x03")
    assert (code, b"Traceback" in shown) == (-signal.SIGINT, False)
