"""Define each document of a JSON list, and write what came of it: `define_documents.py ours|theirs IN OUT`.

A program for two interpreters: `theirs` is python3-libvirt at qemu:///system, `ours` the stages of our QEMU driver on the
same host. An answer is ["ok", the inactive document with its secrets] or ["error", code, text].
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def theirs(documents: list[str]) -> list[list[object]]:
    import libvirt

    libvirt.registerErrorHandler(lambda context, error: None, None)
    shown = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
    kept = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | libvirt.VIR_DOMAIN_UNDEFINE_KEEP_TPM
    connection = libvirt.open("qemu:///system")
    answers: list[list[object]] = []
    for xml in documents:
        try:
            domain = connection.defineXML(xml)
            answers.append(["ok", domain.XMLDesc(shown)])
            domain.undefineFlags(kept)
        except libvirt.libvirtError as error:
            if not connection.isAlive():  # some documents kill it; the rest is compared no more
                break
            answers.append(["error", error.get_error_code(), error.get_error_message()])
    return answers


def ours(documents: list[str]) -> list[list[object]]:
    import asyncio

    return asyncio.run(_ours(documents))


async def _ours(documents: list[str]) -> list[list[object]]:
    from dataclasses import replace

    from purevirt.drivers.qemu import define
    from purevirt.drivers.qemu import documents as forms
    from purevirt.drivers.qemu.state import QemuState
    from purevirt.errors import VirtError
    from purevirt.host.roots import system_roots
    from purevirt.types import constants as C

    state = QemuState(replace(system_roots(), cache=Path("/var/cache/libvirt/ours")))
    answers: list[list[object]] = []
    for xml in documents:
        try:
            document = await define.read_new(state, xml, validate=False)
            answers.append(["ok", forms.format_for(document, C.VIR_DOMAIN_XML_INACTIVE | C.VIR_DOMAIN_XML_SECURE)])
        except VirtError as error:
            answers.append(["error", int(error.code), error.message])
    return answers


if __name__ == "__main__":
    who, source, target = sys.argv[1:]
    found = {"ours": ours, "theirs": theirs}[who](json.loads(Path(source).read_text()))
    Path(target).write_text(json.dumps(found))
