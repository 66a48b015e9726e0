"""Objects that carry credentials: secrets under the guest's master key, and TLS certificates."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.line import Command


def add_secret(command: Command, context: CommandContext, alias: str, value: bytes) -> None:
    """A secret encrypted with the master key."""
    data, iv = context.resources.encrypt(value)
    command.object({"qom-type": "secret", "id": alias, "data": data, "keyid": "masterKey0", "iv": iv, "format": "base64"})


def add_libvirt_secret(
    command: Command, context: CommandContext, alias: str, *, uuid: str | None, usage: str | None = None, kind: str
) -> None:
    """The value of a libvirt secret as an object of this name."""
    add_secret(command, context, alias, context.resources.secret(uuid=uuid, usage=usage, kind=kind))


def add_tls(
    command: Command,
    context: CommandContext,
    alias: str,
    *,
    directory: str | None,
    server: bool,
    verify: bool,
    secret_uuid: str | None = None,
    secret_alias: str | None = None,
) -> None:
    """tls-creds-x509, with the secret that unlocks its key in front when there is one."""
    value: dict[str, Any] = {"qom-type": "tls-creds-x509", "id": alias, "dir": directory}
    value |= {"endpoint": "server" if server else "client", "verify-peer": verify}
    if secret_uuid is not None:
        secret = secret_alias or f"{alias}-secret0"
        add_libvirt_secret(command, context, secret, uuid=secret_uuid, kind="tls")
        value["passwordid"] = secret
    command.object(value)
