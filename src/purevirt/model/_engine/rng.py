"""RELAX NG from declarations: one define per class, ready for any validator.

The order of child elements is free, as it is for the parser. Where a field decides the class of another
(`choice("type", …)`), the schema has one branch per value, so an attribute that belongs to another type is refused.
A field may say its text in `rng=`, that the schema demands it in `needed=`, and how its nested class looks at this place in
`here=` (or `hides=`, for what is not allowed); a class says in `schema_cases` which forms it has where fields depend on one
another, and in `schema_ordered` that its children stand in declared order.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from purevirt.model._engine.codecs import STR, Enum, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Case, Field
from purevirt.model._engine.parse import arm_class, child_tag, element_class
from purevirt.model._engine.tree import NAMESPACES


class _Only(Enum):
    """The words that one form of an element has."""


_ANYHOW: Final[Case] = {}
_PREFIXES: Final = {prefix: uri for uri, prefix in NAMESPACES.items()}
_ANY: Final = (
    '<define name="anyContent"><zeroOrMore><choice><text/><attribute><anyName/></attribute>'
    '<element><anyName/><ref name="anyContent"/></element></choice></zeroOrMore></define>'
    '<define name="anyElements"><zeroOrMore><element><anyName/><ref name="anyContent"/></element></zeroOrMore></define>'
)
_UNIT: Final = (
    '<optional><attribute name="unit"><data type="string"><param name="pattern">'
    "([bB]([yY][tT][eE][sS]?)?)|([kKmMgGtTpPeE]([iI]?[bB])?)"
    "</param></data></attribute></optional>"
)


class _Grammar:
    def __init__(self, *, status: bool) -> None:
        self.defines: dict[str, str] = {}
        self.names: dict[tuple[ElementMeta, str], str] = {}
        self.status = status

    def reference(self, cls: ElementMeta, here: Case = _ANYHOW) -> str:
        """A `<ref>` to the content of a class, as far as `here` allows it, which is defined on the way."""
        known = (cls, repr(here))
        name = self.names.get(known)
        if name is None:
            name = cls.__name__
            while name in self.defines:
                name += "_"
            self.names[known] = name
            self.defines[name] = ""
            self.defines[name] = self.content(cls, here)
        return f'<ref name="{name}"/>'

    def content(self, cls: ElementMeta, here: Case) -> str:
        unknown = getattr(cls, "schema_hides", ())
        fields = [f for f in cls._fields if (self.status or f.only != "status") and f.name not in unknown]
        fields = [f for f in fields if not (f.kind == "attr" and str(f.xml).startswith("xmlns"))]
        fields += [f for f in also_known(cls) if all(f.name != own.name for own in fields)]
        limited = _in_case(fields, {name: said for name, said in here.items() if any(f.name == name for f in fields)})
        fixed = getattr(cls, "discriminator", None)
        head = f'<attribute name="{fixed[0]}"><value>{fixed[1]}</value></attribute>' if fixed is not None else ""
        cases = [c for case in getattr(cls, "schema_cases", ()) if (c := _in_case(limited or [], case)) is not None]
        ordered = getattr(cls, "schema_ordered", False)
        either = getattr(cls, "schema_either", ())
        grouped = {name for groups in either for group in groups for name in group}
        forms = []
        for case in cases or [limited or []]:
            extra = [self._one_group(case, groups) for groups in either]
            forms.append(self._form([f for f in case if f.name not in grouped], ordered, extra))
        return head + _one_form(forms)

    def _one_group(self, fields: list[Field], groups: Iterable[tuple[str, ...]]) -> str:
        """A choice of the groups. A group of one field needs it; one of several may lack any."""
        bodies = []
        for group in groups:
            own = [f for f in fields if f.name in group]
            if len(group) == 1 and own:
                own = [copy.copy(own[0])]
                own[0].needed = True
            bodies.append(_grouped(self._body(own, ordered=False)) if own else "")
        return f"<choice>{''.join(bodies)}</choice>"

    def _form(self, fields: list[Field], ordered: bool, extra: list[str]) -> str:
        declared = {f.name for f in fields if f.kind == "attr"}
        deciding = {f.on for f in fields if f.kind == "choice" and f.on in declared}
        return self._branches(fields, min(deciding), ordered, extra) if deciding else self._body(fields, ordered, extra)

    def _branches(self, fields: list[Field], on: str | None, ordered: bool, extra: list[str]) -> str:
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
        return self._body(others, ordered, [f"<choice>{''.join(branches)}</choice>", *extra])

    def _choices(self, dependent: list[Field], key: str | None) -> str:
        by_tag: dict[str, dict[str, Field]] = {}
        for f in dependent:
            arms = f.arms or {}
            arm = arms[key] if key in arms else arms.get(None)
            # What the parser ignores for this value is nothing wrong: it may look as it does for any other.
            ignored = arm is None and key in arms
            for cls in map(arm_class, arms.values() if ignored else [arm]):
                if cls is not None:
                    by_tag.setdefault(str(f.xml), {})[_element(str(f.xml), self.reference(cls, f.here))] = f
        out = ""
        for patterns in by_tag.values():
            several = f"<choice>{''.join(patterns)}</choice>" if len(patterns) > 1 else next(iter(patterns))
            out += _often(several, next(iter(patterns.values())))
        return f"<interleave>{out}</interleave>" if out else ""

    def _body(self, fields: list[Field], ordered: bool, extra: Iterable[str] = ()) -> str:
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
        kind = "group" if ordered else "interleave"
        return f"<{kind}>{attributes}{''.join(parts)}</{kind}>"

    def _attribute(self, field: Field) -> str:
        pattern = f"<attribute name={quoteattr(str(field.xml))}>{_pattern(field)}</attribute>"
        return pattern if field.needed else f"<optional>{pattern}</optional>"

    def _nested(self, field: Field) -> list[tuple[str, str]]:
        tag = child_tag(field) if field.cls is not None else str(field.xml)
        if field.kind == "flag":
            return [(tag, f"<optional>{_element(tag, '<empty/>')}</optional>")]
        if field.kind == "raw":
            return [(tag, _often(_element(tag, field.rng or '<ref name="anyElements"/>'), field))]
        if field.kind == "leaf":
            unit = _UNIT if isinstance(as_codec(field.codec), Size) else ""
            return [(tag, _often(_element(tag, unit + _pattern(field)), field))]
        if field.arms is None and field.rng is not None:
            return [(tag, _often(_element(tag, field.rng), field))]
        if field.arms is None:
            return [(tag, _often(_element(tag, self.reference(field.looks or element_class(field), field.here)), field))]
        arms = [(key, cls) for key, arm in field.arms.items() if (cls := arm_class(arm)) is not None]
        if field.on is None:
            choices = "".join(_element(str(key), self.reference(cls, field.here)) for key, cls in arms)
            return [(f"|{field.name}", _often(f"<choice>{choices}</choice>", field))]
        forms = {cls: _recognised(field, cls, [key for key, its in arms if its is cls]) for _, cls in arms}
        patterns = "".join(_element(tag, self.reference(cls, {**said, **field.here})) for cls, said in forms.items())
        return [(tag, _often(f"<choice>{patterns}</choice>", field))]


def also_known(cls: ElementMeta) -> list[Field]:
    """What the schema knows of an element and its class does not read."""
    found: list[Field] = []
    for name, f in cls.schema_also.items():  # type: ignore[attr-defined]
        f.name, f.xml = name, f.xml or name
        found.append(f)
    return found


def _recognised(field: Field, cls: ElementMeta, keys: list[str | None]) -> Case:
    """What an element's own attribute says where it decides the class: one of the words for this class."""
    attribute = next((f for f in cls._fields if f.kind == "attr" and f.xml == str(field.on)[1:]), None)
    if attribute is None or attribute.rng is not None or None in keys:
        return _ANYHOW
    return {attribute.name: tuple(keys) if attribute.needed else (*keys, None)}


def _in_case(fields: list[Field], case: Case) -> list[Field] | None:
    """The fields as one form of the element has them; None when it needs a field that is not possible here."""
    found: list[Field] = []
    for f in fields:
        said = case.get(f.name)
        if said == "absent":
            if f.kind == "attr" and isinstance(f.codec, _Only) and f.needed:
                return None
            continue
        if said is not None and said != "optional":
            f = copy.copy(f)
            if said in ("present", "once", "maybe"):
                f.needed = said != "maybe"
                f.many = f.many and said == "present"
            elif isinstance(said, str):
                f.needed = f.needed or said.startswith("present")
                f.rng = said.removeprefix("present")
            elif isinstance(said, type):
                f.looks = said
            elif isinstance(said, Mapping):
                there = said.get(".")
                f.needed = f.needed or there in ("present", "once")
                f.many = f.many and there != "once"
                f.here = {**f.here, **said}
            else:
                words = [word for word in said if word is not None]
                absent = None in said
                if isinstance(f.codec, _Only):
                    words = [word for word in words if word in f.codec.words]
                    absent = absent and not f.needed
                if not words and not absent:
                    return None
                f.needed = not absent
                f.codec, f.rng = _Only(words), None
        found.append(f)
    needed = {name for name, said in case.items() if said in ("present", "once")}
    return found if needed <= {f.name for f in found} else None


def _one_form(forms: list[str]) -> str:
    """A choice of the forms. That nothing is there is said by `<optional>`: libxml2 does not see it behind other forms."""
    said = [form for form in forms if form != "<empty/>"]
    if not said:
        return forms[0]
    choice = f"<choice>{''.join(map(_grouped, said))}</choice>" if len(said) > 1 else _grouped(said[0])
    if len(said) < len(forms):
        return f"<optional>{choice}</optional>"
    return choice if len(said) > 1 else said[0]


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
