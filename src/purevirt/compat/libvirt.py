"""The module `libvirt` of libvirt-python 9.0, over purevirt.client: `purevirt exec -- PROGRAM` puts it in its place.

Classes, methods, signatures, constants and the exception are libvirt-python's. The regular methods are in `calls/`
(generated); here stands what has a shape of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from purevirt.client import opening
from purevirt.compat import raising
from purevirt.compat.calls.connect_1 import virConnectCalls1
from purevirt.compat.calls.connect_2 import virConnectCalls2
from purevirt.compat.calls.devices import virInterfaceCalls, virNodeDeviceCalls
from purevirt.compat.calls.domain_1 import virDomainCalls1
from purevirt.compat.calls.domain_2 import virDomainCalls2
from purevirt.compat.calls.network import virNetworkCalls, virNetworkPortCalls
from purevirt.compat.calls.nwfilter import virNWFilterBindingCalls, virNWFilterCalls
from purevirt.compat.calls.secret import virSecretCalls
from purevirt.compat.calls.snapshot import virDomainCheckpointCalls, virDomainSnapshotCalls
from purevirt.compat.calls.storage import virStoragePoolCalls, virStorageVolCalls
from purevirt.compat.calls.stream import virStreamCalls
from purevirt.compat.event_functions import (
    _dispatchEventHandleCallback as _dispatchEventHandleCallback,
)
from purevirt.compat.event_functions import (
    _dispatchEventTimeoutCallback as _dispatchEventTimeoutCallback,
)
from purevirt.compat.event_functions import (
    _eventInvokeHandleCallback as _eventInvokeHandleCallback,
)
from purevirt.compat.event_functions import (
    _eventInvokeTimeoutCallback as _eventInvokeTimeoutCallback,
)
from purevirt.compat.event_functions import (
    virEventAddHandle as virEventAddHandle,
)
from purevirt.compat.event_functions import (
    virEventAddTimeout as virEventAddTimeout,
)
from purevirt.compat.event_functions import (
    virEventInvokeFreeCallback as virEventInvokeFreeCallback,
)
from purevirt.compat.event_functions import (
    virEventRegisterDefaultImpl as virEventRegisterDefaultImpl,
)
from purevirt.compat.event_functions import (
    virEventRegisterImpl as virEventRegisterImpl,
)
from purevirt.compat.event_functions import (
    virEventRemoveHandle as virEventRemoveHandle,
)
from purevirt.compat.event_functions import (
    virEventRemoveTimeout as virEventRemoveTimeout,
)
from purevirt.compat.event_functions import (
    virEventRunDefaultImpl as virEventRunDefaultImpl,
)
from purevirt.compat.event_functions import (
    virEventUpdateHandle as virEventUpdateHandle,
)
from purevirt.compat.event_functions import (
    virEventUpdateTimeout as virEventUpdateTimeout,
)
from purevirt.compat.events import virConnectEvents
from purevirt.compat.handle import CLASSES, CLOSED, ClosedHandle, Handle, Session, make, twin_of
from purevirt.compat.pump import Pump
from purevirt.compat.raising import failing, libvirtError
from purevirt.compat.shapes import time_parts
from purevirt.compat.streams import BUFFER, virStreamData
from purevirt.types import constants as _constants
from purevirt.types.override import override

__version__ = "9.0.0"
_VERSION = 9_000_000


class virDomain(virDomainCalls1, virDomainCalls2, Handle):
    """A guest."""

    def setTime(self, time: Any = None, flags: int = 0) -> int:
        seconds, nseconds = time_parts(time, flags)
        with failing("virDomainSetTime"):
            self._o.set_time(seconds, nseconds, flags)
        return 0

    def migrate(
        self, dconn: Any, flags: int = 0, dname: Any = None, uri: Any = None, bandwidth: int = 0
    ) -> Any:
        with failing("virDomainMigrate"):
            return make("virDomain", self, self._o.migrate(twin_of(dconn), flags, dname, uri, bandwidth))

    def migrate2(
        self, dconn: Any, dxml: Any = None, flags: int = 0, dname: Any = None, uri: Any = None, bandwidth: int = 0
    ) -> Any:
        with failing("virDomainMigrate2"):
            return make("virDomain", self, self._o.migrate2(twin_of(dconn), dxml, flags, dname, uri, bandwidth))


class virNetwork(virNetworkCalls, Handle):
    """A virtual network."""


class virNetworkPort(virNetworkPortCalls, Handle):
    """A port of a virtual network."""

    def __init__(self, net: Any, _obj: Any = None) -> None:
        self._net = net
        super().__init__(net, _obj)

    def network(self) -> Any:
        return self._net


class virInterface(virInterfaceCalls, Handle):
    """A host interface."""


class virStoragePool(virStoragePoolCalls, Handle):
    """A storage pool."""


class virStorageVol(virStorageVolCalls, Handle):
    """A storage volume."""

    streamBufSize = BUFFER


class virNodeDevice(virNodeDeviceCalls, Handle):
    """A device of the host."""


class virSecret(virSecretCalls, Handle):
    """A secret."""


class virNWFilter(virNWFilterCalls, Handle):
    """A network filter."""


class virNWFilterBinding(virNWFilterBindingCalls, Handle):
    """A network filter bound to a port."""


class virStream(virStreamData, virStreamCalls, Handle):
    """A stream."""

    def __init__(self, conn: Any, _obj: Any = None) -> None:
        super().__init__(conn, _obj)
        self.cb = None

    @override
    def __del__(self) -> None:
        if self.cb is not None and self._o is not None and self._o._a._channel is not None:
            self._o.event_remove_callback()
        super().__del__()


class _OfDomain(Handle):
    """What belongs to a guest."""

    def __init__(self, dom: Any, _obj: Any = None) -> None:
        self._dom = dom if isinstance(dom, virDomain) else dom._dom
        super().__init__(dom, _obj)

    def domain(self) -> Any:
        return self._dom

    def getConnect(self) -> Any:
        return self._conn

    def getDomain(self) -> Any:
        return self._dom


class virDomainCheckpoint(virDomainCheckpointCalls, _OfDomain):
    """A checkpoint of a guest."""


class virDomainSnapshot(virDomainSnapshotCalls, _OfDomain):
    """A snapshot of a guest."""


class virConnect(virConnectCalls1, virConnectCalls2, virConnectEvents):
    """A connection to a driver."""

    _session: Session | None = None

    def __init__(self, _obj: Any = None) -> None:
        if not hasattr(_obj, "list_all_domains"):
            raise TypeError("virConnect objects come from open(), openReadOnly() and openAuth()")
        super().__init__()
        self._o = _obj
        self._conn = self
        self._session = Session(_obj)
        self._pump = Pump(_obj, self._session)

    def __del__(self) -> None:
        if self._session is not None and self._o is not CLOSED and not sys.is_finalizing():
            self._o = CLOSED
            self._session.close()

    def c_pointer(self) -> int:
        return id(self._o)

    def __enter__(self) -> virConnect:
        return self

    def __exit__(
        self,
        exc_type_: type[BaseException] | None,
        exc_value_: BaseException | None,
        traceback_: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> int:
        """0, or 1 where objects or callbacks of the connection still hold it open."""
        assert self._session is not None
        with failing("virConnectClose"):
            if self._o is CLOSED:
                raise ClosedHandle
            self._o = CLOSED
            return self._session.close()

    def domainListGetStats(self, doms: Any, stats: int = 0, flags: int = 0) -> Any:
        for dom in doms:
            if not isinstance(dom, virDomain):
                raise libvirtError("domain list contains non-domain elements")
        with failing("virDomainListGetStats"):
            found = self._o.domain_list_get_stats([dom._o for dom in doms], stats, flags)
            return [(virDomain(self, _obj=entry.domain), dict(entry.params)) for entry in found]

    def virConnGetLastError(self) -> Any:
        return virGetLastError()

    def virConnResetLastError(self) -> None:
        raising.reset_last_error()


CLASSES.update(
    {
        cls.__name__: cls
        for cls in (
            virDomain, virNetwork, virNetworkPort, virInterface, virStoragePool, virStorageVol, virConnect, virNodeDevice,
            virSecret, virNWFilter, virNWFilterBinding, virStream, virDomainCheckpoint, virDomainSnapshot,
        )
    }
)  # fmt: skip


def open(name: str | None = None) -> virConnect:
    """Connect to a driver; None: whatever runs here."""
    with failing("virConnectOpen"):
        return virConnect(_obj=opening.open(name))


def openReadOnly(name: str | None = None) -> virConnect:
    with failing("virConnectOpenReadOnly"):
        return virConnect(_obj=opening.open_read_only(name))


def openAuth(uri: str | None, auth: list[Any], flags: int = 0) -> virConnect:
    """`auth` is [credential types, callback(credentials, opaque) → 0, opaque]; a credential is the list
    [type, prompt, challenge, default, answer], and the callback puts its answer in the last."""
    types, callback, opaque = auth[0], auth[1], auth[2] if len(auth) > 2 else None

    def ask(credentials: list[Any]) -> int:
        rows = [[int(c.type), c.prompt, c.challenge, c.default, None] for c in credentials]
        answer = callback(rows, opaque)
        for credential, row in zip(credentials, rows, strict=True):
            credential.result = row[4]
        return int(answer)

    with failing("virConnectOpenAuth"):
        return virConnect(_obj=opening.open_auth(uri, types, ask if callback is not None else None, flags))


def getVersion(name: str | None = None) -> Any:
    """The library's version; with a name also the driver's, which is the same."""
    return _VERSION if name is None else (_VERSION, _VERSION)


def virInitialize() -> int:
    return 0


def registerErrorHandler(f: Callable[[Any, list[Any]], None] | None, ctx: Any) -> int:
    """f(ctx, [code, domain, message, level, str1, str2, str3, int1, int2]) is told of every error, in place of stderr."""
    raising.set_handler(f, ctx)
    return 0


def virGetLastError() -> Any:
    """This thread's last error as a tuple of nine, None without one."""
    return raising.last_error()


def virGetLastErrorCode() -> int:
    error = raising.last_error()
    return 0 if error is None else error[0]


def virGetLastErrorDomain() -> int:
    error = raising.last_error()
    return 0 if error is None else error[1]


def virGetLastErrorMessage() -> str:
    error = raising.last_error()
    return "no error" if error is None else error[2]


def virResetLastError() -> None:
    raising.reset_last_error()


_NOT_PYTHON = ("_FIELD_LENGTH", "_LAST", "_BUFLEN", "_PARAM_UNLIMITED", "_SEND_KEY_MAX_KEYS", "_KEYCODE_SET_RFB")
_YET_PYTHON = ("VIR_DOMAIN_MEMORY_STAT_LAST", "VIR_NETWORK_UPDATE_COMMAND_ADD_LAST")
_ELSEWHERE = ("VIR_SERVER_", "VIR_THREADPOOL_", "VIR_CLIENT_", "VIR_DOMAIN_QEMU_", "VIR_CONNECT_DOMAIN_QEMU_")
for _name, _value in vars(_constants).items():
    if _name in _YET_PYTHON or (
        _name.startswith("VIR_") and not _name.startswith(_ELSEWHERE) and not _name.endswith(_NOT_PYTHON)
    ):
        globals()[_name] = _value
