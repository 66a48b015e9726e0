"""The committed client is what the generators write, and URIs and errors are as the C library has them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from purevirt.client.base import run
from purevirt.client.conf import follow_alias
from purevirt.drivers.remote.address import resolve
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.virconf import Conf
from purevirt.rpc.uri import parse_uri

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts"


@pytest.mark.skipif(not FACTS.is_dir(), reason="no facts beside the project")
@pytest.mark.parametrize("tool", ["gen_client_calls.py", "gen_client_sync.py", "gen_compat.py"])
def test_regenerating_gives_the_committed_files(tool: str) -> None:
    subprocess.run([sys.executable, str(ROOT / "tools" / tool), "--check"], check=True, timeout=120)


def test_uri_parts_and_the_name_for_the_peer() -> None:
    uri = parse_uri("qemu+ssh://root@host:22/system?socket=/x%20y&foo=bar")
    assert uri is not None
    assert (uri.driver, uri.transport, uri.user, uri.server, uri.port) == ("qemu", "ssh", "root", "host", 22)
    assert uri.param("socket") == "/x y"
    assert resolve(uri, False).name == "qemu:///system?foo=bar"
    assert resolve(uri, False).sockets == ["/x y"]


def test_unknown_transport_has_the_librarys_text() -> None:
    with pytest.raises(VirtError, match=re.escape("should be tls|unix|ssh|ext|tcp|libssh2|libssh")) as caught:
        resolve(parse_uri("test+xyz:///default"), False)
    assert caught.value.code == ErrorCode.INVALID_ARG


def test_libvirt_conf_settings() -> None:
    text = 'uri_default = "qemu:///system"\nuri_aliases = [\n "a=qemu:///session",\n]\n'
    conf = Conf.parse(text)
    assert conf.get_string("uri_default") == "qemu:///system"
    assert follow_alias(conf, "a") == "qemu:///session"
    assert follow_alias(conf, "b") == "b"


def test_run_refuses_a_coroutine_that_suspends() -> None:
    class Suspends:
        def __await__(self):  # type: ignore[no-untyped-def]
            yield

    async def work() -> None:
        await Suspends()

    with pytest.raises(RuntimeError):
        run(work())
