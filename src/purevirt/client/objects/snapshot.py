"""Snapshots and checkpoints of a guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.client.calls.snapshot import DomainCheckpointCalls, DomainSnapshotCalls
from purevirt.client.objects.identity import HasName

if TYPE_CHECKING:
    from purevirt.client.objects.domain import Domain


class DomainSnapshot(DomainSnapshotCalls, HasName):
    """A snapshot (virDomainSnapshot)."""

    __slots__ = ()

    def get_domain(self) -> Domain:
        domain: Domain = self._conn._domain(self._ref.dom)
        return domain


class DomainCheckpoint(DomainCheckpointCalls, HasName):
    """A checkpoint (virDomainCheckpoint)."""

    __slots__ = ()

    def get_domain(self) -> Domain:
        domain: Domain = self._conn._domain(self._ref.dom)
        return domain
