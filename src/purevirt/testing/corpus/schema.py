"""The suite schema-validity: documents against the schemas that we emit from the declarations (needs lxml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.parse import arm_class, element_class
from purevirt.model._engine.rng import relax_ng
from purevirt.model.documents import SCHEMAS, document_schema
from purevirt.testing.corpus.runner import Case


@cache
def _schema(kind: str) -> Any:
    from lxml import etree

    return etree.RelaxNG(etree.fromstring(schema_text(kind).encode()))


def schema_text(kind: str) -> str:
    """The schema of a document kind, or of the corpus's own "device" (any device) and "cpu-baseline" (CPU documents)."""
    if kind == "device":
        first, *rest = _device_classes()
        return relax_ng(first, status=True, fragments=rest)
    if kind == "cpu-baseline":
        from purevirt.model.cpu import Cpu, HostCpu
        from purevirt.model.cpu_data import CpuData, CpuTest

        return relax_ng(Cpu, fragments=(HostCpu, CpuTest, CpuData))
    return document_schema(kind)


def _device_classes() -> list[ElementMeta]:
    from purevirt.model._engine import child
    from purevirt.model.domain.devices import Devices
    from purevirt.model.domain.disk import Disk, DiskTarget

    class Image(Disk, tag="disk"):
        """A disk that nobody sees: the corpus says what images are by disks without a target."""

        target: DiskTarget | None = child(DiskTarget)

    found: dict[ElementMeta, None] = {}
    for field in Devices._fields:
        if field.arms is not None:
            found.update((c, None) for arm in field.arms.values() if (c := arm_class(arm)) is not None)
        elif field.cls is not None:
            found[element_class(field)] = None
    return [Image if cls is Disk else cls for cls in found]


class SchemaValidity:
    """Whether our schema accepts what is valid and refuses what is not."""

    def check(self, case: Case, directory: Path) -> str | None:
        from lxml import etree

        kind = Path(case["schema"]).stem
        if kind not in SCHEMAS and kind not in ("device", "cpu-baseline"):
            return f"no schema {kind}"
        schema = _schema(kind)
        accepted = schema.validate(etree.parse(str(directory / case["input"])))
        if accepted == (case["relation"] == "xml->valid"):
            return None
        return f"accepted, but {case['relation']}" if accepted else f"refused: {schema.error_log.last_error}"


SUITES = {"schema-validity": SchemaValidity()}
