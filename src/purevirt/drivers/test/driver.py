"""Opening test URIs, and the driver that a connection gets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from purevirt.api.driver import FacetDriver
from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.api.driver import Driver
    from purevirt.drivers.registry import DriverState

_shared: list[TestHost] = []
"""The host of test:///default while somebody is connected to it."""


class TestDriver(FacetDriver):
    """One connection; the shared host goes with its last one."""

    __test__ = False

    def __init__(self, host: TestHost, uri: str) -> None:
        from purevirt.drivers.test.facets import facets

        super().__init__("test", facets(host, uri), host.hub)
        self._host: TestHost | None = host
        host.connections += 1

    @override
    async def close(self) -> None:
        host, self._host = self._host, None
        if host is None:
            return
        host.connections -= 1
        if not host.connections and host in _shared:
            _shared.remove(host)


async def connect(uri: str, state: DriverState | None) -> Driver:
    """test:///default, or test:///FILE with a description of the host."""
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.netloc:
        raise VirtError(ErrorCode.NO_CONNECT, uri)
    if path in ("", "/"):
        raise errors.bad_argument("testOpen: supply a path or use test:///default")
    if path != "/default":
        from purevirt.drivers.test.nodefile import read_host

        return TestDriver(read_host(path), uri)
    if not _shared:
        from purevirt.drivers.test.defaults import default_host

        _shared.append(default_host())
    return TestDriver(_shared[0], uri)
