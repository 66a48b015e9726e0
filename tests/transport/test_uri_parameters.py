"""Every parameter of a remote URI (libvirt's uri.html), and libvirt.conf's defaults for two: what the C library makes of them.

Both clients start a program in ssh's place that notes its arguments, in a mount namespace with a libvirt.conf of ours.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from purevirt.drivers.remote.address import OURS
from transport.clients import SYSTEM_PYTHON
from transport.daemons import directory, needs_root, our_daemon

DOCUMENT = Path("/usr/share/doc/libvirt-doc/html/uri.html")
SSH = (
    "", "no_tty=0", "no_tty=1", "no_tty=2", "no_tty=-1", "no_tty=%201", "no_tty=", "no_tty=1x", "no_tty=99999999999", "NO_TTY=1",
    "no_verify=0", "no_verify=1", "no_verify=2", "no_verify=x", "no_sanity=1", "no_sanity=x",
    "keyfile=/k", "keyfile=", "KEYFILE=/k", "keyfile=/a%20b", "netcat=/x/nc", "netcat=nc%20-x", "socket=/s", "socket=/a%20b",
    "proxy=auto", "proxy=netcat", "proxy=native", "proxy=", "proxy=foo", "proxy=native&netcat=nc", "proxy=native&socket=/s",
    "proxy=netcat&netcat=/x/nc&socket=/s", "proxy=auto&netcat=nc",
    "proxy=foo&proxy=netcat", "keyfile=/a&keyfile=/b", "no_tty=0&no_tty=1",
    "mode=auto", "mode=legacy", "mode=direct", "mode=", "mode=foo",
    "name=lxc:///system", "name=", "foo=bar", "knownhosts_verify=auto", "foo=a%26b&bar=%2F",
    "foo=%21%22%23%24%25%27%28%29%2A%2B%2C-.%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~%20%C3%A9",
    "pkipath=/p", "tls_priority=NORMAL", "auth=polkit", "authfile=/a", "command=", "command=no-such-ssh",
)  # fmt: skip
OTHER = (
    "qemu+ext:///system", "qemu+ext:///system?command=no-such-program", "qemu+unix:///system?mode=direct",
    "test+unix:///default?mode=direct", "qemu+unix:///system?mode=legacy", "qemu+unix:///system?socket=/s",
    "qemu+unix://h/system", "qemu+ssh://h/%21%22%24%25%26%27%28%29*+,-.%3A;%3C=%3E%3F@%5B%5E_~?command=@SSH@",
    "qemu+foo:///system", "qemu+tls://localhost/system?pkipath=/nonexistent",
    "qemu+tls://localhost/system?no_verify=x", "qemu+tcp://localhost:1/system?mode=foo", "qemu+unix:///system?no_tty=x",
)  # fmt: skip
CONF = (
    ('remote_proxy="netcat"', ""), ('remote_proxy="netcat"', "proxy=auto"), ('remote_proxy="native"', ""),
    ('remote_proxy="native"', "netcat=nc"), ('remote_proxy="native"', "socket=/s"), ('remote_proxy="foo"', ""),
    ('remote_proxy="foo"', "proxy=netcat"), ("remote_proxy=1", ""), ('remote_mode="direct"', ""),
    ('remote_mode="direct"', "mode=auto"), ('remote_mode="foo"', ""),
)  # fmt: skip
CONF_UNIX = ('remote_mode="direct"', 'remote_mode="legacy"', 'remote_mode="foo"')

_THEIRS = """
import json, os, sys, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
def attempt(uri):
    try: libvirt.open(uri)
    except libvirt.libvirtError as e: return [e.get_error_code(), e.get_error_domain(), e.get_error_message()]
"""
_OURS = """
import json, os, sys, purevirt
def attempt(uri):
    try: purevirt.open(uri, deadline=10)
    except purevirt.VirtError as e: return [int(e.code), int(e.domain), e.message]
"""
_RUN = """
notes, conf = sys.argv[1], "/etc/libvirt/libvirt.conf"
found = []
for text, uri in json.load(sys.stdin):
    with open(conf, "w") as file: file.write(text and text + "\\n")
    if os.path.exists(notes): os.unlink(notes)
    error = attempt(uri)
    found.append([error, open(notes).read().splitlines() if os.path.exists(notes) else None])
print(json.dumps(found))
"""


def outcomes(python: str, script: str, cases: list[tuple[str, str]]) -> list[Any]:
    """Per case the error, and the noted words, those of the remote command as a shell reads them."""
    with directory() as root:
        (root / "etc").mkdir()
        ssh = root / "ssh"
        ssh.write_text(f'#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done > {root}/notes\nexit 1\n')
        ssh.chmod(0o755)
        command = ["unshare", "-m", "--propagation", "private", "sh", "-ec", 'mount --bind "$1" /etc/libvirt; shift; exec "$@"']
        command += ["sh", str(root / "etc"), python, "-c", script + _RUN, str(root / "notes")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path) if python == sys.executable else ""}
        given = json.dumps([(text, uri.replace("@SSH@", str(ssh))) for text, uri in cases])
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False, env=environment)
        if "No module named 'libvirt'" in done.stderr:
            pytest.skip("no python3-libvirt")
        assert done.returncode == 0, done.stderr
        return [_shape(error, words, str(root)) for error, words in json.loads(done.stdout)]


def _shape(error: list[Any] | None, words: list[str] | None, root: str) -> Any:
    if words is None:
        return [*error[:2], error[2].replace(root, "ROOT")] if error else None
    return [error and error[0], *words[:-1], " ".join(re.sub(r"['\\]", "", words[-1]).split())]


@needs_root
def test_as_the_c_library_takes_them() -> None:
    cases = [("", f"qemu+ssh://u@h:22/system?{query}&command=@SSH@") for query in SSH if not query.startswith("command=")]
    cases += [("", f"qemu+ssh://u@h:22/system?{query}") for query in SSH if query.startswith("command=")]
    cases += [("", uri) for uri in OTHER]
    cases += [(conf, f"qemu+ssh://h/system?command=@SSH@&{query}") for conf, query in CONF]
    unix = ("qemu:///system?socket=/nonexistent", "test+unix:///default", "test:///default")
    cases += [(conf, uri) for conf in CONF_UNIX for uri in unix]
    theirs, ours = outcomes(SYSTEM_PYTHON, _THEIRS, cases), outcomes(sys.executable, _OURS, cases)
    different = [(case, a, b) for case, a, b in zip(cases, theirs, ours, strict=True) if a != b]
    assert not different, "\n".join(f"{case}\n  {a}\n  {b}" for case, a, b in different)
    assert len([words for words in theirs if words and len(words) > 3]) > 30, "the program was started"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="no libvirt-doc")
def test_every_documented_parameter_is_known() -> None:
    text = html.unescape(re.sub(r"<[^>]+>", " ", DOCUMENT.read_text(encoding="utf-8"))).partition("Extra parameters")[2]
    named = set(re.findall(r"Example:\s+([a-z_]+)=", text))
    assert {"mode", "proxy", "known_hosts", "known_hosts_verify", "sshauth", "tls_priority", "pkipath", "netcat"} <= named, named
    assert named - OURS == set()


NAMES = (
    "test:///default", "test:///default?a=b", "test:///default?a=/x y", "test:///default?", "TEST:///default",
    "test:///default?a=%zz", "test:///default?a=%4", "test:///default?a=<", "test:///default?a={", "test:/default",
    "test:default", "test:///default#x", "test://localhost/default", "@S", "@S&foo=a%20b/c", "@S&name=test:///default",
    "@S&name=", "@S&name=foo&name=test:///default", "@S&name=test:///default&NAME=foo:///", "@S#fragment",
    "@S;x=y", "@S&mode=auto&SOCKET=/nonexistent",
)  # fmt: skip
_NAMED = """
for uri in json.load(sys.stdin):
    try: found.append(named(module.open(uri)))
    except Error as e: found.append(message(e))
print(json.dumps(found))
"""


@needs_root
def test_a_connection_says_what_it_is() -> None:
    """virConnectGetURI and virConnectGetType through every spelling of a name: both clients, our daemon."""
    theirs = (
        "import json, sys, libvirt as module\nmodule.registerErrorHandler(lambda c, e: None, None)\nfound = []\n"
        "Error, message = module.libvirtError, module.libvirtError.get_error_message\n"
        "def named(conn): return [conn.getURI(), conn.getType()]\n"
    )
    ours = (
        "import json, sys, purevirt as module\nfound = []\nError = module.VirtError\n"
        "def message(e): return e.message\ndef named(conn): return [conn.get_uri(), conn.get_type()]\n"
    )
    conf = 'auth_unix_rw = "none"\nlisten_tls = 0\n'
    said = []
    with directory() as root, our_daemon(root, conf) as sock:
        ways = [f"test+unix:///default?socket={sock}", f"test+unix:/default?socket={sock}", f"test+unix:///%64efault?socket={sock}"]
        names = [uri.replace("@S", way) for uri in NAMES for way in (ways if "@S" in uri else ways[:1])]
        for python, script in ((SYSTEM_PYTHON, theirs), (sys.executable, ours)):
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path) if python == sys.executable else ""}
            done = subprocess.run([python, "-c", script + _NAMED], input=json.dumps(names), capture_output=True, text=True,
                                  timeout=60, check=False, env=environment)  # fmt: skip
            if "No module named 'libvirt'" in done.stderr:
                pytest.skip("no python3-libvirt")
            assert done.returncode == 0, done.stderr
            said.append(json.loads(done.stdout))
    different = [(name, a, b) for name, a, b in zip(names, *said, strict=True) if a != b]
    assert not different, "\n".join(map(str, different))
    assert sum(isinstance(one, list) for one in said[0]) > 15
