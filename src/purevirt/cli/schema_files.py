"""The schemas as files: in the installed package (written when it is built), or made in the user's cache from a checkout."""

from __future__ import annotations

import os
from pathlib import Path

import purevirt
from purevirt.model.documents import SCHEMAS, document_schema

PACKAGED = Path(purevirt.__file__).parent / "data" / "schemas"
"""Where the build puts them; not there in a checkout."""


def write_schemas(directory: Path) -> None:
    """One file per kind (`domain.rng`, `network.rng`, …), each complete in itself. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    for kind in SCHEMAS:
        path, text = directory / f"{kind}.rng", document_schema(kind)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            # Whoever reads meanwhile sees the old file or the new one.
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)


def schema_directory() -> Path:
    """A directory that has the file of every kind. Raises OSError when there is none and none can be made."""
    if all((PACKAGED / f"{kind}.rng").is_file() for kind in SCHEMAS):
        return PACKAGED
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "purevirt" / "schemas"
    write_schemas(cache)
    return cache


def packaged_schema(kind: str) -> str | None:
    """The text of the file that was installed, None in a checkout."""
    path = PACKAGED / f"{kind}.rng"
    return path.read_text(encoding="utf-8") if path.is_file() else None
