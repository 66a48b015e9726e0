"""RELAX NG from declarations: one define per class, ready for any validator.

The order of child elements is free, as it is for the parser. Where a field decides the class of another
(`choice("type", …)`), the schema has one branch per value, so an attribute that belongs to another type is refused.
A class may say its own content in `rng_content` (patterns inside the element), a field in `rng=`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from purevirt.model._engine.codecs import STR, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Field
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
        self.names: dict[ElementMeta, str] = {}
        self.status = status

    def reference(self, cls: ElementMeta) -> str:
        """A `<ref>` to the content of a class, which is defined on the way."""
        name = self.names.get(cls)
        if name is None:
            name = cls.__qualname__
            while name in self.defines:
                name += "_"
            self.names[cls] = name
            self.defines[name] = ""
            self.defines[name] = self.content(cls)
        return f'<ref name="{name}"/>'

    def content(self, cls: ElementMeta) -> str:
        own = getattr(cls, "rng_content", None)
        if own is not None:
            return str(own)
        fields = [f for f in cls._fields if self.status or f.only != "status"]
        fields = [f for f in fields if not (f.kind == "attr" and str(f.xml).startswith("xmlns"))]
        fixed = getattr(cls, "discriminator", None)
        head = f'<attribute name="{fixed[0]}"><value>{fixed[1]}</value></attribute>' if fixed is not None else ""
        declared = {f.name for f in fields if f.kind == "attr"}
        deciding = {f.on for f in fields if f.kind == "choice" and f.on in declared}
        if len(deciding) > 1:
            deciding = {sorted(deciding)[0]}
        if deciding:
            return head + self._branches(fields, next(iter(deciding)))
        return head + self._body(fields)

    def _branches(self, fields: list[Field], on: str) -> str:
        """One branch per value of the deciding field."""
        decider = next(f for f in fields if f.name == on)
        dependent = [f for f in fields if f.kind == "choice" and f.on == on]
        others = [f for f in fields if f is not decider and f not in dependent]
        keys: list[str] = []
        for f in dependent:
            keys += [k for k in f.arms or {} if k is not None and k not in keys]
        codec = as_codec(decider.codec)
        rest = [word for word in getattr(codec, "words", ()) if word not in keys]
        branches = []
        for key in [*keys, *rest]:
            said = f"<attribute name={quoteattr(str(decider.xml))}><value>{key}</value></attribute>"
            if key == decider.default or (decider.default is None and not decider.required and key == keys[0]):
                said = f"<optional>{said}</optional>"
            branches.append(f"<group>{said}{self._choices(dependent, key)}</group>")
        if not rest and not hasattr(codec, "words"):
            said = f"<attribute name={quoteattr(str(decider.xml))}>{_pattern(decider)}</attribute>"
            branches.append(f"<group>{said}{self._choices(dependent, None)}</group>")
        return self._body(others, extra=[f"<choice>{''.join(branches)}</choice>"])

    def _choices(self, dependent: list[Field], key: str | None) -> str:
        out = ""
        for f in dependent:
            arms = f.arms or {}
            cls = arm_class(arms[key] if key in arms else arms.get(None))
            if cls is not None:
                out += f"<optional>{_element(str(f.xml), self.reference(cls))}</optional>"
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
            return attributes + (data if texts[0].required else f"<optional>{data}</optional>")
        if texts:
            parts.append("<text/>")
        if not parts:
            return attributes or "<empty/>"
        return f"<interleave>{attributes}{''.join(parts)}</interleave>"

    def _attribute(self, field: Field) -> str:
        pattern = f"<attribute name={quoteattr(str(field.xml))}>{_pattern(field)}</attribute>"
        return pattern if field.required else f"<optional>{pattern}</optional>"

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
            return [(tag, _often(_element(tag, self.reference(element_class(field))), field))]
        arms = [(key, cls) for key, arm in field.arms.items() if (cls := arm_class(arm)) is not None]
        if field.on is None:
            choices = "".join(_element(str(key), self.reference(cls)) for key, cls in arms)
            return [(str(key), "") for key, _ in arms][:0] or [(f"|{field.name}", _often(f"<choice>{choices}</choice>", field))]
        patterns = "".join(_element(tag, self.reference(cls)) for cls in dict.fromkeys(cls for _, cls in arms))
        return [(tag, _often(f"<choice>{patterns}</choice>", field))]


def _often(pattern: str, field: Field) -> str:
    if field.many:
        return f"<{'oneOrMore' if field.required else 'zeroOrMore'}>{pattern}</{'oneOrMore' if field.required else 'zeroOrMore'}>"
    return pattern if field.required else f"<optional>{pattern}</optional>"


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


__all__ = ["Any", "relax_ng"]
