"""`<idmap>`: the user namespace of a container."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, Element, ParseContext, XmlError, attr, children
from purevirt.types.override import override

_BAD = "invalid idmap start/target/count settings"


def _number() -> Any:
    return attr(UINT, required=True, error=_BAD, missing=_BAD)


class UidMap(Element, tag="uid"):
    """`count` users from `start` in the container are those from `target` on the host."""

    start: int = _number()
    target: int = _number()
    count: int = _number()


class GidMap(Element, tag="gid"):
    """`count` groups from `start` in the container are those from `target` on the host."""

    start: int = _number()
    target: int = _number()
    count: int = _number()


class Idmap(Element, tag="idmap"):
    """Both maps, ascending; each must cover the container's root."""

    uids: list[UidMap] = children(UidMap)
    gids: list[GidMap] = children(GidMap)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.uids.sort(key=lambda entry: entry.start)
        self.gids.sort(key=lambda entry: entry.start)
        if bool(self.uids) != bool(self.gids):
            raise XmlError("uid and gid should be mapped both", ErrorCode.CONFIG_UNSUPPORTED)
        if self.uids and (self.uids[0].start or self.gids[0].start):
            raise XmlError("You must map the root user of container", ErrorCode.CONFIG_UNSUPPORTED)
