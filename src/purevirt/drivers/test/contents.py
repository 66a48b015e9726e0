"""What is in a volume: sparse blocks in memory. What was never written is zeros."""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 65536
PIECE = 262_120
"""What goes into one packet of a stream."""
MOST = 256 << 20
"""Bytes that all volumes of a host together may keep."""


class Budget:
    """How much a host's volumes may still keep."""

    def __init__(self, left: int = MOST) -> None:
        self.left = left


class Contents:
    """Bytes by block number; reading and writing never look past what the caller asks for."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._blocks: dict[int, bytearray] = {}

    @property
    def kept(self) -> int:
        """Bytes of memory."""
        return len(self._blocks) * BLOCK

    def write(self, offset: int, data: bytes | memoryview) -> bool:
        """False when the host keeps no more; what came before is kept."""
        view = memoryview(data)
        while view:
            number, start = divmod(offset, BLOCK)
            block = self._blocks.get(number)
            if block is None:
                if self._budget.left < BLOCK:
                    return False
                self._budget.left -= BLOCK
                block = self._blocks[number] = bytearray(BLOCK)
            size = min(BLOCK - start, len(view))
            block[start : start + size] = view[:size]
            view, offset = view[size:], offset + size
        return True

    def pieces(self, offset: int, length: int) -> Iterator[bytes | int]:
        """The range as data, at most PIECE bytes at once, and, for blocks never written, how many zeros."""
        end = offset + length
        hole = 0
        parts: list[memoryview] = []
        room = PIECE
        while offset < end:
            number, start = divmod(offset, BLOCK)
            block = self._blocks.get(number)
            if block is None:
                if parts:
                    yield b"".join(parts)
                    parts, room = [], PIECE
                # the next block that is there, without counting through what may be terabytes of nothing
                following = min((n for n in self._blocks if n > number), default=None)
                stop = end if following is None else min(end, following * BLOCK)
                hole += stop - offset
                offset = stop
                continue
            if hole:
                yield hole
                hole = 0
            size = min(BLOCK - start, end - offset, room)
            parts.append(memoryview(block)[start : start + size])
            offset += size
            room -= size
            if not room:
                yield b"".join(parts)
                parts, room = [], PIECE
        if parts:
            yield b"".join(parts)
        if hole:
            yield hole

    def discard(self, offset: int, length: int) -> None:
        """Zeros over the range; whole blocks are given back."""
        for number in [n for n in self._blocks if n * BLOCK < offset + length and (n + 1) * BLOCK > offset]:
            start, end = max(offset - number * BLOCK, 0), min(offset + length - number * BLOCK, BLOCK)
            if (start, end) == (0, BLOCK):
                del self._blocks[number]
                self._budget.left += BLOCK
            else:
                self._blocks[number][start:end] = bytes(end - start)

    def clear(self) -> None:
        self._budget.left += self.kept
        self._blocks.clear()

    def copy_from(self, other: Contents, length: int) -> bool:
        """The first `length` bytes of another; False when the host keeps no more."""
        offset = 0
        for piece in other.pieces(0, length):
            if isinstance(piece, int):
                offset += piece
            else:
                if not self.write(offset, piece):
                    return False
                offset += len(piece)
        return True
