"""The documents under `documents/`: which class reads each, and with which flags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model._engine.element import ElementMeta
from purevirt.model.documents import document_class

ROOT = Path(__file__).parent / "documents"
STATUS = "-status"
OUT = ".out.xml"


@dataclass(frozen=True, slots=True)
class Document:
    """One file; `status`: only daemons write such."""

    path: Path
    kind: str
    status: bool

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def expected(self) -> str:
        """What is written for it: itself, or `NAME.out.xml` where reading leaves something out."""
        other = self.path.with_suffix(OUT)
        return other.read_text(encoding="utf-8") if other.exists() else self.text

    @property
    def cls(self) -> ElementMeta:
        return document_class(self.kind)

    @property
    def read_flags(self) -> ParseContext:
        if self.status:
            return ParseContext(status=True, internal=True, actual_net=True, redefine=True)
        return ParseContext()

    @property
    def write_flags(self) -> FormatContext:
        if self.status:
            return FormatContext(secure=True, status=True, internal=True, actual_net=True)
        return FormatContext(secure=True)


def documents() -> list[Document]:
    found = []
    for path in sorted(ROOT.glob("*/*.xml")):
        if path.name.endswith(OUT):
            continue
        directory = path.parent.name
        found.append(Document(path, directory.removesuffix(STATUS), directory.endswith(STATUS)))
    return found
