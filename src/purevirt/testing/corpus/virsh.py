"""Corpus suite virsh: our virsh, in this process, on the test driver."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

from purevirt.cli.virsh.main import main
from purevirt.testing.corpus.runner import Case, difference

_NODE = "common/examples/xml/test/testnode.xml"


class VirshSuite:
    """Output against the expected text, both streams together where the case says so."""

    def check(self, case: Case, directory: Path) -> str | None:
        uri = "test:///default" if case["uri"] == "default" else f"test://{directory.resolve().parent / _NODE}"
        both = case["stream"] == "both"
        output = _run(case["args"], uri, both=both)
        without = case.get("remove_line_containing")
        if without:
            output = _remove_line(output, without)
        return difference(case["expected_text"], output)


def _run(args: list[str], uri: str, *, both: bool) -> str:
    """What a run writes; "both" cases get the URI from the environment."""
    out = io.StringIO()
    err = out if both else io.StringIO()
    before = os.environ.get("VIRSH_DEFAULT_CONNECT_URI")
    try:
        if both:
            os.environ["VIRSH_DEFAULT_CONNECT_URI"] = uri
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(args if both else ["--connect", uri, *args])
    finally:
        if before is None:
            os.environ.pop("VIRSH_DEFAULT_CONNECT_URI", None)
        else:
            os.environ["VIRSH_DEFAULT_CONNECT_URI"] = before
    return out.getvalue()


def _remove_line(text: str, containing: str) -> str:
    lines = text.splitlines(keepends=True)
    found = next((i for i, line in enumerate(lines) if containing in line), None)
    return text if found is None else "".join(lines[:found] + lines[found + 1 :])


SUITES = {"virsh": VirshSuite()}
