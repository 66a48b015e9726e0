"""virsh on a terminal: banner, prompt, commands, completion by tab, mistakes, the end; ours and the distribution's alike."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.main import main

pytestmark = pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)")
OURS = [sys.executable, "-m", "purevirt.cli.virsh.main"]
URI = ["-c", "test:///default"]


def talk(command: list[str], home: Path, lines: list[bytes]) -> tuple[str, int]:
    """Type each line when the prompt is there; all that was shown, and the exit code."""
    master, slave = pty.openpty()
    environment = {
        **os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "TERM": "dumb", "INPUTRC": "/dev/null",
        "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    process = subprocess.Popen([*command, *URI], stdin=slave, stdout=slave, stderr=slave, env=environment,
                               start_new_session=True)  # fmt: skip
    os.close(slave)
    seen = b""
    try:
        for count, line in enumerate(lines, start=1):
            seen = _until(master, seen, count)
            os.write(master, line)
        seen = _until(master, seen, 1000)
        return _plain(seen), process.wait(20)
    finally:
        process.kill()
        process.wait(20)
        os.close(master)


def _until(master: int, seen: bytes, prompts: int) -> bytes:
    """Read until the prompt has been shown so often, or the end."""
    deadline = time.monotonic() + 20
    while seen.count(b"virsh # ") < prompts:
        assert select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0], seen
        try:
            data = os.read(master, 4096)
        except OSError:
            return seen
        if not data:
            return seen
        seen += data
    return seen


def _plain(seen: bytes) -> str:
    """Without what a terminal is told about itself, and carriage returns."""
    text = re.sub(r"\x1b\[\??[\d;]*[A-Za-z]", "", seen.decode())
    return text.replace("\r", "").replace("\a", "")


@pytest.mark.parametrize(
    "lines",
    [
        [b"list --name\n", b"quit\n"],
        [b"domuuid t\t\n", b"exit\n"],
        [b"bogus\n", b"list --bogus\n", b"dominfo nobody\n", b"quit\n"],
        [b"echo 'unfinished\n", b"echo a ; echo b\n", b"\n", b"quit\n"],
        [b"# a comment\n", b"domstate test --reason\n", b"\x04"],
        [b"connect test:///default\n", b"uri\n", b"quit\n"],
        [b"connect nonsense:///\n", b"list --name\n", b"quit\n"],
        [b"domst\t\t test\n", b"quit\n"],
    ],
    ids=["a command", "completion", "mistakes", "quoting", "end of input", "reconnect", "a failed reconnect", "ambiguous"],
)
def test_both_say_the_same(lines: list[bytes], tmp_path: Path) -> None:
    theirs, ours = (talk(command, tmp_path, lines) for command in (["virsh"], OURS))
    assert ours == theirs


def test_the_history_is_kept(tmp_path: Path) -> None:
    talk(OURS, tmp_path, [b"domid test\n", b"quit\n"])
    assert (tmp_path / "libvirt/virsh/history").read_text() == "domid test\nquit\n"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (RuntimeError("what now"), "error: internal error: RuntimeError: what now\n"),
        (PermissionError(13, "Permission denied", "/x"), "error: Permission denied '/x'\n"),
        (RecursionError("too deep"), "error: internal error: RecursionError: too deep\n"),
    ],
)
def test_what_nobody_foresaw_is_one_line(
    problem: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from purevirt.cli.virsh.handlers import lifecycle

    def fail(sh: Shell, a: object) -> None:
        raise problem

    monkeypatch.setattr(lifecycle, "cmd_start", fail)
    assert main([*URI, "start", "test"]) == 1
    assert capsys.readouterr().err == said
