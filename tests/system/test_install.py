"""What a user installs: the base wheel into an empty environment, and the distribution with libvirt-python's names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from system.peers import purevirtd

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=CLEAN, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@cache
def builder() -> str:
    """A Python that can build wheels without a network."""
    for python in (sys.executable, "/usr/bin/python3"):
        probe = [python, "-c", "import setuptools, wheel, pip"]
        if shutil.which(python) and subprocess.run(probe, capture_output=True, check=False, timeout=60).returncode == 0:
            return python
    pytest.skip("no Python with pip, setuptools and wheel")


def build(source: Path, out: Path) -> Path:
    """The wheel of a source tree, by the build backend that its pyproject names; nothing is fetched."""
    program = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    return out / run(builder(), "-c", program, out, cwd=source).split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base, built from a copy: building leaves files behind."""
    tree = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "COPYING.LESSER"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return build(tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing in it but the base; the path of its Python."""
    place = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", place)
    python = place / "bin" / "python"
    run(builder(), "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-cache-dir", wheel)
    return python


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    if os.geteuid() != 0:
        pytest.skip("the system daemon needs root")
    with purevirtd() as socket:
        yield socket


def installed(python: Path) -> set[str]:
    program = "from importlib.metadata import distributions; print(*(d.metadata['Name'] for d in distributions()))"
    return set(run(python, "-I", "-c", program).split())


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "src" / "purevirt"
    ours = {
        f"purevirt/{p.relative_to(package).as_posix()}"
        for p in package.rglob("*")
        if p.is_file() and p.suffix not in (".pyc",) and "egg-info" not in str(p)
    }
    assert ours - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_base_pulls_nothing_else(environment: Path, wheel: Path) -> None:
    """pip looks for every dependency (there is no index to find one in), and the environment has one package."""
    assert installed(environment) == {"purevirt"}
    metadata = next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("METADATA"))
    required = [
        line
        for line in zipfile.ZipFile(wheel).read(metadata).decode().splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    ]
    assert required == []


IMPORTED = "import sys; before = set(sys.modules); {}; print(*sorted(set(sys.modules) - before))"


def test_import_purevirt_loads_next_to_nothing(environment: Path) -> None:
    names = run(environment, "-I", "-c", IMPORTED.format("import purevirt")).split()
    assert [n for n in names if n.startswith("purevirt")] == ["purevirt"]
    assert len(names) <= 3, names


HEAVY = {
    "asyncio", "ssl", "subprocess", "ctypes", "xml", "lxml", "email", "urllib", "http", "logging", "inspect", "dataclasses",
    "concurrent", "multiprocessing", "json", "argparse", "tempfile", "shutil", "pathlib",
}  # fmt: skip


REMOTE = (
    "remote", "remote.address", "remote.channel", "remote.credentials", "remote.dial", "remote.driver", "remote.event_rows",
    "remote.handshake",
)  # fmt: skip
WIRE = (
    "blocking", "framing", "keepalive", "link", "sasl", "session", "stream_end", "streams", "transport", "unix", "uri",
    "wire_errors",
)  # fmt: skip


def test_the_sync_client_connects_without_heavy_modules(environment: Path, daemon: str) -> None:
    """What it loads to connect, list and close: none that costs more than the connection."""
    use = (
        f"import purevirt; c = purevirt.open('test+unix:///default?socket={daemon}'); "
        "assert [d.name for d in c.list_all_domains()] == ['test']; c.close()"
    )
    names = run(environment, "-I", "-c", IMPORTED.format(use)).split()
    assert {n.partition(".")[0] for n in names} & HEAVY == set()
    ours = {n for n in names if n.startswith("purevirt.")}
    assert {n.split(".")[1] for n in ours} == {"api", "client", "drivers", "errors", "protocol", "rpc", "types"}
    assert {n for n in ours if n.startswith("purevirt.drivers.")} == {f"purevirt.drivers.{n}" for n in REMOTE}
    assert {n for n in ours if n.startswith("purevirt.rpc.")} == {f"purevirt.rpc.{n}" for n in WIRE}, "no TLS, ssh, SASL, D-Bus"
    structs = {n.rpartition(".")[2] for n in ours if n.startswith("purevirt.protocol.remote_types.")}
    assert structs == {"connect", "lists", "objects"}, "not seven hundred structs"


@pytest.mark.parametrize("uri", ["test:///default", "qemu+ssh://nobody@127.0.0.1:1/system?command=/bin/false"])
def test_other_ways_need_no_event_loop(environment: Path, uri: str) -> None:
    """A driver in this process, and a helper program (which fails here, after everything was loaded)."""
    use = f"import purevirt\ntry: purevirt.open({uri!r}).close()\nexcept purevirt.VirtError: pass\n"
    program = f"import sys\n{use}print(*sys.modules)"
    names = {n.partition(".")[0] for n in run(environment, "-I", "-c", program).split()}
    assert names & {"asyncio", "ssl", "ctypes", "lxml", "email", "http", "logging", "multiprocessing", "argparse"} == set()


def test_the_async_client_connects(environment: Path, daemon: str) -> None:
    program = f"""
import asyncio, purevirt.aio
async def main():
    async with purevirt.aio.open("test+unix:///default?socket={daemon}", deadline=20) as conn:
        print([d.name for d in await conn.list_all_domains()])
asyncio.run(main())
"""
    assert run(environment, "-I", "-c", program) == "['test']\n"


def test_the_commands_are_installed(environment: Path, daemon: str) -> None:
    scripts = environment.parent
    assert {"purevirt", "purevirtd", "pvirsh"} <= {p.name for p in scripts.iterdir()}
    listed = run(scripts / "pvirsh", "-c", f"test+unix:///default?socket={daemon}", "list", "--name")
    assert listed.split() == ["test"]


def test_the_compatible_names_as_a_distribution_of_their_own(
    environment: Path, daemon: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tree = tmp_path / "compat"
    shutil.copytree(ROOT / "packaging" / "compat", tree, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    built = build(tree, tmp_path_factory.mktemp("compat-wheel"))
    place = tmp_path / "environment"
    shutil.copytree(environment.parents[1], place, symlinks=True)
    python = place / "bin" / "python"
    missing = subprocess.run([str(python), "-I", "-c", "import libvirt"], capture_output=True, timeout=60, check=False)
    assert missing.returncode == 1
    run(builder(), "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-cache-dir", built)
    assert installed(python) == {"purevirt", "purevirt-libvirt"}
    program = (
        "import libvirt, libvirt_qemu, libvirt_lxc, libvirtaio; "
        f"c = libvirt.open('test+unix:///default?socket={daemon}'); "
        "print([d.name() for d in c.listAllDomains()], libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP)"
    )
    assert run(python, "-I", "-c", program) == "['test'] 1\n"
