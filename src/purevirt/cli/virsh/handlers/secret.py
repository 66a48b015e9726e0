"""Secrets."""

from __future__ import annotations

import base64
import re
import sys
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.eventloop import simple_events
from purevirt.cli.virsh.files import read_bytes, read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Secret

MAX_VALUE = 1024
"""Bytes of a secret's value as typed or read from a file, before decoding."""
_USAGES = ("none", "volume", "ceph", "iscsi", "tls", "vtpm")


def cmd_secret_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to set attributes from {path}"):
        secret = sh.conn.secret_define_xml(xml, collect(a, {"validate": c.VIR_SECRET_DEFINE_VALIDATE}))
    sh.extra(f"Secret {secret.get_uuid_string()} created\n")


def cmd_secret_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.secret(sh, a).get_xml_desc())


def cmd_secret_undefine(sh: Shell, a: Args) -> None:
    secret = lookup.secret(sh, a)
    with complaining(f"Failed to delete secret {a.raw('secret')}"):
        secret.undefine()
    sh.extra(f"Secret {a.raw('secret')} deleted\n")


def cmd_secret_get_value(sh: Shell, a: Args) -> None:
    value = lookup.secret(sh, a).get_value()
    if a.flag("plain"):
        sh.out.flush()
        sh.out.write(value.decode("utf-8", "surrogateescape"))
    else:
        sh.write(base64.b64encode(value).decode())


def cmd_secret_set_value(sh: Shell, a: Args) -> None:
    secret = lookup.secret(sh, a)
    text, path = a.text("base64"), a.text("file")
    if text is not None:
        sh.error("Passing secret value as command-line argument is insecure!")
        value = text.encode()
    elif path is not None:
        value = read_bytes(path, MAX_VALUE)
    elif a.flag("interactive"):
        import getpass

        sh.out.flush()
        value = getpass.getpass("Enter new value for secret:", sys.stdout).encode()
    else:
        raise Failed("Input secret value is missing")
    if not a.flag("plain") and not a.flag("interactive"):
        value = _decoded(value)
    with complaining("Failed to set secret value"):
        secret.set_value(value)
    sh.extra("Secret value set\n")


def _decoded(text: bytes) -> bytes:
    """Base64 as GLib reads it: what is no letter of it is passed over, and so is an unfinished end."""
    letters = re.sub(rb"[^A-Za-z0-9+/=]", b"", text)
    return base64.b64decode(letters[: len(letters) // 4 * 4])


def _list(sh: Shell, flags: int) -> list[Secret]:
    """All that match; a host that cannot list them cannot count them either, and says so."""
    try:
        found: list[Secret] = sh.conn.list_all_secrets(flags)
        return found
    except VirtError as error:
        if error.code != ErrorCode.NO_SUPPORT:
            raise
    with complaining("Failed to count secrets"):
        sh.conn.num_of_secrets()
    return []


def cmd_secret_list(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {
            "ephemeral": c.VIR_CONNECT_LIST_SECRETS_EPHEMERAL,
            "no-ephemeral": c.VIR_CONNECT_LIST_SECRETS_NO_EPHEMERAL,
            "private": c.VIR_CONNECT_LIST_SECRETS_PRIVATE,
            "no-private": c.VIR_CONNECT_LIST_SECRETS_NO_PRIVATE,
        },
    )
    with complaining("Failed to list secrets"):
        found = _list(sh, flags)
    found.sort(key=lambda secret: secret.get_uuid_string())
    rows = []
    for secret in found:
        usage = names.word(_USAGES, secret.get_usage_type())
        named = secret.get_usage_type() != c.VIR_SECRET_USAGE_TYPE_NONE
        rows.append([secret.get_uuid_string(), f"{usage} {secret.get_usage_id()}" if named else "Unused"])
    sh.out.table(["UUID", "Usage"], rows)


def cmd_secret_event(sh: Shell, a: Args) -> bool:
    find = (lambda: lookup.secret(sh, a)) if a.given("secret") else None
    return simple_events(sh, a, "secret", ("lifecycle", "value-changed"), names.SECRET_EVENT, find, "secret")
