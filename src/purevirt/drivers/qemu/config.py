"""qemu.conf: the driver's settings, with the distribution's defaults."""

from __future__ import annotations

import grp
import pwd
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.process import Credentials
from purevirt.host.roots import Roots

_USERS = (("libvirt-qemu", "libvirt-qemu"), ("qemu", "qemu"))
"""User and group that distributions make for guests, best first."""


@dataclass(slots=True)
class QemuConfig:
    """Settings that this driver acts on; names are qemu.conf's."""

    user: str = ""
    group: str = ""
    dynamic_ownership: bool = True
    remember_owner: bool = True
    seccomp_sandbox: int = -1
    vnc_listen: str = "127.0.0.1"
    vnc_password: str | None = None
    vnc_auto_unix_socket: bool = False
    spice_listen: str = "127.0.0.1"
    remote_display_port_min: int = 5900
    remote_display_port_max: int = 65535
    max_queued: int = 0
    auto_dump_path: str = ""
    save_image_format: str = "raw"
    dump_image_format: str = "raw"
    dump_guest_core: bool = False
    log_timestamp: bool = True
    auto_start_bypass_cache: bool = False
    migration_port_min: int = 49152
    migration_port_max: int = 49215
    values: dict[str, str | int | list[str]] = field(default_factory=dict)
    """Everything the file says, for those who build the command line."""
    credentials: Credentials | None = None
    """Whom guests run as; None when the daemon is not privileged and they run as it does."""
    swtpm_user: str = ""
    swtpm_group: str = ""
    swtpm_credentials: Credentials | None = None
    """Whom the programs of emulated TPMs run as; None when as the daemon does."""


_LINE = re.compile(r"^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*(?:#.*)?$")


def read_values(text: str, path: str) -> dict[str, str | int | list[str]]:
    """libvirt's conf syntax through the project's reader."""
    from purevirt.model.virconf import Conf

    settings = [(entry.name, entry.value) for entry in Conf.parse(text, path).entries if entry.name]
    return {
        name: [str(item) for item in value] if isinstance(value, list) else value
        for name, value in settings
        if value is not None
    }


def load(path: Path, roots: Roots) -> QemuConfig:
    """The settings of qemu.conf; a missing file means the defaults. VirtError for what cannot be read."""
    config = QemuConfig(auto_dump_path=str(roots.driver("qemu").lib / "dump"))
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        config.values = read_values(text, str(path))
        for name, value in config.values.items():
            _assign(config, name, value, path)
    if roots.privileged and roots.uid == 0:
        config.credentials = _credentials(config)
        config.swtpm_credentials = _swtpm_credentials(config)
    return config


def _assign(config: QemuConfig, name: str, value: str | int | list[str], path: Path) -> None:
    if name in ("values", "credentials", "swtpm_credentials") or not hasattr(config, name):
        return
    current = getattr(config, name)
    if isinstance(current, bool):
        if value not in (0, 1):
            raise _bad(path, name, "expected 0 or 1")
        setattr(config, name, bool(value))
    elif isinstance(current, int):
        if not isinstance(value, int):
            raise _bad(path, name, "expected type VIR_CONF_ULLONG")
        setattr(config, name, value)
    elif isinstance(value, str):
        setattr(config, name, value)
    else:
        raise _bad(path, name, "expected type VIR_CONF_STRING")


def _bad(path: Path, name: str, what: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, f"{path}: {name}: invalid value: {what}", ErrorDomain.CONF)


def _number(text: str, kind: str) -> int:
    """A uid or gid from a name or, with or without a plus sign, a number."""
    if text.lstrip("+").isdigit():
        return int(text.lstrip("+"))
    try:
        return pwd.getpwnam(text).pw_uid if kind == "user" else grp.getgrnam(text).gr_gid
    except KeyError as error:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"failed to find {kind} {text}", ErrorDomain.QEMU) from error


def _credentials(config: QemuConfig) -> Credentials | None:
    """User, group and supplementary groups of guests; None when they run as root."""
    if not config.user:
        for user, group in _USERS:
            try:
                pwd.getpwnam(user)
                grp.getgrnam(group)
            except KeyError:
                continue
            config.user, config.group = config.user or user, config.group or group
            break
        else:
            return None
    return _account(config.user, config.group)


def _swtpm_credentials(config: QemuConfig) -> Credentials | None:
    """User and group of swtpm: those of the TPM software stack, where the host has them."""
    if not config.swtpm_user:
        try:
            pwd.getpwnam("tss")
        except KeyError:
            return None
    return _account(config.swtpm_user or "tss", config.swtpm_group or ("" if config.swtpm_user else "tss"))


def _account(user: str, group: str) -> Credentials | None:
    """The ids of a user, with its own group when none is named, and its supplementary groups; None for root."""
    uid = _number(user, "user")
    gid = _number(group or user, "group")
    if uid == 0:
        return None
    try:
        name = pwd.getpwuid(uid).pw_name
        groups = tuple(g.gr_gid for g in grp.getgrall() if name in g.gr_mem)
        groups = (*groups, pwd.getpwuid(uid).pw_gid)
    except KeyError:
        groups = ()
    return Credentials(uid, gid, tuple(dict.fromkeys((*groups, gid))))


_TLS_USERS = {"vnc": False, "chardev": True, "nbd": None, "vxhs": None, "spice": None}
"""Who uses TLS, and whether it checks the other side's certificate by default; None = has no such choice."""


def command_settings(values: dict[str, str | int | list[str]]) -> dict[str, Any]:
    """What the command line takes from qemu.conf, with the defaults that depend on other keys."""
    known = {f.name: f.type for f in fields(QemuSettings)}
    chosen: dict[str, Any] = {}
    for name, value in values.items():
        if name in known and not isinstance(value, list):
            chosen[name] = bool(value) if str(known[name]).startswith("bool") else value
    directory = values.get("default_tls_x509_cert_dir", "/etc/pki/qemu")
    for user, verify in _TLS_USERS.items():
        own = f"/etc/pki/libvirt-{user}"
        chosen.setdefault(f"{user}_tls_x509_cert_dir", own if Path(own).is_dir() else directory)
        if verify is not None:
            chosen.setdefault(f"{user}_tls_x509_verify", bool(values.get("default_tls_x509_verify", verify)))
        if f"{user}_tls_x509_secret_uuid" in known and "default_tls_x509_secret_uuid" in values:
            chosen.setdefault(f"{user}_tls_x509_secret_uuid", values["default_tls_x509_secret_uuid"])
    return chosen
