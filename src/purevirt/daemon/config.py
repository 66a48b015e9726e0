"""libvirtd.conf: the keys that apply, with libvirt's defaults; a wrong type or value is an error naming file and line.

Facts: `paths.json` (keys, types, defaults). Keys of libvirt that mean nothing here (audit, ovs) are read and kept, so
that a host's file is taken as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

ConfValue = int | str | list[str]

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def parse_conf(text: str, name: str = "") -> dict[str, tuple[ConfValue, int]]:
    """Keys with their value and line number. The syntax: `key = 5`, `key = "text"` or 'text', `key = ["a", "b"]`
    over several lines, `#` comments. Raises VirtError CONF_SYNTAX."""
    return _Parser(text, name).parse()


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.at = 0
        self.name = name

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def error(self, detail: str) -> VirtError:
        where = f"{self.name}:{self.line}" if self.name else f"line {self.line}"
        return VirtError(ErrorCode.CONF_SYNTAX, f"{where}: {detail}", ErrorDomain.CONF)

    def skip(self, newlines: bool) -> None:
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif c in " \t\r" or (newlines and c == "\n"):
                self.at += 1
            else:
                return

    def parse(self) -> dict[str, tuple[ConfValue, int]]:
        out: dict[str, tuple[ConfValue, int]] = {}
        while True:
            self.skip(True)
            if self.at >= len(self.text):
                return out
            match = _KEY.match(self.text, self.at)
            if match is None:
                raise self.error("expecting a name")
            self.at, line = match.end(), self.line
            self.skip(False)
            if self.text[self.at : self.at + 1] != "=":
                raise self.error("expecting an assignment")
            self.at += 1
            self.skip(False)
            out[match[0]] = self.value(), line
            self.skip(False)
            if self.at < len(self.text) and self.text[self.at] != "\n":
                raise self.error("expecting a separator")

    def value(self) -> ConfValue:
        c = self.text[self.at : self.at + 1]
        if c == "[":
            return self.array()
        if c in ('"', "'"):
            return self.string(c)
        match = re.compile(r"-?\d+").match(self.text, self.at)
        if match is None:
            raise self.error("expecting a value")
        self.at = match.end()
        return int(match[0])

    def string(self, quote: str) -> str:
        end = self.text.find(quote, self.at + 1)
        if end < 0 or "\n" in self.text[self.at : end]:
            raise self.error("unterminated string")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return found

    def array(self) -> list[str]:
        self.at += 1
        out: list[str] = []
        while True:
            self.skip(True)
            c = self.text[self.at : self.at + 1]
            if c == "]":
                self.at += 1
                return out
            if c == "" or c not in "\"'":
                raise self.error("list is not closed with ']'" if c == "" else "expecting a value")
            out.append(self.string(c))
            self.skip(True)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.text[self.at : self.at + 1] != "]":
                raise self.error("expecting a separator in list")


@dataclass(slots=True)
class DaemonConfig:
    """The keys by their libvirt names; None = not configured."""

    listen_tls: bool = True
    listen_tcp: bool = False
    tls_port: str = "16514"
    tcp_port: str = "16509"
    listen_addr: str | None = None
    unix_sock_group: str | None = None
    unix_sock_ro_perms: str = "0777"
    unix_sock_rw_perms: str | None = None
    unix_sock_admin_perms: str = "0700"
    unix_sock_dir: str | None = None
    auth_unix_ro: str | None = None
    auth_unix_rw: str | None = None
    auth_tcp: str = "sasl"
    auth_tls: str = "none"
    tcp_min_ssf: int = 56
    key_file: str | None = None
    cert_file: str | None = None
    ca_file: str | None = None
    crl_file: str | None = None
    tls_no_verify_certificate: bool = False
    tls_no_sanity_certificate: bool = False
    tls_allowed_dn_list: list[str] | None = None
    tls_priority: str | None = None
    sasl_allowed_username_list: list[str] | None = None
    access_drivers: list[str] = field(default_factory=list)
    min_workers: int = 5
    max_workers: int = 20
    max_clients: int = 5000
    max_queued_clients: int = 1000
    max_anonymous_clients: int = 20
    max_client_requests: int = 5
    prio_workers: int = 5
    admin_min_workers: int = 5
    admin_max_workers: int = 20
    admin_max_clients: int = 5000
    admin_max_queued_clients: int = 20
    admin_max_client_requests: int = 5
    log_level: int = 3
    log_filters: str | None = None
    log_outputs: str | None = None
    audit_level: int = 1
    audit_logging: bool = False
    keepalive_interval: int = 5
    keepalive_count: int = 5
    keepalive_required: bool = False
    admin_keepalive_interval: int = 5
    admin_keepalive_count: int = 5
    admin_keepalive_required: bool = False
    host_uuid: str | None = None
    host_uuid_source: str = "smbios"
    ovs_timeout: int = 5


_AUTH = {
    "auth_unix_ro": ("none", "polkit", "sasl"),
    "auth_unix_rw": ("none", "polkit", "sasl"),
    "auth_tcp": ("none", "sasl"),
    "auth_tls": ("none", "sasl"),
}
_KINDS = {f.name: str(f.type) for f in fields(DaemonConfig)}


def read_config(path: Path, required: bool) -> DaemonConfig:
    """The file's settings; defaults where there is none and it is not required. Raises VirtError."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        if not required:
            return DaemonConfig()
        raise VirtError(
            ErrorCode.SYSTEM_ERROR, f"Can't load config file: {path}: No such file or directory", ErrorDomain.CONF
        ) from None
    except OSError as e:
        raise VirtError(ErrorCode.SYSTEM_ERROR, f"Can't load config file: {path}: {e.strerror}", ErrorDomain.CONF) from e
    return config_from(parse_conf(text, str(path)), str(path))


def config_from(values: dict[str, tuple[ConfValue, int]], name: str) -> DaemonConfig:
    """Check and take what was read; keys we do not know are left alone, as libvirt does."""
    config = DaemonConfig()
    for key, (value, line) in values.items():
        kind = _KINDS.get(key)
        if kind is not None:
            setattr(config, key, _checked(key, kind, value, f"{name}: {line}"))
    if config.max_workers < 1:
        raise VirtError(ErrorCode.CONF_SYNTAX, "'max_workers' must be greater than 0", ErrorDomain.CONF)
    return config


def _checked(key: str, kind: str, value: ConfValue, where: str) -> object:
    def wrong(wanted: str) -> VirtError:
        text = f"{where}: {key}: invalid type: expected type {wanted}"
        return VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.CONF)

    if kind == "bool":
        if value not in (0, 1):
            raise wrong("boolean")
        return bool(value)
    if kind == "int":
        if not isinstance(value, int):
            raise wrong("long")
        return value
    if kind.startswith("list"):
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list):
            raise wrong("string list")
        return value
    if not isinstance(value, str):
        raise wrong("string")
    if key in _AUTH and value not in _AUTH[key]:
        raise VirtError(ErrorCode.CONF_SYNTAX, f"{where}: {key}: unsupported auth {value}", ErrorDomain.CONF)
    if key.endswith("_perms"):
        mode_of(value)
    return value


def mode_of(text: str) -> int:
    """A socket mode as the file writes it: octal digits."""
    try:
        mode = int(text, 8)
    except ValueError:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Failed to parse mode '{text}'", ErrorDomain.CONF) from None
    if not 0 <= mode <= 0o777:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Failed to parse mode '{text}'", ErrorDomain.CONF)
    return mode
