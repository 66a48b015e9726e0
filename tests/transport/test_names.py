"""What a connection's name means: URIs, aliases, defaults, parameters. The distribution's client is asked the same."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

import pytest

import purevirt
from transport.clients import SYSTEM_PYTHON
from transport.daemons import directory, needs_root

CASES: list[tuple[str | None, str, dict[str, str]]] = [
    ("hail", 'uri_aliases = ["hail=test:///default"]', {}),
    ("hail", 'uri_aliases = [\n  "sleet=qemu:///x",\n  "hail=test:///default",\n]\n', {}),
    ("HAIL", 'uri_aliases = ["hail=test:///default"]', {}),
    ("snow", 'uri_aliases = ["hail=test:///default"]', {}),
    (None, 'uri_default = "test:///default"', {}),
    (None, 'uri_default = "hail"\nuri_aliases = ["hail=test:///default"]', {}),
    (None, 'uri_default = "qemu:///nowhere"', {"LIBVIRT_DEFAULT_URI": "test:///default"}),
    (None, 'uri_aliases = ["hail=test:///default"]', {"LIBVIRT_DEFAULT_URI": "hail"}),
    ("hail", 'uri_aliases = ["hail"]', {}),
    ("hail", 'uri_aliases = ["=test:///default"]', {}),
    ("hail", 'uri_aliases = ["ha il=test:///default"]', {}),
    ("hail", 'uri_aliases = "hail=test:///default"', {}),
    ("hail", "uri_aliases = 5", {}),
    (None, "uri_default = 5", {}),
    ("test:///default", "nonsense", {}),
    ("hail", "uri_aliases = [", {}),
    ("hail", "uri_default", {}),
    ("test:///default", 'uri_aliases = ["hail"]', {}),
    ("a-b_C1", 'uri_aliases = ["a-b_C1=test:///default"]', {}),
    ("a.b-c_1", 'uri_aliases = ["a.b-c_1=test:///default"]', {}),
]
URIS = [
    "test:///default", "TEST:///default", "test:///default?x=1", "test+unix:///default?socket=/nonexistent",
    "qemu+foo:///system", "qemu+unix://host/system", "qemu", "qemu:system", "foo:///", "foo+tcp://localhost:1/",
    "qemu+tcp://localhost:1/system", "qemu+tls://localhost:1/system?pkipath=/nonexistent",
    "qemu://localhost:1/system?pkipath=/nonexistent", "qemu+TCP://localhost:1/system", "qemu+tcp://127.0.0.1:1/system",
    "qemu+tcp://[::1]:1/system", "qemu+tcp://nonexistent.invalid/system", "qemu+unix:///system?mode=foo",
    "qemu+unix:///system?proxy=foo", "qemu:///system?socket=/nonexistent", "qemu+unix:///system?mode=direct&socket=/nonexistent",
    "qemu+unix:///system?no_verify=x", "qemu+tcp://localhost:1/system?auth=foo", "qemu+ext:///system",
    "qemu+unix:///system?SOCKET=/nonexistent", "qemu+unix:///system?socket=%2Fnon%20existent",
    "qemu:///session?socket=/nonexistent", ":///", "qemu+:///system", "qemu+tcp:///system?authfile=/nonexistent",
    "test:///nonexistent.xml", "test:///", "test://host/default", "qemu+unix:///system?mode=legacy&socket=/nonexistent",
    "qemu+tcp://localhost:99999/system", "qemu+tcp://localhost:0/system", "qemu+tcp://localhost:x/system", "qemu+tcp://user@localhost:1/",
    "qemu+tls://localhost:1/system?pkipath=/nonexistent&no_verify=x", "vbox:///session", "qemu:///embed", "http://x", "a b",
]  # fmt: skip
CASES += [(uri, "", {}) for uri in URIS]

pytestmark = needs_root  # both clients run as another user, whose libvirt.conf is ours to write

_EACH = """
for uri, conf, env in json.loads(sys.argv[1]):
    with open(os.environ["XDG_CONFIG_HOME"] + "/libvirt/libvirt.conf", "w") as file:
        file.write(conf)
    os.environ.update(env)
    try:
        conn = module.open(uri)
        found.append(["", 0, 0, conn.getType() if module.__name__ == "libvirt" else conn.get_type()])
        conn.close()
    except Error as e:
        found.append([code(e), domain(e), message(e)])
    for name in env:
        del os.environ[name]
print(json.dumps(found))
"""
_THEIRS = """
import json, os, sys, libvirt as module
module.registerErrorHandler(lambda c, e: None, None)
found, Error = [], module.libvirtError
code, domain, message = Error.get_error_code, Error.get_error_domain, Error.get_error_message
"""
_OURS = f"""
import json, os, sys
sys.path.insert(0, {str(Path(purevirt.__file__).parents[1])!r})
import purevirt as module
found, Error = [], module.VirtError
code, domain, message = (lambda e: int(e.code)), (lambda e: int(e.domain)), (lambda e: e.message)
"""


def asked(script: str) -> list[Any]:
    """What the client does with each case, all in one program, as another user with a home of its own."""
    with directory() as root:
        for name in ("libvirt", "run", "cache"):
            (root / name).mkdir()
            (root / name).chmod(0o777)
        env = {**os.environ, "XDG_CONFIG_HOME": str(root), "XDG_RUNTIME_DIR": f"{root}/run", "XDG_CACHE_HOME": f"{root}/cache",
               "HOME": str(root), "LIBVIRT_AUTOSTART": "0"}  # fmt: skip
        for name in ("LIBVIRT_DEFAULT_URI", "LIBVIRT_AUTH_FILE"):
            env.pop(name, None)
        who = pwd.getpwnam("games")
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", script + _EACH, json.dumps(CASES)], env=env, capture_output=True, text=True, timeout=120,
            check=False, cwd="/", user=who.pw_uid, group=who.pw_gid, extra_groups=[],
        )  # fmt: skip
        if "No module named 'libvirt'" in done.stderr:
            pytest.skip("no python3-libvirt")
        if "No module named 'purevirt'" in done.stderr:
            pytest.skip("another user cannot read this source tree")
        assert done.returncode == 0, done.stderr
        answer: list[Any] = json.loads(done.stdout.replace(str(root), "HOME"))
        return answer


@pytest.fixture(scope="module")
def answers() -> list[tuple[Any, Any]]:
    return list(zip(asked(_THEIRS), asked(_OURS), strict=True))


@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{uri}-{conf}" for uri, conf, _ in CASES])
def test_both_clients_take_a_name_for_the_same(answers: list[tuple[Any, Any]], index: int) -> None:
    theirs, ours = answers[index]
    assert ours == theirs
