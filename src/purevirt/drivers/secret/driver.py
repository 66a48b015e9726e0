"""The secret driver's procedures, and how a connection gets them (`secret:///system`, `/session`, `/embed?root=DIR`).

A private secret's value is told to the host's own drivers alone: to whoever holds the host's context, never to a client.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from purevirt.api.context import CallContext
from purevirt.api.driver import Driver, FacetDriver
from purevirt.api.events import Event, EventHub
from purevirt.drivers.registry import DriverHost, DriverState
from purevirt.drivers.secret.store import SecretStore, StoredSecret, secret_error
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.daemonize import PidFile
from purevirt.host.files import make_directory
from purevirt.host.roots import embedded_roots
from purevirt.model._engine import ParseContext
from purevirt.model.secret import Secret, SecretUsageType
from purevirt.protocol import remote
from purevirt.types import arguments
from purevirt.types.uuid import format_uuid, parse_uuid

USAGE_TYPES: tuple[str, ...] = SecretUsageType.__args__  # type: ignore[attr-defined]
"""By number: VIR_SECRET_USAGE_TYPE_NONE, VOLUME, CEPH, ISCSI, TLS, VTPM."""

LIST_EPHEMERAL, LIST_NO_EPHEMERAL, LIST_PRIVATE, LIST_NO_PRIVATE = 1, 2, 4, 8
DEFINE_VALIDATE = 1
EVENT_LIFECYCLE, EVENT_VALUE_CHANGED = 0, 1
LIFECYCLE_DEFINED, LIFECYCLE_UNDEFINED = 0, 1


def check_flags(flags: int, allowed: int, function: str) -> None:
    """INVALID_ARG for bits that the function does not know."""
    arguments.check_flags(flags, allowed, function, ErrorDomain.SECRET)


def wire_secret(secret: StoredSecret) -> remote.NonnullSecret:
    """The reference a client holds."""
    its = secret.definition
    return remote.NonnullSecret(
        uuid=parse_uuid(secret.uuid), usageType=USAGE_TYPES.index(its.usage_type), usageID=its.usage_id
    )


class SecretFacet:
    """Every secret procedure; `internal` callers may read private values."""

    def __init__(self, store: SecretStore, hub: EventHub, *, internal: bool) -> None:
        self._store = store
        self._hub = hub
        self._internal = internal

    def _find(self, secret: remote.NonnullSecret) -> StoredSecret:
        return self._store.by_uuid(format_uuid(secret.uuid))

    def _announce(self, event_id: int, secret: remote.NonnullSecret, event: int = 0) -> None:
        message: remote.SecretEventLifecycleMsg | remote.SecretEventValueChangedMsg
        if event_id == EVENT_LIFECYCLE:
            message = remote.SecretEventLifecycleMsg(callbackID=0, secret=secret, event=event, detail=0)
        else:
            message = remote.SecretEventValueChangedMsg(callbackID=0, secret=secret)
        self._hub.emit(Event("secret", event_id, secret.uuid, message))

    async def connect_num_of_secrets(self) -> int:
        return len(self._store.all())

    async def connect_list_secrets(self, maxuuids: int) -> list[str]:
        return [secret.uuid for secret in self._store.all()][: max(maxuuids, 0)]

    async def connect_list_all_secrets(self, need_results: int, flags: int) -> remote.ConnectListAllSecretsRet:
        check_flags(flags, 15, "secretConnectListAllSecrets")
        found = [wire_secret(secret) for secret in self._store.all() if _matches(secret.definition, flags)]
        return remote.ConnectListAllSecretsRet(secrets=found if need_results else [], ret=len(found))

    async def secret_lookup_by_uuid(self, uuid: bytes) -> remote.NonnullSecret:
        return wire_secret(self._store.by_uuid(format_uuid(uuid)))

    async def secret_lookup_by_usage(self, usageType: int, usageID: str) -> remote.NonnullSecret:
        kind = USAGE_TYPES[usageType] if 0 <= usageType < len(USAGE_TYPES) else "none"
        return wire_secret(self._store.by_usage(kind, usageID))

    async def secret_define_xml(self, xml: str, flags: int) -> remote.NonnullSecret:
        check_flags(flags, DEFINE_VALIDATE, "secretDefineXML")
        context = ParseContext(inactive=True, validate=bool(flags & DEFINE_VALIDATE))
        secret = wire_secret(self._store.define(Secret.from_xml(xml, context)))
        self._announce(EVENT_LIFECYCLE, secret, LIFECYCLE_DEFINED)
        return secret

    async def secret_get_xml_desc(self, secret: remote.NonnullSecret, flags: int) -> str:
        check_flags(flags, 0, "secretGetXMLDesc")
        return self._find(secret).definition.to_xml()

    async def secret_set_value(self, secret: remote.NonnullSecret, value: bytes, flags: int) -> None:
        check_flags(flags, 0, "secretSetValue")
        arguments.require_value(value)
        stored = self._find(secret)
        self._store.set_value(stored, value)
        self._announce(EVENT_VALUE_CHANGED, wire_secret(stored))

    async def secret_get_value(self, secret: remote.NonnullSecret, flags: int) -> bytes:
        check_flags(flags, 0, "secretGetValue")
        stored = self._find(secret)
        if stored.definition.private and not self._internal:
            raise secret_error(ErrorCode.INVALID_SECRET, "secret is private")
        if stored.value is None:
            raise secret_error(ErrorCode.NO_SECRET, f"secret '{stored.uuid}' does not have a value")
        return stored.value.reveal()

    async def secret_undefine(self, secret: remote.NonnullSecret) -> None:
        stored = self._find(secret)
        reference = wire_secret(stored)
        self._store.undefine(stored)
        self._announce(EVENT_LIFECYCLE, reference, LIFECYCLE_UNDEFINED)


def _matches(its: Secret, flags: int) -> bool:
    if flags & (LIST_EPHEMERAL | LIST_NO_EPHEMERAL) and not flags & (LIST_EPHEMERAL if its.ephemeral else LIST_NO_EPHEMERAL):
        return False
    return not flags & (LIST_PRIVATE | LIST_NO_PRIVATE) or bool(flags & (LIST_PRIVATE if its.private else LIST_NO_PRIVATE))


class ConnectFacet:
    """What a connection to the secret driver itself is asked."""

    async def connect_get_type(self) -> str:
        return "secret"


class SecretState:
    """One directory of secrets, shared by every connection of its host."""

    """`own` is the context that the host's own drivers call with: it alone is told private values."""

    def __init__(self, directory: Path, own: CallContext | None) -> None:
        self.store = SecretStore(directory)
        self.hub = EventHub()
        self.pid_file: PidFile | None = None
        """What keeps other processes from the same embedded directory."""
        self.own = own if own is not None else CallContext(privileged=True)

    def driver_for(self, context: CallContext) -> Driver:
        """The secrets as this connection may see them; the host's own context sees private values too."""
        facet = SecretFacet(self.store, self.hub, internal=context is self.own)
        return FacetDriver("secret", (facet, ConnectFacet()), self.hub)

    def is_needed(self) -> bool:
        return False

    async def stop(self) -> None:
        """Nothing is held but memory."""


_embedded: dict[Path, SecretState] = {}


async def start(host: DriverHost) -> SecretState:
    """Load the host's secrets."""
    state = SecretState(host.roots.secrets, host.context)
    state.store.load()
    return state


async def connect(uri: str, state: DriverState | None) -> Driver:
    """Open a secret URI; embedded directories are shared by all connections of this process."""
    from purevirt.api.context import current

    parts = urlsplit(uri)
    context = current.get(CallContext())
    if parts.netloc:
        raise VirtError(ErrorCode.NO_CONNECT, uri)
    if parts.path == "/embed":
        return embedded(_root_of(parse_qs(parts.query, keep_blank_values=True).get("root", [None])[0])).driver_for(context)
    if state is None:
        raise VirtError(ErrorCode.NO_CONNECT, uri)
    wanted = "/system" if context.privileged else "/session"
    if parts.path != wanted:
        detail = f"unexpected secret URI path '{parts.path}', try secret://{wanted}"
        raise secret_error(ErrorCode.INTERNAL_ERROR, detail)
    return state.driver_for(context)


def _root_of(root: str | None) -> Path:
    if root is None:
        raise VirtError(ErrorCode.INVALID_ARG, "Missing URI parameter 'root'", ErrorDomain.URI)
    if not root.startswith("/"):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "root path must be absolute")
    return Path(root)


def embedded(root: Path) -> SecretState:
    """The secrets of an embedded root, for as long as the process lives; another process cannot have them meanwhile."""
    state = _embedded.get(root)
    if state is None:
        roots = embedded_roots(root)
        state = SecretState(roots.secrets, None)
        try:
            make_directory(roots.etc, 0o700)
            make_directory(roots.run, 0o700)
            make_directory(roots.run / "secrets", 0o700)
        except OSError as error:
            detail = f"cannot create config directory '{roots.secrets}'"
            raise system_error(error.errno or 0, detail, ErrorDomain.SECRET) from error
        pid_file = PidFile(roots.run / "secrets" / "driver.pid")
        pid_file.acquire()
        try:
            state.store.load()
        except VirtError:
            pid_file.release()
            raise
        state.pid_file = pid_file
        _embedded[root] = state
    return state
