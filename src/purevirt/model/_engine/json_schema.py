"""JSON Schema (draft 2020-12) of a document's keyword form: the typed constructors' arguments as JSON."""

from __future__ import annotations

from typing import Any

from purevirt.model._engine.codecs import Enum, Int, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.parse import arm_class, element_class


def json_schema(cls: ElementMeta) -> dict[str, Any]:
    """The schema of one document, every class once under $defs."""
    definitions: dict[str, Any] = {}
    reference = _reference(cls, definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **reference, "$defs": definitions}


def _reference(cls: ElementMeta, definitions: dict[str, Any]) -> dict[str, Any]:
    name = cls.__qualname__
    if name not in definitions:
        definitions[name] = {}
        properties = {f.name: _field(f, definitions) for f in cls._fields}
        definitions[name] = {
            "type": "object",
            "properties": properties,
            "required": [f.name for f in cls._fields if f.required],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _field(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.kind in ("attr", "text", "leaf"):
        schema = _scalar(as_codec(field.codec))
    elif field.kind == "flag":
        schema = {"type": "boolean"}
    elif field.kind == "raw":
        schema = {"type": "string", "contentMediaType": "application/xml"}
    elif field.arms is None:
        schema = _reference(element_class(field), definitions)
    else:
        classes = dict.fromkeys(c for arm in field.arms.values() if (c := arm_class(arm)) is not None)
        schema = {"anyOf": [_reference(c, definitions) for c in classes]}
    if field.many:
        schema = {"type": "array", "items": schema}
    if field.doc:
        schema = {**schema, "description": field.doc}
    return schema


def _scalar(codec: Any) -> dict[str, Any]:
    if isinstance(codec, Enum):
        return {"enum": list(codec.words)}
    if isinstance(codec, Int):
        return {"type": "integer", "minimum": codec.minimum, "maximum": codec.maximum}
    if isinstance(codec, Size):
        return {"type": "integer", "minimum": 0, "description": f"in {codec.unit}"}
    return {"type": "boolean"} if hasattr(codec, "yes") else {"type": "string"}
