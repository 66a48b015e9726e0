"""Every procedure of the protocol, with the distribution's library at the other end, in both directions.

Our client sends every row to the distribution's libvirtd, which must take each apart and answer; python3-libvirt calls
everything it has on our server, behind which a driver answers every row with something in every field.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import purevirt
from in_process_server import serving
from purevirt.api.events import EventHub
from purevirt.client.base import run
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import lxc, qemu, remote, xdr
from purevirt.protocol.features import BY_DAEMON, Feature
from purevirt.protocol.rows import Row
from purevirt.rpc.session import Call
from sample_args import filled, sample_args
from system.peers import NOBODY, libvirtd

PROGRAMS = {"remote": remote.PROGRAM, "qemu": qemu.PROGRAM, "lxc": lxc.PROGRAM}
HERE = Path(__file__).parent

ELSEWHERE = "part of connecting; the tests in tests/transport and tests/system/test_polkit.py exercise it with both peers"
OLDER = "the 9.0 client calls a newer row where the server has it, as ours has: see the test of older servers"
TUNNEL = "a daemon sends it to another daemon when it tunnels a migration: see the test of older servers"
NOT_CALLED = {
    **dict.fromkeys(("auth_sasl_init", "auth_sasl_start", "auth_sasl_step", "auth_polkit"), ELSEWHERE),
    **dict.fromkeys(("domain_migrate_prepare", "domain_migrate_perform", "domain_migrate_finish"), OLDER),
    **dict.fromkeys(("domain_migrate_prepare2", "domain_migrate_finish2", "connect_get_uri"), OLDER),
    **dict.fromkeys(("connect_domain_event_register", "connect_domain_event_deregister"), OLDER),
    **dict.fromkeys(("connect_domain_event_register_any", "connect_domain_event_deregister_any"), OLDER),
    **dict.fromkeys(("domain_migrate_prepare_tunnel", "domain_migrate_prepare_tunnel3"), TUNNEL),
    "domain_migrate_prepare_tunnel3_params": TUNNEL,
}
"""Rows that python3-libvirt does not send to a server of our age, with the reason. All but the first four are sent by the next
test: to a server that says it is older, and by the functions that only daemons call."""


class Everything:
    """A driver that answers every procedure, with something in every field."""

    def __init__(self, features: frozenset[int] | None = None) -> None:
        self.events = EventHub()
        self.features = features
        """The only ones that it says it has."""

    def supports(self, procedure: str) -> bool:
        return True

    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        if procedure == "connect_supports_feature" and self.features is not None:
            return int(args[0] in self.features)
        row = PROGRAMS[program].by_name[procedure]
        if row.ret is None:
            return None
        value = filled(xdr.codec_of(row.ret))
        return value if len(row.ret.__slots__) > 1 else getattr(value, row.ret.__slots__[0])

    async def close(self) -> None:
        return None


@pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/libvirt.py").exists(), reason="no python3-libvirt")
def test_pythons_libvirt_calls_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_everything(uri: str, host: Any) -> Everything:
        return Everything()

    monkeypatch.setattr("purevirt.daemon.connect_calls.open_driver", open_everything)
    seen: set[tuple[str, str]] = set()
    with serving(tmp_path) as served:
        dispatcher = served.server.dispatcher
        begin = dispatcher.begin

        def recorded(client: Any, call: Call) -> None:
            seen.add((call.program.name, call.row.name))
            begin(client, call)

        monkeypatch.setattr(dispatcher, "begin", recorded)
        command = ["/usr/bin/python3", str(HERE / "foreign_calls.py"), served.uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    missing = {row.name for name, program in PROGRAMS.items() for row in program.calls if (name, row.name) not in seen}
    assert missing == set(NOT_CALLED), done.stdout


@pytest.mark.skipif(not Path("/usr/lib/python3/dist-packages/libvirt.py").exists(), reason="no python3-libvirt")
def test_pythons_libvirt_calls_what_it_keeps_for_older_servers(open_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an ordinary user, whose daemon is the one that it finds without being told."""
    versions = {"/v1": frozenset({Feature.MIGRATION_V1}), "/v2": frozenset({Feature.MIGRATION_V2})}

    async def open_older(uri: str, host: Any) -> Everything:
        return Everything(versions.get(uri.partition("://")[2], frozenset()))

    monkeypatch.setattr("purevirt.daemon.connect_calls.open_driver", open_older)
    monkeypatch.setattr("purevirt.daemon.connect_calls.BY_DAEMON", BY_DAEMON - {Feature.REMOTE_EVENT_CALLBACK})
    seen: set[str] = set()
    (open_root / "libvirt").mkdir()
    (open_root / "libvirt").chmod(0o777)  # the client has a lock there
    (open_root / "libvirt/libvirt-sock").symlink_to("../sock")
    with serving(open_root) as served:
        served.socket.chmod(0o777)
        dispatcher = served.server.dispatcher
        begin = dispatcher.begin

        def recorded(client: Any, call: Call) -> None:
            seen.add(call.row.name)
            begin(client, call)

        monkeypatch.setattr(dispatcher, "begin", recorded)
        command = ["/usr/bin/python3", "-", str(served.socket)]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
        script = (HERE / "foreign_older_calls.py").read_text()
        environment = dict.fromkeys(("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"), str(open_root))
        done = subprocess.run(
            command, input=script, env={"PATH": os.environ["PATH"], **environment}, cwd="/",
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    missing = {name for name in NOT_CALLED if name not in seen}
    assert missing == {name for name in NOT_CALLED if name.startswith("auth_")}, done.stderr


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    with libvirtd() as socket:
        yield socket


DOMAIN = "<domain type='test'><name>new</name><memory>1</memory><os><type>hvm</type></os></domain>"
ENDING = ("undefine", "destroy", "delete", "shutdown", "save", "reset", "reboot", "migrate")


def objects(call: Any) -> dict[type, Any]:
    """References to what the distribution's test driver has."""
    domain = call("domain_lookup_by_name", "test")
    pool = call("storage_pool_lookup_by_name", "default-pool")
    found = (
        domain,
        pool,
        call("network_lookup_by_name", "default"),
        call("storage_vol_create_xml", pool, "<volume><name>v</name><capacity>100</capacity></volume>", 0),
        call("interface_lookup_by_name", "eth1"),
        call("node_device_lookup_by_name", "computer"),
        call("domain_snapshot_create_xml", domain, "<domainsnapshot><name>s</name></domainsnapshot>", 0),
    )
    return {type(ref): ref for ref in found}


def outcome(link: Any, program: str, row: Row, args: tuple[Any, ...]) -> VirtError | None:
    """The error of one call, None when it succeeded; a stream is opened and aborted."""
    try:
        if row.stream is not None:
            _, channel = run(link.open_channel(row.name, args, 20))
            run(channel.abort())
        else:
            run(link.invoke(row.name, args, 20, program))
    except VirtError as error:
        return error
    return None


@pytest.mark.skipif(shutil.which("libvirtd", path="/usr/sbin:/usr/bin") is None, reason="no libvirtd (libvirt-daemon)")
@pytest.mark.parametrize("driver", ["test:///default", "qemu:///session"])
def test_libvirtd_answers_everything(peer: str, driver: str) -> None:
    """Whatever it answers, it has understood the call, and the connection goes on."""
    scheme, _, path = driver.partition("://")
    with purevirt.open(f"{scheme}+unix://{path}?socket={peer}") as conn:
        link = conn._a._link

        def call(procedure: str, *args: Any, program: str = "remote") -> Any:
            return run(link.invoke(procedure, args, 20, program))

        known = objects(call) if driver.startswith("test") else {}
        rows = [(name, row) for name, program in PROGRAMS.items() for row in program.calls]
        rows = [(n, r) for n, r in rows if not r.name.startswith("auth_") and r.name not in ("connect_open", "connect_close")]
        rows.sort(key=lambda pair: any(word in pair[1].name for word in ENDING))
        succeeded = 0
        for name, row in rows:
            args = sample_args(row, known, {"": DOMAIN, "domain_lookup_by_name.name": "test"})
            error = outcome(link, name, row, args)
            if error is None:
                succeeded += 1
            else:
                assert error.code != ErrorCode.RPC, f"{row.name}: {error.message}"
                assert "decode" not in error.message, f"{row.name}: {error.message}"
            assert link.alive, f"the connection did not survive {row.name}"
        assert succeeded > (120 if known else 50)
