"""Rows: secret."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "secret-define",
        "define or modify a secret from an XML file",
        "Define or modify a secret.",
        (
            data("file", "file containing secret attributes in XML", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "secret-dumpxml",
        "secret attributes in XML",
        "Output attributes of a secret as an XML dump to stdout.",
        (
            data("secret", "secret UUID", complete="secret-uuid"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "secret-event",
        "Secret Events",
        "List event types, or wait for secret events to occur",
        (
            text("secret", "filter by secret name or uuid", complete="secret-uuid"),
            text("event", "which event type to wait for", complete="secret-event-name"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
    Command(
        "secret-get-value",
        "Output a secret value",
        "Output a secret value to stdout.",
        (
            data("secret", "secret UUID", complete="secret-uuid"),
            flag("plain", "get value without converting to base64"),
        ),
    ),
    Command(
        "secret-list",
        "list secrets",
        "Returns a list of secrets",
        (
            flag("ephemeral", "list ephemeral secrets"),
            flag("no-ephemeral", "list non-ephemeral secrets"),
            flag("private", "list private secrets"),
            flag("no-private", "list non-private secrets"),
        ),
    ),
    Command(
        "secret-set-value",
        "set a secret value",
        "Set a secret value.",
        (
            data("secret", "secret UUID", complete="secret-uuid"),
            text("file", "read secret from file", complete="complete-path-local-existing", named=True),
            flag("plain", "read the secret from file without converting from base64"),
            flag("interactive", "read the secret from the terminal"),
            text("base64", "base64-encoded secret value", complete="complete-empty"),
        ),
        exclusive=(
            ("file", "base64"),
            ("plain", "base64"),
            ("interactive", "base64"),
            ("interactive", "plain"),
            ("interactive", "file"),
        ),
    ),
    Command(
        "secret-undefine",
        "undefine a secret",
        "Undefine a secret.",
        (data("secret", "secret UUID", complete="secret-uuid"),),
    ),
)
