"""VALIDATE: a document against its schema, before it is read (virXMLValidateAgainstSchema).

The schema is the one that the declarations give (`documents.document_schema`). The error's text begins as libxml2's reports
do, so that programs which look at it find what they look for; `where` and `hint` name the place and what is wrong with it.
"""

from __future__ import annotations

from functools import cache
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine.tree import NAMESPACES, XmlError, locate
from purevirt.model._relaxng import Problem, Schema, load
from purevirt.model.documents import SCHEMAS, document_class, document_schema

SCHEMA_DIRECTORY = "/usr/share/libvirt/schemas"
"""Where libvirt's schemas are installed; its messages say so."""


@cache
def schema(kind: str) -> Schema:
    """The schema of a kind, read once."""
    return load(document_schema(kind))


def first_problem(kind: str, root: Node, given: Schema | None = None) -> Problem | None:
    """What the schema of a kind (the `given` one, else that of the declarations) has against a document."""
    # `parse_tree` writes names of libvirt's namespaces with the usual prefix, whichever the document declares.
    return (given or schema(kind)).first_problem(root, {prefix: uri for uri, prefix in NAMESPACES.items()})


@cache
def _kinds() -> dict[str, str]:
    return {str(document_class(kind).tag): kind for kind in SCHEMAS}  # type: ignore[attr-defined]


def check_schema(root: Node, text: str) -> None:
    """Raise XML_INVALID_SCHEMA for a document (the tree and the text that it was read from) that its schema refuses."""
    kind = _kinds()[root.tag]
    problem = first_problem(kind, root)
    if problem is None:
        return
    lines = [f"Unable to validate doc against {SCHEMA_DIRECTORY}/{kind}.rng", *report(problem)]
    detail = "\n".join(lines) + "\n"
    error = XmlError(detail, ErrorCode.XML_INVALID_SCHEMA, node=problem.node, hint=explain(problem), domain=ErrorDomain.XML)
    error.where = locate(root, problem.node, text)
    raise error


def report(problem: Problem) -> list[str]:
    """The problem as libxml2 tells it: from the root's point of view, which does not go into the parts of an interleave."""
    chain = [*problem.parents]
    if problem.node not in chain:
        chain.append(problem.node)
    root = chain[0]
    failed = f"Element {root.tag} failed to validate content"
    match len(chain):
        case 1 if problem.what == "attribute" and (problem.optional or not problem.known):
            return [f"Invalid attribute {problem.name} for element {root.tag}"]
        case 1 if problem.what == "text":
            return [f"Element {root.tag} has extra content: text"]
        case 1 if problem.what == "element":  # another root than the schema has
            return [f"Expecting element {problem.name}, got nothing"]
        case 1 if problem.what == "missing element":
            wanted = f"element {problem.name}" if problem.name else "element name"
            return [f"Expecting an {wanted}, got nothing", "Invalid sequence in interleave", failed]
        case 1:
            return [failed]
        case 2 if problem.what == "element" and not problem.known:
            return [f"Element {root.tag} has extra content: {problem.name}"]
    return [f"Extra element {chain[1].tag} in interleave", failed]


def explain(problem: Problem) -> str:
    """What is wrong, for people."""
    tag = problem.node.tag
    match problem.what:
        case "element":
            again = "there is one already, or another element excludes it" if problem.known else "it is not known here"
            return f"<{problem.name}> may not stand here: {again}"
        case "attribute" if problem.known:
            value = problem.node.get(problem.name)
            return f"attribute '{problem.name}' of <{tag}> may not be '{value}' here"
        case "attribute":
            return f"<{tag}> has no attribute '{problem.name}'"
        case "missing attribute":
            return f"<{tag}> needs the attribute '{problem.name}'" if problem.name else f"<{tag}> lacks attributes"
        case "text":
            texts = [problem.node.text or "", *((c.tail or "") for c in problem.node)]
            said = next((text.strip() for text in texts if text.strip()), "")
            return f"'{said}' may not stand in <{tag}>"
    return f"<{tag}> needs <{problem.name}>" if problem.name else f"<{tag}> lacks elements"
