"""The programs of examples/ are typed for a strict checker, and run."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import purevirt
from system.peers import libvirtd

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = Path(purevirt.__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / program), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_strict_types(tmp_path: Path) -> None:
    programs = [str(p) for p in sorted(EXAMPLES.glob("*.py"))]
    assert len(programs) >= 4
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", *programs]
    environment = {**os.environ, "MYPYPATH": str(SOURCE)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


def test_list_guests() -> None:
    assert run("list_guests.py", "test:///default").split() == ["test", "RUNNING", "2048", "MiB", "vda"]


def test_start_many() -> None:
    assert run("start_many.py", "test:///default") == ""


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    with libvirtd() as path:
        yield path


def test_download_a_volume(daemon: str, tmp_path: Path) -> None:
    directory = Path(daemon).parent / "example"
    directory.mkdir()
    (directory / "v.img").write_bytes(b"volume" * 50_000)
    uri = f"qemu+unix:///session?socket={daemon}"
    with purevirt.open(uri) as conn:
        conn.storage_pool_create_xml(f"<pool type='dir'><name>p</name><target><path>{directory}</path></target></pool>")
    assert run("download_volume.py", uri, "p", "v.img", str(tmp_path / "copy")).endswith("300000 bytes\n")
    assert (tmp_path / "copy").read_bytes() == (directory / "v.img").read_bytes()


def test_watch(daemon: str) -> None:
    uri = f"test+unix:///default?socket={daemon}"
    command = [sys.executable, str(EXAMPLES / "watch.py"), uri]
    watcher = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE)
    try:
        assert watcher.stdout is not None
        with purevirt.open(uri) as conn:
            dom = conn.domain_lookup_by_name("test")
            seen, end = b"", time.monotonic() + 30
            while b"test: resumed (0)\n" not in seen:  # until the watcher has registered, which only its output shows
                assert time.monotonic() < end, seen
                dom.suspend()
                dom.resume()
                if select.select([watcher.stdout], [], [], 0.05)[0]:
                    seen += os.read(watcher.stdout.fileno(), 65536)
        assert b"test: suspended (0)\n" in seen
    finally:
        watcher.kill()
        watcher.wait(10)
