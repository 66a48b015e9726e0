"""`virt-xml-validate FILE [SCHEMA]`: a document against the schema of its kind.

Arguments, texts and exit codes are libvirt's: 0 valid, 1 wrong usage or no XML, 2 no such file, 3 not valid or of no known
kind, 4 no such schema. The reports have xmllint's form, with one line more that says what is wrong where it is wrong.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from xml.etree.ElementTree import Element as Node
from xml.parsers import expat

from purevirt.cli.schema_files import packaged_schema
from purevirt.errors import VirtError
from purevirt.model._engine.tree import locate, parse_tree
from purevirt.model._relaxng import Problem, Schema, load
from purevirt.model.documents import SCHEMAS
from purevirt.model.schema_check import SCHEMA_DIRECTORY, explain, first_problem, report

_VERSION = "9.0.0"
_KINDS = (
    ("cpu", "cpu"),
    ("domainsnapshot", "domainsnapshot"),
    ("domaincheckpoint", "domaincheckpoint"),
    ("domainbackup", "domainbackup"),
    ("domainCap", "domaincaps"),
    ("domain", "domain"),
    ("networkport", "networkport"),
    ("network", "network"),
    ("storagepoolCap", "storagepoolcaps"),
    ("pool", "storagepool"),
    ("volume", "storagevol"),
    ("capabilities", "capability"),
    ("device", "nodedev"),
    ("filterbinding", "nwfilterbinding"),
    ("filter", "nwfilter"),
    ("secret", "secret"),
    ("interface", "interface"),
)
"""What the root's name contains, and the schema that is taken for it; the first that fits."""
_USAGE = """Usage:
  {0} XML-FILE [SCHEMA-NAME]
  {0} OPTION

Options:
  -h | --help        Display program help
  -V | --version     Display program version
"""


def main() -> int:
    return run(sys.argv[0], sys.argv[1:])


def run(program: str, words: list[str]) -> int:
    """The exit code; `program` is the name in the texts."""
    first = words[0] if words else ""
    if first == "-h" or (len(first) > 2 and "--help".startswith(first)):
        sys.stdout.write(_USAGE.format(program))
        return 0
    if first == "-V" or (len(first) > 2 and "--version".startswith(first)):
        sys.stdout.write(f"{program} (libvirt) {_VERSION}\n")
        return 0
    if first == "--":
        words = words[1:]
    elif first.startswith("-") and first != "-":
        return _fail(1, f"{program}: unrecognized option '{first}'")
    path, kind = [*words, "", ""][:2]
    if not path:
        return _fail(1, f"syntax: {program} XMLFILE [TYPE]")
    try:
        data = _read(path)
    except OSError:
        return _fail(2, f"{program}: document {path} does not exist")
    if not kind:
        root = root_name(data)
        kind = next((its for part, its in _KINDS if part in root), "")
        if not kind:
            return _fail(3, f"{program}: cannot determine schema type for {path}")
    if kind not in SCHEMAS:
        return _fail(4, f"{program}: schema {SCHEMA_DIRECTORY}/{kind}.rng does not exist")
    return validate(path, data, kind)


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def root_name(data: bytes) -> str:
    """The name of the first element, as far as the text can be read; empty when there is none."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _: found.append(tag)
    with suppress(expat.ExpatError):  # what is wrong is told when the document is read for good
        parser.Parse(data, True)
    return found[0] if found else ""


def validate(path: str, data: bytes, kind: str) -> int:
    """Check a document and tell the outcome on stderr as xmllint does."""
    text = data.decode("utf-8", "replace")
    try:
        root = parse_tree(text, path)
    except VirtError as error:
        line, _, reason = (error.detail or "").removeprefix(f"({path}):").partition(": ")
        return _fail(1, f"{path}:{line}: parser error : {reason}")
    problem = first_problem(kind, root, _installed(kind))
    if problem is None:
        return _fail(0, f"{path} validates")
    for node, line in _lines(problem):
        number = locate(root, node, text).rpartition(" ")[2]
        sys.stderr.write(f"{path}:{number}: element {node.tag}: Relax-NG validity error : {line}\n")
    return _fail(3, f"{path} fails to validate")


def _installed(kind: str) -> Schema | None:
    """The schema file that came with the package; a checkout has none, its declarations say the same."""
    text = packaged_schema(kind)
    return load(text) if text is not None else None


def _lines(problem: Problem) -> list[tuple[Node, str]]:
    top = problem.parents[0] if problem.parents else problem.node
    below = problem.parents[1] if len(problem.parents) > 1 else problem.node
    told = report(problem)
    return [(problem.node, explain(problem)), *((below if "Extra element" in line else top, line) for line in told)]


def _fail(code: int, text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
