"""From a call to its reply: authenticated? connection open? lane free? allowed? Then the driver, then the answer.

Everything a procedure is allowed to do is decided here, from its row, so that no driver can forget it: the read-only
rule first, then the access control of the row (`daemon/access`). Unknown failures of a driver are logged with their
traceback and answered as internal errors; they end neither the connection nor the daemon.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from logging import getLogger
from typing import TYPE_CHECKING, Any

from purevirt.api.context import CallContext, current
from purevirt.daemon.stepping import Unfinished, step
from purevirt.errors import Denied, ErrorCode, ErrorDomain, NoSupport, VirtError
from purevirt.protocol.rows import Row, When
from purevirt.protocol.xdr import Struct, values_of
from purevirt.rpc.session import Call, ServerSession

if TYPE_CHECKING:
    from purevirt.daemon.access.control import AccessControl
    from purevirt.daemon.client import ServedClient
    from purevirt.daemon.server import Server
    from purevirt.daemon.server_stream import ClientStream

log = getLogger("purevirt.daemon.dispatch")

Handler = Callable[["ServedClient", Call], Awaitable[Any]]

FD_ROWS = frozenset(
    {
        "domain_open_graphics_fd",
        "domain_open_namespace",
        "domain_create_xml_with_files",
        "domain_create_with_files",
        "domain_monitor_command_with_files",
        "domain_fd_associate",
    }
)
"""Procedures that get a context of their own, because descriptors travel in it."""


class Dispatcher:
    """`handlers` serve procedures of the connection itself, by program name and procedure; the rest is the driver's."""

    def __init__(self, server: Server, handlers: Mapping[str, Mapping[str, Handler]], access: AccessControl | None) -> None:
        self._server = server
        self._handlers: dict[Row, Handler] = {}
        for program in server.programs:
            for name, handler in handlers.get(program.name, {}).items():
                self._handlers[program.by_name[name]] = handler
        self.access = access
        self._serving_drivers = "remote" in {p.name for p in server.programs}

    # -- starting a call

    def begin(self, client: ServedClient, call: Call) -> None:
        """Run the call, at once as far as it goes; its reply is sent when it is there."""
        high = call.row.high_priority
        if self._server.lanes.take(high, lambda: self._run(client, call)):
            self._run(client, call)

    def _run(self, client: ServedClient, call: Call) -> None:
        stream: ClientStream | None = None
        own: CallContext | None = None
        try:
            work, stream, own = self._prepare(client, call)
        except VirtError as e:
            self._fail(client, call, e, None, own)
            return
        token = current.set(own or client.context)
        try:
            result = step(self._server.loop, work)
            if isinstance(result, Unfinished):
                self._go_on(client, call, result, stream, own)
            else:
                self._finish(client, call, result, stream, own)
        except VirtError as e:
            self._fail(client, call, e, stream, own)
        except Exception as e:  # noqa: BLE001
            self._crash(client, call, e, stream, own)
        finally:
            current.reset(token)

    def refuse_stranger(self, client: ServedClient, call: Call) -> None:
        """The answer to a call that came before its client was known. At once and in order of arrival: a call that
        waited could be served after all, though it was sent before the connection was protected."""
        self._fail(client, call, _authentication_required(), None, None)

    def _prepare(
        self, client: ServedClient, call: Call
    ) -> tuple[Coroutine[Any, Any, Any], ClientStream | None, CallContext | None]:
        row = call.row
        if not client.authenticated and row.auth:
            raise _authentication_required()
        handler = self._handlers.get(row)
        if handler is not None:
            if row.readonly is False and client.readonly and client.driver is not None:
                raise read_only(row)
            if self.access is not None and row.acl:
                return self._checked_handler(self.access, client, call, handler), None, None
            return _as_coroutine(handler(client, call)), None, None
        driver = client.driver
        if driver is None:
            raise self._not_open(row)
        own = None
        if row.name in FD_ROWS or call.fds:
            own = replace(client.context, fds=call.fds, reply_fds=[])
        args = values_of(call.args) if call.args is not None else ()
        if client.readonly and denied_when_read_only(row, call.args):
            raise read_only(row)
        stream = client.open_stream(call) if row.stream is not None else None
        if stream is not None:
            args = (*args, stream)
        if self.access is not None:

            def work() -> Awaitable[Any]:
                return driver.call(row.name, *args, program=call.program.name)

            return self.access.serve(client, row, call.args, work), stream, own
        return _as_coroutine(driver.call(row.name, *args, program=call.program.name)), stream, own

    @staticmethod
    async def _checked_handler(access: AccessControl, client: ServedClient, call: Call, handler: Handler) -> Any:
        """A procedure of the connection itself, with access control around it."""
        if client.driver is not None:
            return await access.serve(client, call.row, call.args, lambda: handler(client, call))
        result = await handler(client, call)
        if client.driver is not None:  # it was the opening: whether this client may is known now that there is a driver
            try:
                await access.serve(client, call.row, call.args, _nothing)
            except VirtError:
                await client.close_driver()
                raise
        return result

    def _not_open(self, row: Row) -> VirtError:
        if not self._serving_drivers:
            return VirtError(ErrorCode.INTERNAL_ERROR, "connection not open", ErrorDomain.ADMIN)
        what = f"{row.facet or 'hypervisor'} connection"
        return VirtError(ErrorCode.INTERNAL_ERROR, f"{what} not open", ErrorDomain.RPC)

    # -- a call that waits

    def _go_on(
        self, client: ServedClient, call: Call, work: Unfinished, stream: ClientStream | None, own: CallContext | None
    ) -> None:
        reserved = self._server.lanes.occupy(call.row.high_priority)
        client.in_progress += 1
        task = self._server.tasks.spawn(self._await(client, call, work, stream, own, reserved), call.row.name)
        work.adopt(task)

    async def _await(
        self,
        client: ServedClient,
        call: Call,
        work: Unfinished,
        stream: ClientStream | None,
        own: CallContext | None,
        reserved: bool,
    ) -> None:
        try:
            result = await work.rest()
        except VirtError as e:
            self._fail(client, call, e, stream, own)
        except asyncio.CancelledError:
            self._close_fds(call, own)
            raise
        except Exception as e:  # noqa: BLE001
            self._crash(client, call, e, stream, own)
        else:
            self._finish(client, call, result, stream, own)
        finally:
            self._server.lanes.release(reserved)
            client.call_done()

    # -- the answer

    def _finish(
        self, client: ServedClient, call: Call, result: Any, stream: ClientStream | None, own: CallContext | None
    ) -> None:
        try:
            value = ret_struct(call.row, result)
            fds: list[int] = own.reply_fds if own is not None else []
            if fds:
                client.link.write(ServerSession.reply_with_fds(call, value, fds), fds)
            else:
                client.link.write(ServerSession.reply(call, value))
        except VirtError as e:
            log.error("%s: the driver's result does not fit: %s", call.row.name, e.message)
            self._fail(client, call, e, stream, own)
            return
        self._close_fds(call, own)
        if stream is not None:
            stream.start()

    def _fail(
        self, client: ServedClient, call: Call, error: VirtError, stream: ClientStream | None, own: CallContext | None
    ) -> None:
        if isinstance(error, NoSupport) and call.row.function:
            error = NoSupport(call.row.function, error.domain or call.row.errors)
        if stream is not None:
            stream.lost()
            client.stream_over(call.serial)
        log.log(error_level(error), "%s: %s", call.row.name, error.message)
        client.link.write(ServerSession.error_reply(call, error))
        self._close_fds(call, own)

    def _crash(
        self, client: ServedClient, call: Call, error: Exception, stream: ClientStream | None, own: CallContext | None
    ) -> None:
        log.error("%s failed", call.row.name, exc_info=error)
        text = "An error occurred, but the cause is unknown"
        self._fail(client, call, VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.RPC), stream, own)

    @staticmethod
    def _close_fds(call: Call, own: CallContext | None) -> None:
        """Descriptors that came and were not taken, and those that have gone out."""
        for fd in call.fds:
            os.close(fd)
        call.fds.clear()
        if own is not None:
            for fd in own.reply_fds:
                os.close(fd)
            own.reply_fds.clear()


def _authentication_required() -> VirtError:
    return VirtError(ErrorCode.RPC, "authentication required", ErrorDomain.RPC)


def _as_coroutine(work: Awaitable[Any]) -> Coroutine[Any, Any, Any]:
    if isinstance(work, Coroutine):
        return work
    return _awaited(work)


async def _nothing() -> None:
    return None


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def ret_struct(row: Row, result: Any) -> Struct | None:
    """What a driver returned as the row's ret struct: itself, or the value of its only field."""
    ret = row.ret
    if ret is None:
        return None
    if type(result) is ret:
        return result
    if len(ret.__slots__) == 1:
        return ret(result)
    raise VirtError(ErrorCode.INTERNAL_ERROR, f"{row.name} returned {type(result).__name__}", ErrorDomain.RPC)


def denied_when_read_only(row: Row, args: Any) -> bool:
    rule = row.readonly
    if isinstance(rule, When):
        return rule.holds(args)
    return rule is False


def read_only(row: Row) -> VirtError:
    return Denied(ErrorCode.OPERATION_DENIED, f"read only access prevents {row.function}", row.errors)


def error_level(error: VirtError) -> int:
    """Errors that are a client's daily bread ("no such domain") are not worth an error line in the daemon's log."""
    return 10 if error.code in _EVERYDAY else 40


_EVERYDAY = frozenset(
    {
        ErrorCode.NO_DOMAIN,
        ErrorCode.NO_NETWORK,
        ErrorCode.NO_STORAGE_POOL,
        ErrorCode.NO_STORAGE_VOL,
        ErrorCode.NO_NODE_DEVICE,
        ErrorCode.NO_INTERFACE,
        ErrorCode.NO_NWFILTER,
        ErrorCode.NO_NWFILTER_BINDING,
        ErrorCode.NO_SECRET,
        ErrorCode.NO_DOMAIN_SNAPSHOT,
        ErrorCode.NO_DOMAIN_CHECKPOINT,
        ErrorCode.NO_DOMAIN_METADATA,
        ErrorCode.NO_SUPPORT,
        ErrorCode.OPERATION_DENIED,
    }
)
