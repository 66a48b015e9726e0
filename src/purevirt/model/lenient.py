"""Codecs for texts that a pattern limits, and for values that libvirt ignores when they are bad."""

from __future__ import annotations

import re
from typing import Any

from purevirt.model._engine import Codec
from purevirt.model._engine.codecs import as_codec


class Pattern:
    """Text that a regular expression accepts as a whole; the same expression stands in the schema."""

    safe = False

    def __init__(self, pattern: str) -> None:
        self._match = re.compile(pattern).fullmatch
        self.rng = f'<data type="string"><param name="pattern">{pattern}</param></data>'

    def parse(self, text: str) -> str:
        """The text itself; ValueError when it does not match."""
        if self._match(text) is None:
            raise ValueError("")
        return text

    def format(self, value: Any) -> str:
        """The text itself."""
        return str(value)


class Silent:
    """A codec that reads a bad value as absent, where libvirt ignores it."""

    def __init__(self, codec: Any) -> None:
        self._codec: Codec = as_codec(codec)
        self.safe = self._codec.safe
        self.rng = self._codec.rng

    def parse(self, text: str) -> Any:
        """The codec's value, None when there is none."""
        try:
            return self._codec.parse(text)
        except ValueError:
            return None

    def format(self, value: Any) -> str:
        """The codec's text."""
        return self._codec.format(value)


class Blank:
    """A codec that reads nothing as absent, where libvirt asks for the text of a path in the document."""

    def __init__(self, codec: Any) -> None:
        self._codec: Codec = as_codec(codec)
        self.safe = self._codec.safe
        self.rng = self._codec.rng
        self.words = getattr(self._codec, "words", ())

    def parse(self, text: str) -> Any:
        """The codec's value, None for an empty text."""
        return self._codec.parse(text) if text else None

    def format(self, value: Any) -> str:
        """The codec's text."""
        return self._codec.format(value)


__all__ = ["Blank", "Pattern", "Silent"]
