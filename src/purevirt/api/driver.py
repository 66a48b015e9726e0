"""The driver interface: what client objects and the daemon call, and how a driver is put together from facets.

A *driver* answers procedures, named as the rows of the remote protocol ("domain_create_with_flags"). Arguments are the
fields of the row's args struct, positionally and in protocol order; the result is None (no ret struct), the value of
the ret struct's only field, or an instance of the ret struct where it has several. The remote client is a driver like
any other, so `client/` does not know whether a call crosses a socket.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from purevirt.errors import NoSupport

if TYPE_CHECKING:
    from purevirt.api.events import EventHub

Method = Callable[..., Awaitable[Any]]


@runtime_checkable
class Driver(Protocol):
    """Anything that answers procedures: a local driver, a set of them, or the remote client."""

    @property
    def events(self) -> EventHub | None:
        """Where the driver's objects announce changes; None when the driver has no events."""
        ...

    def supports(self, procedure: str) -> bool:
        """Whether `call` would reach an implementation."""
        ...

    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        """Run one procedure. Raises VirtError; NO_SUPPORT when the driver lacks it."""
        ...

    async def close(self) -> None:
        """Give back what the connection holds. Guests stay."""
        ...


class FacetDriver:
    """A driver made of facets: small objects whose public coroutine methods are named as procedures.

    A procedure that no facet has answers NO_SUPPORT by itself; the support matrix is `procedures()`.
    Procedures of other programs (qemu, lxc) are methods named "PROGRAM_procedure" ("qemu_domain_monitor_command").
    """

    def __init__(self, name: str, facets: Iterable[object], events: EventHub | None = None) -> None:
        self.name = name
        self._events = events
        self._methods: dict[str, Method] = {}
        for facet in facets:
            self.add(facet)

    @property
    def events(self) -> EventHub | None:
        return self._events

    def add(self, facet: object) -> None:
        """Take every public method of the facet; two facets offering one procedure is a programming error."""
        for name in dir(type(facet)):
            if name.startswith("_") or not callable(getattr(facet, name)):
                continue
            if name in self._methods:
                raise TypeError(f"{self.name}: procedure {name} offered twice")
            self._methods[name] = getattr(facet, name)

    def procedures(self) -> frozenset[str]:
        return frozenset(self._methods)

    def supports(self, procedure: str) -> bool:
        return procedure in self._methods

    async def call(self, procedure: str, *args: Any, program: str = "remote") -> Any:
        method = self._methods.get(procedure if program == "remote" else f"{program}_{procedure}")
        if method is None:
            raise NoSupport(procedure)
        return await method(*args)

    async def close(self) -> None:
        return None
