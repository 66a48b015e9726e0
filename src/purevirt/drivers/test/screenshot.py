"""A picture of a make-believe screen: the same for every guest, made here."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

from purevirt.api.stream import ServerStream
from purevirt.drivers.test import errors
from purevirt.protocol import remote as p

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

WIDTH, HEIGHT = 640, 480


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def picture() -> bytes:
    """A PNG: 640 × 480 grey steps, dark to light from left to right."""
    row = b"\0" + bytes(x * 256 // WIDTH for x in range(WIDTH))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    data = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(row * HEIGHT)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


async def _send(stream: ServerStream) -> None:
    await stream.send(picture())
    await stream.finish()


class ScreenshotFacet:
    """virDomainScreenshot."""

    def __init__(self, _host: TestHost) -> None:
        pass

    async def domain_screenshot(self, dom: p.NonnullDomain, screen: int, flags: int, stream: ServerStream) -> str:
        """The guest is not looked at: upstream's driver has a picture of guests that do not run, too."""
        errors.check_flags(flags, 0, "testDomainScreenshot")
        stream.run(_send(stream))
        return "image/png"
