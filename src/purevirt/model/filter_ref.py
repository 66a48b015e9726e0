"""`<filterref>`: the network filter of an interface and the variables it is instantiated with."""

from __future__ import annotations

import re

from purevirt.model._engine import Element, ParseContext, attr, children
from purevirt.model.schema_text import NC_NAME
from purevirt.types.override import override

NAME = re.compile(r"[a-zA-Z0-9_]+\Z")
VALUE = re.compile(r"[a-zA-Z0-9_.:]+\Z")


class FilterParameter(Element, tag="parameter"):
    """One variable; several parameters of one name are a list of values."""

    name: str | None = attr(rng='<data type="string"><param name="pattern">[a-zA-Z0-9_]+</param></data>', needed=True)
    value: str | None = attr(rng='<data type="string"><param name="pattern">[a-zA-Z0-9_.:]+</param></data>', needed=True)

    @property
    def is_valid(self) -> bool:
        """Whether name and value consist of the characters allowed; a parameter that does not is ignored."""
        return bool(self.name and self.value and NAME.match(self.name) and VALUE.match(self.value))


class FilterRef(Element, tag="filterref"):
    """A filter by name. Parameters are kept sorted by name, values of one name in their order."""

    filter: str | None = attr(needed=True, rng=NC_NAME)
    parameters: list[FilterParameter] = children(FilterParameter)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Forget what is not valid, sort the rest."""
        self.parameters = sorted((p for p in self.parameters if p.is_valid), key=lambda p: p.name or "")

    @property
    def values(self) -> dict[str, list[str]]:
        """The variables as lists of values."""
        found: dict[str, list[str]] = {}
        for p in self.parameters:
            if p.name is not None and p.value is not None:
                found.setdefault(p.name, []).append(p.value)
        return found
