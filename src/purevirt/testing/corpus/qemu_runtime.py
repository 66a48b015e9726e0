"""Corpus suites of the QEMU driver's run time: what a binary can do, read from recorded QMP conversations."""

from __future__ import annotations

import asyncio
import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from purevirt.drivers.qemu import capabilities_xml, probe
from purevirt.drivers.qemu.monitor.connection import QmpFailure
from purevirt.testing.corpus.runner import Case, Run


class Recording:
    """A recorded conversation: JSON documents, questions and answers in turn. Asking anything else is an error."""

    def __init__(self, path: Path) -> None:
        text = lzma.decompress(path.read_bytes()).decode()
        decoder, documents, at = json.JSONDecoder(), [], 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            document, at = decoder.raw_decode(text, at)
            documents.append(document)
        self._turns = list(zip(documents[::2], documents[1::2], strict=True))

    async def ask(self, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        question, answer = self._turns.pop(0)
        if question["execute"] != command or question.get("arguments") != (arguments or None):
            raise AssertionError(f"asked {command} {arguments}, recorded {question}")
        if "error" in answer:
            raise QmpFailure(command, answer["error"]["class"], answer["error"]["desc"])
        return answer["return"]


def run_capabilities(case: Case, directory: Path) -> str:
    """Replies → capabilities cache document; the microcode version is the environment's made-up one."""
    recording = Recording(directory / case["input"])

    async def converse() -> str:
        caps = await probe.converse(recording.ask, f"/usr/bin/qemu-system-{case['arch']}")
        if caps.has("kvm"):
            await probe.converse_tcg(recording.ask, caps)
            caps.microcode_version = sum(map(ord, case["arch"])) * 100_000 + sum(map(ord, case["version"]))
        return capabilities_xml.dump(caps)

    return asyncio.run(converse())


SUITES: dict[str, Run] = {"qemucapabilities": run_capabilities}
