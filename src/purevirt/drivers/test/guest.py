"""One guest: its definition, the one for its next start, and its state. Nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.checkpoints import no_checkpoints
from purevirt.drivers.test.iothreads import Polling, named_threads
from purevirt.drivers.test.migration_limits import MigrationLimits
from purevirt.drivers.test.snapshots import no_snapshots
from purevirt.drivers.test.taints import deprecations_of, taints_of
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.remote import NonnullDomain
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.blockjobs import BlockJob
    from purevirt.drivers.test.dirty_rate import Measurement
    from purevirt.drivers.test.jobs import GuestJob
    from purevirt.model.backup import DomainBackup
    from purevirt.model.domain.document import Domain
    from purevirt.types.typed_params import TypedParam


class Guest:
    """`document` is what is; `next` what the next start takes, None while that is `document` itself."""

    def __init__(self, document: Domain, *, persistent: bool) -> None:
        self.name = document.name or ""
        self.uuid = parse_uuid(document.uuid or "")
        self.document = document
        self.next: Domain | None = None
        self.persistent = persistent
        self.id = -1
        self.state = C.VIR_DOMAIN_SHUTOFF
        self.reason = 0
        self.autostart = False
        self.managed_save = False
        self.updated = False
        self.clock = (627319920, 0)
        """What the guest believes the time is: seconds and nanoseconds."""
        self.ssh_keys: list[str] = []
        self.offline_cpus: frozenset[int] = frozenset()
        """Processors that the guest itself does not use."""
        self.dirty_rate: Measurement | None = None
        self.limits = MigrationLimits()
        self.state_before: tuple[int, int] | None = None
        """State and reason when it began to leave for another host."""
        self.frozen: set[str] = set()
        self.taints: list[str] = []
        self.deprecations: list[str] = []
        self.snapshots = no_snapshots()
        self.checkpoints = no_checkpoints()
        self.job: GuestJob | None = None
        self.completed_job: list[TypedParam] | None = None
        """Statistics of the last job that ended, until they are asked for."""
        self.backup: DomainBackup | None = None
        self.block_jobs: dict[str, BlockJob] = {}
        """By the disk's target."""
        self.disk_sizes: dict[str, int] = {}
        """Bytes of disks that were resized, by target."""
        self.sessions: dict[str, Any] = {}
        """Open consoles and channels."""
        self.polling: dict[int, Polling] = named_threads(document)
        """Of I/O threads; made with the guest, a later definition does not change it."""

    @property
    def ref(self) -> NonnullDomain:
        return NonnullDomain(self.name, self.uuid, self.id)

    @property
    def uuid_text(self) -> str:
        return format_uuid(self.uuid)

    @property
    def is_active(self) -> bool:
        return self.id != -1

    @property
    def config(self) -> Domain:
        """What the next start takes."""
        return self.next if self.next is not None else self.document

    def require_active(self) -> None:
        if not self.is_active:
            raise errors.not_running()

    def set_state(self, state: int, reason: int) -> None:
        self.state, self.reason = state, reason

    def rename(self, name: str) -> None:
        """Here and in the documents; the index is told by the caller."""
        self.name = name
        for document in (self.document, self.next):
            if document is not None:
                document.name = name

    def taint(self) -> None:
        """Note what its definition makes doubtful; reasons stay when it stops."""
        self.taints += [text for text in taints_of(self.document) if text not in self.taints]
        self.deprecations += [text for text in deprecations_of(self.document) if text not in self.deprecations]

    # --- which document a call is about ------------------------------------------------------------------------

    def scopes(self, flags: int) -> tuple[bool, bool]:
        """(live, config) of VIR_DOMAIN_AFFECT_* flags; raises where the guest is not of that kind."""
        live, config = bool(flags & C.VIR_DOMAIN_AFFECT_LIVE), bool(flags & C.VIR_DOMAIN_AFFECT_CONFIG)
        if not live and not config:
            live, config = self.is_active, not self.is_active
        if live and not self.is_active:
            raise errors.not_running()
        if config and not self.persistent:
            text = "transient domains do not have any persistent config"
            raise VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.DOMAIN)
        return live, config

    def one(self, flags: int) -> Domain:
        """The document that a reader means."""
        if flags & C.VIR_DOMAIN_AFFECT_LIVE and flags & C.VIR_DOMAIN_AFFECT_CONFIG:
            raise errors.bad_argument("Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive")
        live, _ = self.scopes(flags)
        return self.document if live else self.config

    def targets(self, flags: int) -> list[Domain]:
        """The documents that a writer changes."""
        live, config = self.scopes(flags)
        found = [self.document] if live else []
        if config and not (live and self.config is self.document):
            found.append(self.config)
        return found
