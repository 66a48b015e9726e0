"""Documents that must survive a crash of the daemon: definitions, status, autostart links.

State is saved before an effect is visible. `observe` is the one place where a test learns that a save happened, so
that it can end the daemon at each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from purevirt.host import files

observe: Callable[[str, Path], None] | None = None
"""Called after each change with "save" or "remove" and the path. None outside crash tests."""


class StateDirectory:
    """One directory of documents `NAME.xml`. `durable` False (for /run) leaves out the syncs."""

    def __init__(self, directory: Path, *, mode: int = 0o600, durable: bool = True, suffix: str = ".xml") -> None:
        self.directory = directory
        self.suffix = suffix
        self._mode = mode
        self._durable = durable

    def path(self, name: str) -> Path:
        return self.directory / f"{name}{self.suffix}"

    def save(self, name: str, text: str) -> None:
        """Replace the document as a whole; readers see the old or the new one."""
        path = self.path(name)
        files.write_atomic(path, text.encode(), mode=self._mode, durable=self._durable)
        if observe is not None:
            observe("save", path)

    def remove(self, name: str) -> None:
        """Remove the document; absent is no error."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        if observe is not None:
            observe("remove", path)

    def clean(self) -> None:
        """Remove what a daemon that died while it wrote has left; the documents themselves are whole."""
        with suppress(FileNotFoundError):
            for entry in self.directory.iterdir():
                if files.is_temporary(entry.name, self.suffix):
                    entry.unlink(missing_ok=True)

    def load(self, name: str) -> str:
        """The document's text. OSError as open(2) gives it."""
        return self.path(name).read_text(encoding="utf-8", errors="replace")

    def names(self) -> list[str]:
        """Names of the documents there, sorted; half-written temporaries are not documents."""
        try:
            entries = list(self.directory.iterdir())
        except FileNotFoundError:
            return []
        return sorted(
            entry.name[: -len(self.suffix)]
            for entry in entries
            if entry.name.endswith(self.suffix) and not entry.name.startswith(".")
        )
