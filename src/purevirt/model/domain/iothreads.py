"""`<iothreadids>` and `<defaultiothread>`: threads of the hypervisor that do I/O."""

from __future__ import annotations

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, Element, Int, ParseContext, XmlError, attr
from purevirt.types.override import override


class _PoolSize:
    """A count of threads: an integer, and not negative (two different errors)."""

    safe = True
    rng = '<data type="unsignedInt"/>'

    def parse(self, text: str) -> int:
        value = Int(-(2**31), 2**31 - 1).parse(text)
        if value < 0:
            raise ValueError("non-negative value")
        return value

    def format(self, value: object) -> str:
        return str(value)


POOL_SIZE = _PoolSize()


class Iothread(Element, tag="iothread"):
    """One I/O thread, known by its number."""

    known_by = ("id",)

    id: int = attr(UINT, required=True, nonzero=True)
    thread_pool_min: int | None = attr(POOL_SIZE)
    thread_pool_max: int | None = attr(POOL_SIZE)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not ctx.skip_validate:
            check_pool(self.thread_pool_min, self.thread_pool_max)


class DefaultIothread(Element, tag="defaultiothread"):
    """The pool of the main thread."""

    thread_pool_min: int | None = attr(POOL_SIZE)
    thread_pool_max: int | None = attr(POOL_SIZE)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not ctx.skip_validate:
            check_pool(self.thread_pool_min, self.thread_pool_max)


def check_pool(minimum: int | None, maximum: int | None) -> None:
    """The smallest size of a pool is not above the largest, which must be said then and not be 0."""
    if minimum is not None and (maximum is None or minimum > maximum):
        message = "thread_pool_min must be smaller or equal to thread_pool_max"
        raise XmlError(message, ErrorCode.CONFIG_UNSUPPORTED)
    if maximum == 0:
        raise XmlError("thread_pool_max must be a positive integer", ErrorCode.CONFIG_UNSUPPORTED)


def complete(threads: list[Iothread], count: int) -> list[Iothread]:
    """As many threads as `count` says: the lowest free numbers are added to those given."""
    result = list(threads)
    taken = {thread.id for thread in result}
    number = 1
    while len(result) < count:
        if number not in taken:
            result.append(Iothread(id=number))
        number += 1
    return result
