"""Row: event."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, flag, number, text

ROWS = (
    Command(
        "event",
        "Domain Events",
        "List event types, or wait for domain events to occur",
        (
            text("domain", "filter by domain name, id or uuid", complete="domain-name"),
            text("event", "which event type to wait for", complete="domain-event-name"),
            flag("all", "wait for all events instead of just one type"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
        exclusive=(("all", "event"), ("list", "all"), ("list", "event")),
    ),
)
