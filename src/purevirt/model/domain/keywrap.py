"""`<keywrap>`: whether the guest may wrap keys with the host's (s390)."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import ON_OFF, Element, ParseContext, XmlError, attr, children
from purevirt.types.override import override

KeywrapName = Literal["aes", "dea"]


class KeywrapCipher(Element, tag="cipher"):
    """One cipher, on or off."""

    name: KeywrapName = attr(KeywrapName, required=True, abi=True)
    state: bool = attr(ON_OFF, required=True, abi=True)


class Keywrap(Element, tag="keywrap"):
    """Each cipher at most once; written in the order aes, dea."""

    ciphers: list[KeywrapCipher] = children(KeywrapCipher, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        seen: set[str] = set()
        for cipher in self.ciphers:
            if cipher.name in seen:
                text = f"A domain definition can have no more than one cipher node with name {cipher.name}"
                raise XmlError(text, ErrorCode.INTERNAL_ERROR)
            seen.add(cipher.name)
        self.ciphers.sort(key=lambda cipher: cipher.name)
