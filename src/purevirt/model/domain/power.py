"""`<pm>`: which sleep states the guest's firmware offers, and the words of `<on_poweroff>` and its kin."""

from __future__ import annotations

from typing import Literal

from purevirt.model._engine import YES_NO, Element, attr, child

LifecycleAction = Literal["destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart"]
LockFailureAction = Literal["default", "poweroff", "restart", "pause", "ignore"]


class SuspendState(Element):
    """Whether a sleep state is offered; absent: the hypervisor's default."""

    enabled: bool | None = attr(YES_NO)


class Pm(Element, tag="pm"):
    """S3 and S4."""

    suspend_to_mem: SuspendState | None = child(SuspendState, tag="suspend-to-mem")
    suspend_to_disk: SuspendState | None = child(SuspendState, tag="suspend-to-disk")
