"""Names and UUIDs: what an object knows of itself without asking anybody."""

from __future__ import annotations

from typing import Any

from purevirt.client.checks import FROM_DOMAIN, invalid_arg
from purevirt.types.uuid import format_uuid, parse_uuid


class HasName:
    """An object whose wire identity has a name."""

    __slots__ = ()

    _ref: Any

    def get_name(self) -> str:
        """Its name, as it was when we got the object."""
        name: str = self._ref.name
        return name

    @property
    def name(self) -> str:
        return self.get_name()


class HasUUID:
    """An object whose wire identity has a UUID."""

    __slots__ = ()

    _ref: Any

    def get_uuid(self) -> bytes:
        """16 raw bytes."""
        uuid: bytes = self._ref.uuid
        return uuid

    def get_uuid_string(self) -> str:
        return format_uuid(self._ref.uuid)

    @property
    def uuid(self) -> str:
        return format_uuid(self._ref.uuid)


def uuid_argument(text: str, function: str, domain: int) -> bytes:
    """The raw UUID of a look-up's argument. Raises INVALID_ARG as the C functions do."""
    try:
        return parse_uuid(text)
    except ValueError as problem:
        text = "Invalid UUID" if domain == FROM_DOMAIN else f"uuidstr in {function} must be a valid UUID"
        raise invalid_arg(text, "uuidstr", function, domain) from problem
