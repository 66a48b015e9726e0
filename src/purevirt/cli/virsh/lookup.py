"""Objects from what was typed: a domain by id, UUID or name, a volume by name, key or path, and so on.

Each function raises Failed with the complaint of its kind; where the original shows the library's error behind it, that
error is the cause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import signed
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.errors import ErrorCode, VirtError

if TYPE_CHECKING:
    from purevirt.client import (
        Domain,
        DomainCheckpoint,
        DomainSnapshot,
        Interface,
        Network,
        NodeDevice,
        NWFilter,
        NWFilterBinding,
        Secret,
        StoragePool,
        StorageVol,
    )

T = TypeVar("T")
UUID_LENGTH = 36
_WWN = re.compile(r"[0-9A-Fa-f]{16}\Z")
_MAC = re.compile(r"[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}\Z")


def check_wwn(text: str) -> None:
    """A world wide name is 16 hexadecimal digits. Raises Failed."""
    if not _WWN.match(text):
        raise Failed() from VirtError(ErrorCode.INTERNAL_ERROR, f"Malformed wwn: {text}")


@contextmanager
def complaining(*lines: str) -> Iterator[None]:
    """The library's error inside becomes Failed(lines) with that error as the cause."""
    try:
        yield
    except VirtError as error:
        raise Failed(*lines) from error


def first_of(complaint: str, tries: list[Callable[[], T]]) -> T:
    """The first look-up that succeeds, else the complaint, caused by the last error."""
    last: VirtError | None = None
    for attempt in tries:
        try:
            return attempt()
        except VirtError as error:
            last = error
    raise Failed(complaint) from last


def is_mac(text: str) -> bool:
    """Whether it is spelt like a MAC address."""
    return _MAC.match(text) is not None


def domain(sh: Shell, a: Args, option: str = "domain", by: str = "id uuid name") -> Domain:
    """A domain; `by` names the spellings that count."""
    return find_domain(sh, a.need(option), by)


def find_domain(sh: Shell, name: str, by: str = "id uuid name") -> Domain:
    """A domain by what was typed."""
    ways = by.split()
    number = signed(name, 32)
    tries: list[Callable[[], Domain]] = []
    if "id" in ways and number is not None and number >= 0:
        tries.append(lambda: sh.conn.domain_lookup_by_id(number))
    if "uuid" in ways and len(name) == UUID_LENGTH:
        tries.append(lambda: sh.conn.domain_lookup_by_uuid_string(name))
    if "name" in ways:
        tries.append(lambda: sh.conn.domain_lookup_by_name(name))
    try:
        return first_of("", tries)
    except Failed:
        raise Failed(f"failed to get domain '{name}'") from None


def network(sh: Shell, a: Args, option: str = "network", by: str = "uuid name") -> Network:
    name = a.need(option)
    tries: list[Callable[[], Network]] = []
    if "uuid" in by and len(name) == UUID_LENGTH:
        tries.append(lambda: sh.conn.network_lookup_by_uuid_string(name))
    if "name" in by:
        tries.append(lambda: sh.conn.network_lookup_by_name(name))
    return first_of(f"failed to get network '{name}'", tries)


def pool(sh: Shell, a: Args, option: str = "pool", by: str = "uuid name") -> StoragePool:
    name = a.need(option)
    tries: list[Callable[[], StoragePool]] = []
    if "uuid" in by and len(name) == UUID_LENGTH:
        tries.append(lambda: sh.conn.storage_pool_lookup_by_uuid_string(name))
    if "name" in by:
        tries.append(lambda: sh.conn.storage_pool_lookup_by_name(name))
    return first_of(f"failed to get pool '{name}'", tries)


def volume(
    sh: Shell, a: Args, option: str = "vol", pool_option: str | None = "pool", by: str = "name key path"
) -> StorageVol:
    """A volume; by name only inside a pool. `pool_option` None: the command has no such option."""
    name = a.need(option)
    inside: StoragePool | None = None
    if pool_option is not None and a.text(pool_option) is not None:
        inside = pool(sh, a, pool_option)
        with complaining():
            if not inside.is_active():
                raise Failed(f"pool '{a.raw(pool_option)}' is not active")
    tries: list[Callable[[], StorageVol]] = []
    if inside is not None and "name" in by:
        tries.append(lambda: _in_pool(inside, name))
    if "key" in by:
        tries.append(lambda: sh.conn.storage_vol_lookup_by_key(name))
    if "path" in by:
        tries.append(lambda: sh.conn.storage_vol_lookup_by_path(name))
    hint = "" if inside is not None or pool_option is None else f", specifying --{pool_option} might help"
    found = first_of(f"failed to get vol '{name}'{hint}", tries)
    if inside is not None:
        with complaining():
            owner = found.storage_pool_lookup_by_volume()
        if owner.get_uuid_string() != inside.get_uuid_string():
            raise Failed(f"Requested volume '{name}' is not in pool '{inside.get_name()}'")
    return found


def _in_pool(inside: StoragePool, name: str) -> StorageVol:
    return inside.storage_vol_lookup_by_name(name)


def interface(sh: Shell, a: Args, option: str = "interface", by: str = "name mac") -> Interface:
    name = a.need(option)
    mac = is_mac(name)
    tries: list[Callable[[], Interface]] = []
    if "name" in by and not mac:
        tries.append(lambda: sh.conn.interface_lookup_by_name(name))
    if "mac" in by:
        tries.append(lambda: sh.conn.interface_lookup_by_mac_string(name))
    return first_of(f"failed to get interface '{name}'", tries[:1] if not mac and "name" in by else tries)


def secret(sh: Shell, a: Args, option: str = "secret") -> Secret:
    name = a.need(option)
    tries: list[Callable[[], Secret]] = [lambda: sh.conn.secret_lookup_by_uuid_string(name)]
    return first_of(f"failed to get secret '{name}'", tries)


def nwfilter(sh: Shell, a: Args, option: str = "nwfilter") -> NWFilter:
    name = a.need(option)
    tries: list[Callable[[], NWFilter]] = []
    if len(name) == UUID_LENGTH:
        tries.append(lambda: sh.conn.nwfilter_lookup_by_uuid_string(name))
    tries.append(lambda: sh.conn.nwfilter_lookup_by_name(name))
    return first_of(f"failed to get nwfilter '{name}'", tries)


def nwfilter_binding(sh: Shell, a: Args, option: str = "binding") -> NWFilterBinding:
    name = a.need(option)
    tries: list[Callable[[], NWFilterBinding]] = [lambda: sh.conn.nwfilter_binding_lookup_by_port_dev(name)]
    return first_of(f"failed to get nwfilter binding '{name}'", tries)


def node_device(sh: Shell, a: Args, option: str = "device") -> NodeDevice:
    """A node device by name, or a SCSI host by "wwnn,wwpn"."""
    name = a.need(option)
    tries: list[Callable[[], NodeDevice]] = [lambda: sh.conn.node_device_lookup_by_name(name)]
    if "," in name:
        parts = name.split(",")
        if len(parts) != 2:
            raise Failed(f"Malformed device value '{name}'")
        for wwn in parts:
            check_wwn(wwn)
        tries = [lambda: sh.conn.node_device_lookup_scsi_host_by_wwn(parts[0], parts[1])]
    return first_of(f"Could not find matching device '{name}'", tries)


def snapshot(
    dom: Domain, a: Args, option: str = "snapshotname", *, current: bool = False
) -> tuple[DomainSnapshot, str]:
    """The snapshot named, or the current one where --current may be given; and its name."""
    name = a.text(option)
    if current:
        if name is not None and a.flag("current"):
            raise Failed(f"--{option} and --current are mutually exclusive")
        if name is None:
            if not a.flag("current"):
                raise Failed(f"--{option} or --current is required")
            found = dom.snapshot_current()
            return found, found.get_name()
    if name is None:
        raise Failed(f"--{option} or --current is required")
    return dom.snapshot_lookup_by_name(name), name


def checkpoint(dom: Domain, a: Args, option: str = "checkpointname") -> tuple[DomainCheckpoint, str]:
    name = a.text(option)
    if name is None:
        raise Failed(f"--{option} is required")
    return dom.checkpoint_lookup_by_name(name), name
