"""The network filter document: rules and references to other filters, in their order."""

from __future__ import annotations

import re
from typing import Any, Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import UUID, Element, Int, ParseContext, XmlError, attr, children, leaf
from purevirt.model.filter_ref import FilterRef
from purevirt.model.lenient import Silent
from purevirt.model.nwfilter_rules import RULES, MatchedProtocol
from purevirt.model.schema_text import NC_NAME, either, matching, one_of
from purevirt.types.override import override

RuleAction = Literal["drop", "accept", "reject", "return", "continue"]
RuleDirection = Literal["in", "out", "inout"]

MIN_PRIORITY = -1000
MAX_PRIORITY = 1000
DEFAULT_RULE_PRIORITY = 500
_PRIORITY = Silent(Int(MIN_PRIORITY, MAX_PRIORITY))

CHAIN_PRIORITIES: dict[str, int] = {
    "mac": -800,
    "vlan": -750,
    "stp": 0,
    "arp": -500,
    "rarp": -400,
    "ipv4": -700,
    "ipv6": -600,
}
"""The chains that a chain's name may begin with, and the priorities such a chain has unless told otherwise."""
_MAX_CHAIN_NAME = 12
_CHAIN_NAME = re.compile(r"[a-zA-Z0-9_.:-]+\Z")


class StateMatch:
    """Codec of `statematch`: only `false` and `0` say anything."""

    safe = True
    rng = '<data type="string"><param name="pattern">([Ff][Aa][Ll][Ss][Ee]|0)</param></data>'

    def parse(self, text: str) -> bool | None:
        """False, or None for what means nothing."""
        return False if text.lower() in ("0", "false") else None

    def format(self, value: Any) -> str:
        """`false`."""
        return "true" if value else "false"


class ReferencedFilter(FilterRef, tag="filterref"):
    """Another filter whose rules are applied here."""

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """It must be named; libvirt's message takes the element for a rule."""
        super().after_parse(ctx)
        if not self.filter:
            raise XmlError("rule node requires action attribute", ErrorCode.INTERNAL_ERROR)


class Rule(Element, tag="rule"):
    """One rule: what to do with the traffic that the protocol element matches (all traffic without one)."""

    action: RuleAction = attr(
        RuleAction,
        required=True,
        missing=(ErrorCode.INTERNAL_ERROR, "rule node requires action attribute"),
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown rule action attribute value"),
    )
    direction: RuleDirection = attr(
        RuleDirection,
        required=True,
        missing=(ErrorCode.INTERNAL_ERROR, "rule node requires direction attribute"),
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown rule direction attribute value"),
    )
    priority: int | None = attr(_PRIORITY, default=DEFAULT_RULE_PRIORITY)
    statematch: bool | None = attr(StateMatch())
    protocols: list[MatchedProtocol] = children(RULES, needed=False)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A bad priority is the usual one; the first protocol counts."""
        if self.priority is None:
            self.priority = DEFAULT_RULE_PRIORITY
        del self.protocols[1:]

    @property
    def protocol(self) -> MatchedProtocol | None:
        """What the rule matches, None for everything."""
        return self.protocols[0] if self.protocols else None


class NwFilter(Element, tag="filter"):
    """A network filter."""

    document = "nwfilter_definition"
    error_domain = ErrorDomain.NWFILTER

    name: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "filter has no name"), rng=NC_NAME)
    chain: str = attr(
        default="root",
        rng=either(
            one_of("root"),
            *(matching(f"{name}[a-zA-Z0-9_\\.:\\-]{{0,{12 - len(name)}}}") for name in CHAIN_PRIORITIES if name != "root"),
        ),
    )
    priority: int | None = attr(Silent(Int(-(2**31), 2**31 - 1)), omit=0)
    uuid: str | None = leaf(UUID, error="malformed uuid element")
    entries: list[Rule | ReferencedFilter] = children({"rule": Rule, "filterref": ReferencedFilter})

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A priority is a small number, a chain's name begins with a protocol."""
        given = node.get("priority")
        if given is not None:
            if self.priority is None:
                raise XmlError(f"Could not parse chain priority '{given}'", ErrorCode.INVALID_ARG)
            if not MIN_PRIORITY <= self.priority <= MAX_PRIORITY:
                raise XmlError(
                    f"Priority '{self.priority}' is outside valid range of [{MIN_PRIORITY},{MAX_PRIORITY}]",
                    ErrorCode.INVALID_ARG,
                )
        base = self._check_chain()
        if given is None:
            self.priority = CHAIN_PRIORITIES.get(base, 0)

    def _check_chain(self) -> str:
        if self.chain == "root":
            return "root"
        if len(self.chain) > _MAX_CHAIN_NAME:
            raise XmlError(f"Name of chain is longer than {_MAX_CHAIN_NAME} characters", ErrorCode.INVALID_ARG)
        base = next((name for name in CHAIN_PRIORITIES if self.chain.startswith(name)), None)
        if base is None:
            raise XmlError(
                f"Invalid chain name '{self.chain}'. Please use a chain name called 'root' or any of the following "
                f"prefixes: {', '.join(CHAIN_PRIORITIES)}",
                ErrorCode.INVALID_ARG,
            )
        if not _CHAIN_NAME.match(self.chain):
            raise XmlError("Chain name contains invalid characters", ErrorCode.INVALID_ARG)
        return base
