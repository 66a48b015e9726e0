"""The daemon's settings and unit files beside the facts about libvirtd's."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

import purevirt
from purevirt.daemon.config import DaemonConfig
from purevirt.daemon.main import parse_options

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "paths.json"
UNITS = Path(purevirt.__file__).parent / "data" / "systemd"
OWN_DEFAULT = {
    "unix_sock_rw_perms": "given by the authentication",
    "auth_unix_ro": "polkit where it is available",
    "auth_unix_rw": "polkit where it is available",
    "key_file": "the PKI directory's", "cert_file": "the PKI directory's",
    "ca_file": "the PKI directory's", "crl_file": "the PKI directory's",
    "keepalive_required": "off, as libvirt treats it", "admin_keepalive_required": "off, as libvirt treats it",
}  # fmt: skip
"""Keys whose default is not a constant of ours, with the reason."""


@pytest.mark.skipif(not FACTS.exists(), reason="no facts beside the project")
def test_the_keys_of_libvirtd_conf() -> None:
    facts = json.loads(FACTS.read_text())["config_files"]["libvirtd.conf"]["keys"]
    assert {field.name for field in fields(DaemonConfig)} == set(facts)
    config = DaemonConfig()
    for name, fact in facts.items():
        if name not in OWN_DEFAULT:
            assert getattr(config, name) == fact["default"], name


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((UNITS / name).read_text())
    return parser


def test_the_service_starts_the_daemon_and_leaves_guests_alone() -> None:
    service = unit("purevirtd.service")["Service"]
    program, *options = service["ExecStart"].split()[1:]
    assert program == "purevirtd"
    assert parse_options(options).timeout_s == 120
    assert (service["Type"], service["KillMode"]) == ("notify", "process")


@pytest.mark.skipif(not FACTS.exists(), reason="no facts beside the project")
@pytest.mark.parametrize(("name", "kind"), [("purevirtd", "rw"), ("purevirtd-ro", "ro"), ("purevirtd-admin", "admin")])
def test_the_sockets_are_libvirts(name: str, kind: str) -> None:
    facts = json.loads(FACTS.read_text())["daemons"]["libvirtd"]
    found = unit(f"{name}.socket")["Socket"]
    assert found["ListenStream"] == facts["sockets_system"][kind]
    assert found["Service"] == "purevirtd.service"
    assert found["SocketMode"] in facts["socket_unit_modes"][kind]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in UNITS.iterdir():
        shutil.copy(path, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, timeout=60, check=False
    )
    assert not [line for line in done.stderr.splitlines() if "purevirtd" in line and "man " not in line], done.stderr
