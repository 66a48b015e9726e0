"""Every document class is in the registry that schemas, fuzzing, properties and pages go over: no kind is forgotten."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import purevirt.model
from purevirt.model._engine import Element
from purevirt.model._engine.element import ElementMeta
from purevirt.model.documents import DOCUMENTS, TOLD_DOCUMENTS, document_forms


def below(cls: ElementMeta) -> set[ElementMeta]:
    return {cls, *(inner for sub in cls.__subclasses__() for inner in below(sub))}


def test_no_kind_is_forgotten() -> None:
    for module in pkgutil.walk_packages(purevirt.model.__path__, "purevirt.model."):
        import_module(module.name)
    classes = {cls for cls in below(Element) if cls.__module__.startswith("purevirt.model.")} - {Element}
    roots = {cls for cls in classes if "document" in vars(cls)}
    known = {cls for kind in (*DOCUMENTS, *TOLD_DOCUMENTS) for cls in document_forms(kind)}
    assert roots
    assert not roots - known
