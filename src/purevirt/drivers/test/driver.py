"""Opening test URIs, and the driver that a connection gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from purevirt.api.driver import FacetDriver
from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.api.driver import Driver
    from purevirt.drivers.registry import DriverState

_shared: dict[str, TestHost] = {}
"""Hosts of test:///default by their parameters, while somebody is connected to them."""


class TestDriver(FacetDriver):
    """One connection; a shared host goes with its last one."""

    __test__ = False

    def __init__(self, host: TestHost, uri: str) -> None:
        from purevirt.drivers.test.facets import facets

        super().__init__("test", facets(host, uri), host.hub)
        self._host = host
        self._open = True
        host.connections += 1

    @override
    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        """Time goes on and jobs end; then the rules have their say, then the procedure itself."""
        host = self._host
        host.clock.tick()
        if host.busy:
            host.settle_jobs()
        if not host.rules:
            return await super().call(procedure, *args, program=program)
        from purevirt.drivers.test.rules import before_call, emit_events

        following = await before_call(host, procedure, args)
        result = await super().call(procedure, *args, program=program)
        emit_events(host, following, args)
        return result

    @override
    async def close(self) -> None:
        if not self._open:
            return
        self._open = False
        host = self._host
        host.connections -= 1
        for query in [query for query, its in _shared.items() if its is host and not host.connections]:
            del _shared[query]


async def connect(uri: str, state: DriverState | None) -> Driver:
    """test:///default, or test:///FILE with a description of the host; see docs/test-driver.md for parameters."""
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.netloc:
        raise VirtError(ErrorCode.NO_CONNECT, uri)
    if path in ("", "/"):
        raise errors.bad_argument("testOpen: supply a path or use test:///default")
    if path != "/default":
        from purevirt.drivers.test.nodefile import read_host

        host = await read_host(path)
        if parts.query:
            await _apply(host, parts.query)
        return TestDriver(host, uri)
    shared = _shared.get(parts.query)
    if shared is None:
        from purevirt.drivers.test.defaults import default_host

        shared = default_host()
        if parts.query:
            await _apply(shared, parts.query)
        shared = _shared.setdefault(parts.query, shared)  # somebody may have been faster
    return TestDriver(shared, uri)


async def _apply(host: TestHost, query: str) -> None:
    from purevirt.drivers.test.options import apply_query

    await apply_query(host, query)
