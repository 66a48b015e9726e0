"""The event loop functions of the module `libvirt`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.compat import eventloop, raising
from purevirt.compat.raising import libvirtError


def virEventRegisterDefaultImpl() -> int:
    """Use the default implementation; a thread of the program must call virEventRunDefaultImpl() again and again."""
    eventloop.register_default()
    return 0


def virEventRunDefaultImpl() -> int:
    """One turn of the default implementation."""
    raising.reset_last_error()
    return eventloop.run_default()


def virEventRegisterImpl(
    addHandle: Callable[..., Any],
    updateHandle: Callable[..., Any],
    removeHandle: Callable[..., Any],
    addTimeout: Callable[..., Any],
    updateTimeout: Callable[..., Any],
    removeTimeout: Callable[..., Any],
) -> None:
    """Use the program's own loop. addHandle(fd, events, cb, opaque) → watch: later cb(watch, fd, events, opaque);
    addTimeout(ms, cb, opaque) → timer: later cb(timer, opaque); removeHandle and removeTimeout answer the opaque value
    or pass it to virEventInvokeFreeCallback themselves."""
    functions = (addHandle, updateHandle, removeHandle, addTimeout, updateTimeout, removeTimeout)
    eventloop.register(eventloop.UserLoop(functions, _eventInvokeHandleCallback, _eventInvokeTimeoutCallback))


def virEventAddHandle(fd: int, events: int, cb: Callable[..., Any], opaque: Any) -> int:
    """cb(watch, fd, events, opaque) when the descriptor is ready; the watch is for update and remove."""
    loop = eventloop.registered
    data = {"cb": cb, "opaque": opaque}
    watch = -1 if loop is None else loop.add_handle(fd, events, _dispatchEventHandleCallback, data)
    if watch == -1:
        raise libvirtError("virEventAddHandle() failed")
    return watch


def virEventUpdateHandle(watch: int, events: int) -> None:
    if eventloop.registered is not None:
        eventloop.registered.update_handle(watch, events)


def virEventRemoveHandle(watch: int) -> int:
    if eventloop.registered is None or eventloop.registered.remove_handle(watch) == -1:
        raise libvirtError("virEventRemoveHandle() failed")
    return 0


def virEventAddTimeout(timeout: int, cb: Callable[..., Any], opaque: Any) -> int:
    """cb(timer, opaque) every `timeout` milliseconds (-1: never, 0: every turn)."""
    loop = eventloop.registered
    data = {"cb": cb, "opaque": opaque}
    timer = -1 if loop is None else loop.add_timeout(timeout, _dispatchEventTimeoutCallback, data)
    if timer == -1:
        raise libvirtError("virEventAddTimeout() failed")
    return timer


def virEventUpdateTimeout(timer: int, timeout: int) -> None:
    if eventloop.registered is not None:
        eventloop.registered.update_timeout(timer, timeout)


def virEventRemoveTimeout(timer: int) -> int:
    if eventloop.registered is None or eventloop.registered.remove_timeout(timer) == -1:
        raise libvirtError("virEventRemoveTimeout() failed")
    return 0


def virEventInvokeFreeCallback(opaque: Any) -> None:
    """For loops of the program's: a removed handle's or timeout's opaque value is not used any more."""
    if isinstance(opaque, tuple) and len(opaque) == 3 and opaque[2] is not None:
        opaque[2](opaque[1])


def _eventInvokeHandleCallback(watch: int, fd: int, event: int, opaque: Any, opaquecompat: Any = None) -> None:
    """What a loop of the program's is given as a handle's callback; the old form passes the callback and opaque apart."""
    callback, value = (opaque, opaquecompat) if opaquecompat is not None else opaque[:2]
    eventloop.called(callback, watch, fd, event, value)


def _eventInvokeTimeoutCallback(timer: int, opaque: Any, opaquecompat: Any = None) -> None:
    callback, value = (opaque, opaquecompat) if opaquecompat is not None else opaque[:2]
    eventloop.called(callback, timer, value)


def _dispatchEventHandleCallback(watch: int, fd: int, events: int, cbData: dict[str, Any]) -> int:
    cbData["cb"](watch, fd, events, cbData["opaque"])
    return 0


def _dispatchEventTimeoutCallback(timer: int, cbData: dict[str, Any]) -> int:
    cbData["cb"](timer, cbData["opaque"])
    return 0
