"""Where our emitted schemas and the distribution's disagree: documents changed one thing at a time, judged by both.

    python -m purevirt.testing.schema_differential [--kind KIND]... [--seconds N] [--corpus DIR] [--show N]

Documents are those of the corpus' schema-validity suite and our golden ones. What is changed: attributes and elements removed,
doubled, moved, added from what either schema knows of the element, and values replaced by others of the schema, by words,
numbers and nothing. Each kind of change is tried once per place (path, with the attributes that decide what an element is).
Both schemas are judged by libxml2, so that the grammars alone are compared.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from lxml import etree

from purevirt.model.documents import SCHEMAS, document_schema

INSTALLED = Path("/usr/share/libvirt/schemas")
GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden" / "documents"
_RNG = "{http://relaxng.org/ns/structure/1.0}"
DECIDING = ("type", "model", "mode", "bus", "backend", "backup", "snapshot", "transport", "relabel", "autoport")
WORDS = ("", "no such word", "7", "-3", "9" * 20, "0x1f", "/a/b", "a-b.c", "1.5", "52:54:00:00:00:01")


@dataclass
class Vocabulary:
    """What grammars know of elements by their name: attributes with words, children, words of the text."""

    attributes: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, grammar: Any, directory: Path | None) -> None:
        """Take in a grammar and, from the directory, those that it includes."""
        defines: dict[str, list[Any]] = defaultdict(list)
        nodes = [grammar]
        for node in nodes:
            nodes += [etree.parse(str((directory or Path()) / i.get("href"))).getroot() for i in node.iter(_RNG + "include")]
            for define in node.iter(_RNG + "define"):
                defines[define.get("name")].append(define)
        for node in nodes:
            for element in node.iter(_RNG + "element"):
                name = element.get("name")
                if name is not None:
                    self._content(name, element, defines, set())

    def _content(self, name: str, node: Any, defines: dict[str, list[Any]], seen: set[str]) -> None:
        for c in node:
            if c.tag == _RNG + "element":
                self.children[name].add(c.get("name") or "unheard-of")
            elif c.tag == _RNG + "attribute":
                self.attributes[name][c.get("name") or "unheard-of"] |= _words(c, defines, set())
            elif c.tag == _RNG + "ref" and c.get("name") not in seen:
                seen.add(c.get("name"))
                for define in defines[c.get("name")]:
                    self._content(name, define, defines, seen)
            elif c.tag == _RNG + "value":
                self.texts[name].add(c.text or "")
            elif isinstance(c.tag, str):
                self._content(name, c, defines, seen)


def _words(node: Any, defines: dict[str, list[Any]], seen: set[str]) -> set[str]:
    words = {v.text or "" for v in node.iter(_RNG + "value")}
    for ref in node.iter(_RNG + "ref"):
        if ref.get("name") not in seen:
            seen.add(ref.get("name"))
            for define in defines[ref.get("name")]:
                words |= _words(define, defines, seen)
    return words


@cache
def grammars(kind: str) -> tuple[Any, Any, Vocabulary]:
    """The distribution's schema, ours, and what both know."""
    theirs = etree.parse(str(INSTALLED / f"{kind}.rng"))
    ours = etree.fromstring(document_schema(kind).encode())
    known = Vocabulary()
    known.read(theirs.getroot(), INSTALLED)
    known.read(ours, None)
    return etree.RelaxNG(theirs), etree.RelaxNG(ours), known


def documents(kind: str, corpus: Path | None) -> list[Any]:
    """Roots of valid and invalid documents of a kind, the smallest first."""
    found: dict[str, None] = {}
    suite = corpus / "schema-validity" if corpus is not None else None
    if suite is not None and suite.is_dir():
        for case in json.loads((suite / "manifest.json").read_text(encoding="utf-8"))["cases"]:
            schema = Path(case["schema"]).stem
            if schema == kind or (kind == "cpu" and schema == "cpu-baseline"):
                found[(suite / case["input"]).read_text(encoding="utf-8")] = None
    for path in sorted((GOLDEN / kind).glob("*.xml")):
        found[path.read_text(encoding="utf-8")] = None
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, remove_pis=True)
    return [etree.fromstring(text.encode(), parser) for text in sorted(found, key=len)]


def _label(node: Any) -> str:
    said = [f"{key}={node.get(key)}" for key in DECIDING if node.get(key) is not None and len(node.get(key)) < 24]
    return f"{node.tag}[{','.join(said)}]" if said else str(node.tag)


def place(node: Any) -> str:
    """The path of a node, with what decides in it and in its parent."""
    around = [a.tag for a in node.iterancestors()][::-1]
    if around:
        around[-1] = _label(node.getparent())
    return "/" + "/".join([*map(str, around), _label(node)])


Change = tuple[str, str, str]
"""What was done, to what name, with what."""


def changes(node: Any, known: Vocabulary, donors: dict[tuple[str, str], list[Any]], wanted: Any) -> Iterator[Change]:
    """Change the node, one thing at a time; each change is undone when the next is asked for. `wanted(change)` may skip."""
    tag = node.tag
    attributes = known.attributes.get(tag, {})
    for key, value in list(node.attrib.items()):
        if wanted(("drop", f"@{key}", "")):
            del node.attrib[key]
            yield "drop", f"@{key}", ""
            node.set(key, value)
        for other in (*WORDS, *sorted(attributes.get(key, ()))):
            if other != value and wanted(("set", f"@{key}", other)):
                node.set(key, other)
                yield "set", f"@{key}", other
        node.set(key, value)
    for key in (*sorted(attributes), "unheard-of"):
        if key not in node.attrib and ":" not in key:
            for other in (*WORDS, *sorted(attributes.get(key, ()))):
                if wanted(("add", f"@{key}", other)):
                    node.set(key, other)
                    yield "add", f"@{key}", other
            node.attrib.pop(key, None)
    text = node.text
    for other in (*WORDS, *sorted(known.texts.get(tag, ()))):
        if other != (text or "") and wanted(("text", "", other)):
            node.text = other
            yield "text", "", other
    node.text = text
    for i, c in enumerate(list(node)):
        if not isinstance(c.tag, str):
            continue
        name = _label(c)
        if wanted(("drop", name, "")):
            node.remove(c)
            yield "drop", name, ""
            node.insert(i, c)
        if wanted(("double", name, "")):
            twin = _copy(c)
            node.insert(i, twin)
            yield "double", name, ""
            node.remove(twin)
        if len(node) > 1 and wanted(("move", name, "")):
            node.remove(c)
            node.insert(0 if i else len(node), c)
            yield "move", name, ""
            node.remove(c)
            node.insert(i, c)
        if wanted(("empty", name, "")):
            bare = etree.Element(c.tag)
            node.replace(c, bare)
            yield "empty", name, ""
            node.replace(bare, c)
    for name in (*sorted(known.children.get(tag, ())), "unheard-of"):
        given = donors.get((tag, name), [])
        for k, donor in enumerate([None, *given]):
            what = "bare" if donor is None else f"{k} {_label(donor)}"
            if wanted(("add", name, what)):
                twin = etree.Element(name) if donor is None else _copy(donor)
                node.append(twin)
                yield "add", name, what
                node.remove(twin)


def _copy(node: Any) -> Any:
    return etree.fromstring(etree.tostring(node, with_tail=False))


def donors_of(roots: list[Any]) -> dict[tuple[str, str], list[Any]]:
    """Elements to put elsewhere: up to eight different ones per parent and tag, the smallest of their looks."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for root in roots:
        for node in root.iter(etree.Element):
            if node.getparent() is not None and len(node) < 30:
                looks = found[node.getparent().tag, node.tag]
                label = _label(node)
                if label not in looks and len(looks) < 8:
                    looks[label] = _copy(node)
    return {key: list(looks.values()) for key, looks in found.items()}


@dataclass
class Outcome:
    """Of one kind: how many changes were judged, and those judged differently by what our schema says."""

    kind: str
    tried: int = 0
    accepts: list[tuple[str, Change, str]] = field(default_factory=list)
    refuses: list[tuple[str, Change, str]] = field(default_factory=list)
    complete: bool = True


def compare(kind: str, corpus: Path | None, seconds: float, *, share: int = 1) -> Outcome:
    """Judge changed documents of a kind by both schemas, no longer than so many seconds; one change in `share`."""
    theirs, ours, known = grammars(kind)
    roots = documents(kind, corpus)
    donors = donors_of(roots)
    outcome = Outcome(kind)
    deadline = time.monotonic() + seconds
    seen: set[tuple[str, Change]] = set()
    for root in roots:
        if ours.validate(root) != theirs.validate(root):
            (outcome.accepts if ours.validate(root) else outcome.refuses).append((place(root), ("as it is", "", ""), ""))
            continue
        for node in list(root.iter(etree.Element)):
            where = place(node)

            def wanted(change: Change, where: str = where) -> bool:
                key = (where, change)
                if key in seen or crc32(repr(key).encode()) % share:
                    return False
                seen.add(key)
                return True

            for change in changes(node, known, donors, wanted):
                outcome.tried += 1
                said, meant = ours.validate(root), theirs.validate(root)
                if said != meant:
                    wrong = ours if meant else theirs
                    report = str(wrong.error_log.last_error.message) if wrong.error_log.last_error is not None else ""
                    (outcome.accepts if said else outcome.refuses).append((where, change, report))
            if time.monotonic() > deadline:
                outcome.complete = False
                return outcome
    return outcome


def _grouped(found: list[tuple[str, Change, str]]) -> list[tuple[str, int]]:
    """One line per thing that was changed: the parents that it was changed in, and with what."""
    groups: dict[str, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    count: Counter[str] = Counter()
    for where, (what, name, value), _ in found:
        parts = _plain(where).split("/")
        key = f"{what} {name.partition('[')[0]} in {'/'.join(parts[-2:])}"
        count[key] += 1
        labels, values = groups[key]
        labels["/".join(where.split("/")[-2:]) if "[" in where else ""] = None
        values[f"{name}={value}" if "[" in name else value] = None
    return [(f"{key} <{_some(groups[key][0])}> {_some(groups[key][1])}", n) for key, n in count.most_common()]


def _plain(where: str) -> str:
    return re.sub(r"\[[^]]*\]", "", where)


def _some(texts: Iterable[str]) -> str:
    found = [text[-90:] for text in texts]
    return " | ".join(found[:24]) + (f" and {len(found) - 24} more" if len(found) > 24 else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kind", action="append", choices=SCHEMAS)
    parser.add_argument("--seconds", type=float, default=60, help="at most so long per kind")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--show", type=int, default=10, help="disagreements shown per kind and direction")
    asked = parser.parse_args()
    for kind in asked.kind or SCHEMAS:
        found = compare(kind, asked.corpus, asked.seconds)
        rate = 100 * (len(found.accepts) + len(found.refuses)) / max(found.tried, 1)
        sys.stdout.write(
            f"{kind}: {found.tried} changes, {len(found.accepts)} only ours accepts, {len(found.refuses)} only theirs accepts: "
            f"{100 - rate:.3f} % agree{'' if found.complete else ' (time is up)'}\n"
        )
        for title, part in (("ours accepts", found.accepts), ("ours refuses", found.refuses)):
            for text, count in _grouped(part)[: asked.show]:
                sys.stdout.write(f"  {title} [{count}] {text}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
