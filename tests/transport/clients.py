"""Connecting with either client, the outcome in the same shape: what the tests of transports compare."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import purevirt
from purevirt.client.opening import open as open_plain
from purevirt.client.opening import open_auth
from purevirt.errors import VirtError

SYSTEM_PYTHON = "/usr/bin/python3"
CLIENTS = ("theirs", "ours")
CRED_AUTHNAME, CRED_PASSPHRASE = 2, 5

_SCRIPT = """
import json, sys, libvirt
libvirt.registerErrorHandler(lambda c, e: None, None)
uri, answers, readonly = json.loads(sys.argv[1])
def ask(questions, _):
    if answers.get("refuse"):
        return -1
    for q in questions:
        q[4] = answers[str(q[0])]
    return 0
try:
    if answers:
        conn = libvirt.openAuth(uri, [[2, 5], ask, None], int(readonly))
    else:
        conn = libvirt.openReadOnly(uri) if readonly else libvirt.open(uri)
    found = {"type": conn.getType(), "encrypted": bool(conn.isEncrypted()), "secure": bool(conn.isSecure())}
    conn.listAllDomains(0)
    conn.close()
except libvirt.libvirtError as e:
    found = {"code": e.get_error_code(), "domain": e.get_error_domain(), "message": e.get_error_message()}
print(json.dumps(found))
"""

_OUR_SCRIPT = f"""
import json, sys
sys.path.insert(0, {str(Path(purevirt.__file__).parents[1])!r})
import purevirt
uri, _, readonly = json.loads(sys.argv[1])
try:
    with purevirt.open(uri, readonly=readonly, deadline=20) as conn:
        conn.list_all_domains(0)
        found = dict(type=conn.get_type(), encrypted=conn.is_encrypted(), secure=conn.is_secure())
except purevirt.VirtError as e:
    found = dict(code=int(e.code), domain=int(e.domain), message=e.message)
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Outcome:
    """`kind` is the driver's type when the connection worked; else the error says why."""

    kind: str = ""
    encrypted: bool = False
    secure: bool = False
    code: int = 0
    domain: int = 0
    message: str = ""


def connect(
    client: str, uri: str, answers: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None,
    readonly: bool = False, login: str | None = None,
) -> Outcome:  # fmt: skip
    """Open, make two calls, close. `answers`: by credential type, or {"refuse": …}. `login`: as that user of the host."""
    if client == "theirs":
        return _theirs(_SCRIPT, uri, answers or {}, env or {}, readonly, login)
    if login is not None:
        return _theirs(_OUR_SCRIPT, uri, {}, env or {}, readonly, login)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        return _ours(uri, answers or {}, readonly)


def user(name: str, password: str) -> dict[str, str]:
    return {str(CRED_AUTHNAME): name, str(CRED_PASSPHRASE): password}


def _theirs(
    script: str, uri: str, answers: Mapping[str, str], env: Mapping[str, str], readonly: bool, login: str | None
) -> Outcome:
    argument = json.dumps([uri, answers, readonly])
    who = pwd.getpwnam(login) if login is not None else None
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", script, argument], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True, text=True, timeout=30, check=False, cwd="/",
        user=who.pw_uid if who else None, group=who.pw_gid if who else None, extra_groups=[] if who else None,
    )  # fmt: skip
    if "No module named 'libvirt'" in done.stderr:
        pytest.skip("no python3-libvirt")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return Outcome(found.pop("type", ""), **found)


def _ours(uri: str, answers: Mapping[str, str], readonly: bool) -> Outcome:
    def ask(questions: list[object]) -> int:
        if "refuse" in answers:
            return -1
        for question in questions:
            question.result = answers[str(question.type)]  # type: ignore[attr-defined]
        return 0

    try:
        if answers:
            conn = open_auth(uri, [CRED_AUTHNAME, CRED_PASSPHRASE], ask, int(readonly), deadline=20)  # type: ignore[arg-type]
        else:
            conn = open_plain(uri, readonly=readonly, deadline=20)
        with conn:
            conn.list_all_domains(0)
            return Outcome(conn.get_type(), conn.is_encrypted(), conn.is_secure())
    except VirtError as e:
        return Outcome(code=int(e.code), domain=int(e.domain), message=e.message)
