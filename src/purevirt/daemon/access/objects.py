"""What an access rule is about: an object's kind and the attributes by which rules name it (`acl.json`, polkit_attributes)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from purevirt.protocol import remote
from purevirt.types.uuid import format_uuid

SECRET_USAGE = {1: "secret_usage_volume", 2: "secret_usage_ceph", 3: "secret_usage_target", 4: "secret_usage_name"}
"""By VIR_SECRET_USAGE_TYPE_*; a vTPM's usage has no attribute in libvirt 9.0."""


@dataclass(frozen=True, slots=True)
class Target:
    """One object as rules see it."""

    kind: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def _named(kind: str, prefix: str, name: str, uuid: bytes) -> Target:
    return Target(kind, {f"{prefix}_name": name, f"{prefix}_uuid": format_uuid(uuid)})


def _domain(ref: remote.NonnullDomain) -> Target:
    return _named("domain", "domain", ref.name, ref.uuid)


def _network(ref: remote.NonnullNetwork) -> Target:
    return _named("network", "network", ref.name, ref.uuid)


def _pool(ref: remote.NonnullStoragePool) -> Target:
    return _named("storage_pool", "pool", ref.name, ref.uuid)


def _nwfilter(ref: remote.NonnullNwfilter) -> Target:
    return _named("nwfilter", "nwfilter", ref.name, ref.uuid)


def _node_device(ref: remote.NonnullNodeDevice) -> Target:
    return Target("node_device", {"node_device_name": ref.name})


def _interface(ref: remote.NonnullInterface) -> Target:
    return Target("interface", {"interface_name": ref.name, "interface_macaddr": ref.mac})


def _secret(ref: remote.NonnullSecret) -> Target:
    attributes = {"secret_uuid": format_uuid(ref.uuid)}
    usage = SECRET_USAGE.get(ref.usageType)
    if usage is not None:
        attributes[usage] = ref.usageID
    return Target("secret", attributes)


OF_REFERENCE: dict[type, Callable[[Any], Target]] = {
    remote.NonnullDomain: _domain,
    remote.NonnullNetwork: _network,
    remote.NonnullStoragePool: _pool,
    remote.NonnullNwfilter: _nwfilter,
    remote.NonnullNodeDevice: _node_device,
    remote.NonnullInterface: _interface,
    remote.NonnullSecret: _secret,
}
"""Kinds whose reference says all that rules can ask; it must come from a driver, clients may write anything into theirs."""


def with_volume(pool: remote.NonnullStoragePool, name: str, key: str | None) -> Target:
    attributes = {**_pool(pool).attributes, "vol_name": name}
    if key is not None:
        attributes["vol_key"] = key
    return Target("storage_vol", attributes)


def with_port(network: remote.NonnullNetwork, uuid: str | None) -> Target:
    attributes = dict(_network(network).attributes)
    if uuid is not None:
        attributes["port_uuid"] = uuid
    return Target("network_port", attributes)


def with_binding(portdev: str | None, linkdev: str | None, filter_name: str | None) -> Target:
    given = {"portdev": portdev, "linkdev": linkdev, "filter": filter_name}
    return Target("nwfilter_binding", {f"nwfilter_binding_{k}": v for k, v in given.items() if v is not None})
