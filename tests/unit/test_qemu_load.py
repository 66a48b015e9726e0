"""A daemon that finds a thousand stored definitions parses none of them: name and UUID are enough until one is needed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from benchmarks.guests import identity, small

from purevirt.drivers.qemu.definition import HEADER
from purevirt.drivers.qemu.state import QemuState
from purevirt.host.roots import session_roots
from purevirt.model.domain.document import Domain
from purevirt.types import constants as C

GUESTS = 1000


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for every XML parser that is made, of whatever module, and for every domain that is read from a tree."""
    seen: list[str] = []
    make, read = expat.ParserCreate, Domain.from_node.__func__  # type: ignore[attr-defined]

    def counted_make(*arguments: Any, **keywords: Any) -> Any:
        seen.append("xml")
        return make(*arguments, **keywords)

    def counted_read(cls: type[Domain], *arguments: Any) -> Domain:
        seen.append("domain")
        found: Domain = read(cls, *arguments)
        return found

    monkeypatch.setattr(expat, "ParserCreate", counted_make)
    monkeypatch.setattr(Domain, "from_node", classmethod(counted_read))
    return seen


def store(root: Path) -> None:
    directory = root / "etc" / "libvirt" / "qemu"
    directory.mkdir(parents=True)
    for number in range(GUESTS):
        name = f"guest{number}"
        (directory / f"{name}.xml").write_text(HEADER.format(name=name) + small(name) + "\n", encoding="utf-8")


async def load_and_ask(root: Path, parsed: list[str]) -> None:
    state = QemuState(session_roots(root))
    try:
        await state.load()
        driver = state.driver_for(None)  # type: ignore[arg-type]
        found = await driver.call("connect_list_all_domains", 1, C.VIR_CONNECT_LIST_DOMAINS_INACTIVE)
        assert {(d.name, d.uuid) for d in found.domains} == {(n, identity(n).bytes) for n in (f"guest{i}" for i in range(GUESTS))}
        one = await driver.call("domain_lookup_by_name", "guest7")
        assert await driver.call("domain_get_state", one, 0)
        assert parsed == []
        assert "<name>guest7</name>" in await driver.call("domain_get_xml_desc", one, 0)
        assert parsed.count("domain") == 1
        await driver.call("domain_get_xml_desc", one, 0)
        assert parsed.count("domain") == 1
    finally:
        await state.stop()


def test_no_definition_is_parsed_before_it_is_needed(tmp_path: Path, parsed: list[str]) -> None:
    store(tmp_path)
    asyncio.run(asyncio.wait_for(load_and_ask(tmp_path, parsed), 60))
