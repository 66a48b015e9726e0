"""The module `libvirt_lxc` of libvirt-python 9.0."""

from __future__ import annotations

from typing import Any

from purevirt.compat import libvirt
from purevirt.compat.raising import failing

__all__ = ["libvirt", "lxcEnterCGroup", "lxcOpenNamespace"]


def lxcOpenNamespace(domain: Any, flags: int) -> list[int]:
    """Descriptors of the container's namespaces; the caller's to close."""
    with failing("virDomainLxcOpenNamespace"):
        return list(domain._o.lxc_open_namespace(flags))


def lxcEnterCGroup(domain: Any, flags: int) -> int:
    """Move the calling process into the container's control group."""
    with failing("virDomainLxcEnterCGroup"):
        domain._o.lxc_enter_cgroup(flags)
    return 0
