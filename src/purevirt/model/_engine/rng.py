"""RELAX NG from declarations: one define per class, ready for any validator.

The order of child elements is free, as it is for the parser. Where a field decides the class of another
(`choice("type", …)`), the schema has one branch per value, so an attribute that belongs to another type is refused.
A field may say its text in `rng=`, that the schema demands it in `needed=`, and what of its nested class is not allowed
at this place in `hides=`; a class says in `schema_cases` which forms it has where fields depend on one another.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import quoteattr

from purevirt.model._engine.codecs import STR, Enum, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Case, Field
from purevirt.model._engine.parse import arm_class, child_tag, element_class
from purevirt.model._engine.tree import NAMESPACES

_PREFIXES: Final = {prefix: uri for uri, prefix in NAMESPACES.items()}
_ANY: Final = (
    '<define name="anyContent"><zeroOrMore><choice><text/><attribute><anyName/></attribute>'
    '<element><anyName/><ref name="anyContent"/></element></choice></zeroOrMore></define>'
)
_UNIT: Final = (
    '<optional><attribute name="unit"><data type="string"><param name="pattern">'
    "([bB]([yY][tT][eE][sS]?)?)|([kKmMgGtTpPeE]([iI]?[bB])?)"
    "</param></data></attribute></optional>"
)


class _Grammar:
    def __init__(self, *, status: bool) -> None:
        self.defines: dict[str, str] = {}
        self.names: dict[tuple[ElementMeta, tuple[str, ...]], str] = {}
        self.status = status

    def reference(self, cls: ElementMeta, hidden: tuple[str, ...] = ()) -> str:
        """A `<ref>` to the content of a class without its `hidden` fields, which is defined on the way."""
        name = self.names.get((cls, hidden))
        if name is None:
            name = cls.__name__
            while name in self.defines:
                name += "_"
            self.names[cls, hidden] = name
            self.defines[name] = ""
            self.defines[name] = self.content(cls, hidden)
        return f'<ref name="{name}"/>'

    def content(self, cls: ElementMeta, hidden: tuple[str, ...]) -> str:
        unknown = {*hidden, *getattr(cls, "schema_hides", ())}
        fields = [f for f in cls._fields if (self.status or f.only != "status") and f.name not in unknown]
        fields = [f for f in fields if not (f.kind == "attr" and str(f.xml).startswith("xmlns"))]
        fixed = getattr(cls, "discriminator", None)
        head = f'<attribute name="{fixed[0]}"><value>{fixed[1]}</value></attribute>' if fixed is not None else ""
        cases = [c for case in getattr(cls, "schema_cases", ()) if (c := _in_case(fields, case)) is not None] or [fields]
        forms = [self._form(case) for case in cases]
        return head + (f"<choice>{''.join(map(_grouped, forms))}</choice>" if len(forms) > 1 else forms[0])

    def _form(self, fields: list[Field]) -> str:
        declared = {f.name for f in fields if f.kind == "attr"}
        deciding = {f.on for f in fields if f.kind == "choice" and f.on in declared}
        return self._branches(fields, min(deciding)) if deciding else self._body(fields)

    def _branches(self, fields: list[Field], on: str | None) -> str:
        """One branch per value of the deciding field."""
        decider = next(f for f in fields if f.name == on)
        dependent = [f for f in fields if f.kind == "choice" and f.on == on]
        others = [f for f in fields if f is not decider and f not in dependent]
        codec = as_codec(decider.codec)
        allowed = getattr(codec, "words", None)
        keys: list[str] = []
        for f in dependent:
            keys += [k for k in f.arms or {} if k is not None and k not in keys and (allowed is None or k in allowed)]
        rest = [word for word in getattr(codec, "words", ()) if word not in keys]
        branches = []
        words = [*keys, *rest]
        if not decider.needed:
            # The branch that does without the attribute comes last: libxml2 takes the first that fits and never goes back.
            words.sort(key=lambda word: word == (decider.default or keys[0]))
        for key in words:
            said = f"<attribute name={quoteattr(str(decider.xml))}><value>{key}</value></attribute>"
            if not decider.needed and key == (decider.default or keys[0]):
                said = f"<optional>{said}</optional>"
            branches.append(f"<group>{said}{self._choices(dependent, key)}</group>")
        if not rest and not hasattr(codec, "words"):
            said = f"<attribute name={quoteattr(str(decider.xml))}>{_pattern(decider)}</attribute>"
            branches.append(f"<group>{said}{self._choices(dependent, None)}</group>")
        return self._body(others, extra=[f"<choice>{''.join(branches)}</choice>"])

    def _choices(self, dependent: list[Field], key: str | None) -> str:
        by_tag: dict[str, dict[str, Field]] = {}
        for f in dependent:
            arms = f.arms or {}
            arm = arms[key] if key in arms else arms.get(None)
            # What the parser ignores for this value is nothing wrong: it may look as it does for any other.
            ignored = arm is None and key in arms
            for cls in map(arm_class, arms.values() if ignored else [arm]):
                if cls is not None:
                    by_tag.setdefault(str(f.xml), {})[_element(str(f.xml), self.reference(cls, f.hides))] = f
        out = ""
        for patterns in by_tag.values():
            several = f"<choice>{''.join(patterns)}</choice>" if len(patterns) > 1 else next(iter(patterns))
            out += _often(several, next(iter(patterns.values())))
        return f"<interleave>{out}</interleave>" if out else ""

    def _body(self, fields: list[Field], extra: Iterable[str] = ()) -> str:
        attributes = "".join(self._attribute(f) for f in fields if f.kind == "attr")
        texts = [f for f in fields if f.kind == "text"]
        parts = [*extra]
        seen: dict[str, list[str]] = {}
        for f in fields:
            if f.kind in ("attr", "text"):
                continue
            for tag, pattern in self._nested(f):
                seen.setdefault(f.inside or tag, []).append(pattern)
        wrappers = {f.inside for f in fields if f.inside is not None}
        for tag, patterns in seen.items():
            if tag in wrappers:
                body = f"<interleave>{''.join(patterns)}</interleave>"
                parts.append(f"<optional>{_element(tag, body)}</optional>")
            elif len(patterns) == 1:
                parts.append(patterns[0])
            else:
                parts.append(f"<zeroOrMore><choice>{''.join(patterns)}</choice></zeroOrMore>")
        if texts and not parts:
            data = _pattern(texts[0])
            return attributes + (data if texts[0].needed else f"<optional>{data}</optional>")
        if texts:
            parts.append("<text/>")
        if not parts:
            return attributes or "<empty/>"
        return f"<interleave>{attributes}{''.join(parts)}</interleave>"

    def _attribute(self, field: Field) -> str:
        pattern = f"<attribute name={quoteattr(str(field.xml))}>{_pattern(field)}</attribute>"
        return pattern if field.needed else f"<optional>{pattern}</optional>"

    def _nested(self, field: Field) -> list[tuple[str, str]]:
        tag = child_tag(field) if field.cls is not None else str(field.xml)
        if field.kind == "flag":
            return [(tag, f"<optional>{_element(tag, '<empty/>')}</optional>")]
        if field.kind == "raw":
            inner = '<ref name="anyContent"/>'
            return [(tag, _often(_element(tag, inner), field))]
        if field.kind == "leaf":
            unit = _UNIT if isinstance(as_codec(field.codec), Size) else ""
            return [(tag, _often(_element(tag, unit + _pattern(field)), field))]
        if field.arms is None:
            return [(tag, _often(_element(tag, self.reference(element_class(field), field.hides)), field))]
        arms = [(key, cls) for key, arm in field.arms.items() if (cls := arm_class(arm)) is not None]
        if field.on is None:
            choices = "".join(_element(str(key), self.reference(cls, field.hides)) for key, cls in arms)
            return [(f"|{field.name}", _often(f"<choice>{choices}</choice>", field))]
        patterns = "".join(_element(tag, self.reference(cls, field.hides)) for cls in dict.fromkeys(cls for _, cls in arms))
        return [(tag, _often(f"<choice>{patterns}</choice>", field))]


def _in_case(fields: list[Field], case: Case) -> list[Field] | None:
    """The fields as one form of the element has them; None when it needs a field that is hidden here."""
    found: list[Field] = []
    for f in fields:
        said = case.get(f.name)
        if said == "absent":
            continue
        if said is not None:
            f = copy.copy(f)
            f.needed = said == "present" or None not in said
            if said != "present":
                f.codec, f.rng = Enum(word for word in said if word is not None), None
        found.append(f)
    needed = {name for name, said in case.items() if said == "present"}
    return found if needed <= {f.name for f in found} else None


def _grouped(pattern: str) -> str:
    return f"<group>{pattern}</group>"


def _often(pattern: str, field: Field) -> str:
    if field.many:
        times = "oneOrMore" if field.needed else "zeroOrMore"
        return f"<{times}>{pattern}</{times}>"
    return pattern if field.needed else f"<optional>{pattern}</optional>"


def _element(tag: str, content: str) -> str:
    prefix, colon, local = tag.partition(":")
    if colon:
        return f'<element name="{local}" ns="{_PREFIXES[prefix]}">{content}</element>'
    return f'<element name="{tag}">{content}</element>'


def _pattern(field: Field) -> str:
    if field.rng is not None:
        return field.rng
    codec = as_codec(field.codec)
    if codec is STR and field.kind == "leaf":
        return "<text/>"
    return str(getattr(codec, "rng", "<text/>"))


def relax_ng(cls: ElementMeta, *, status: bool = False, fragments: Iterable[ElementMeta] = ()) -> str:
    """The schema of a document as XML text; with `fragments` these elements are accepted as roots too."""
    grammar = _Grammar(status=status)
    roots = [_element(str(c.tag), grammar.reference(c)) for c in (cls, *fragments)]  # type: ignore[attr-defined]
    start = f"<choice>{''.join(roots)}</choice>" if len(roots) > 1 else roots[0]
    defines = "".join(f'<define name="{name}">{body}</define>\n' for name, body in grammar.defines.items())
    return (
        '<?xml version="1.0"?>\n<grammar xmlns="http://relaxng.org/ns/structure/1.0" '
        'datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">\n'
        f"<start>{start}</start>\n{defines}{_ANY}\n</grammar>\n"
    )


__all__ = ["relax_ng"]
