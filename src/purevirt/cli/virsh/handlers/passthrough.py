"""Hypervisor specific calls: QEMU's monitor, launch security."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.eventloop import Listener
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.handlers.lifecycle import passed_descriptors
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client.records import Event


def cmd_qemu_attach(sh: Shell, a: Args) -> None:
    pid = a.unsigned("pid")
    assert pid is not None
    with complaining(f"Failed to attach to pid {pid}"):
        dom = sh.conn.domain_qemu_attach(pid)
    sh.extra(f"Domain '{dom.get_name()}' attached to pid {pid}\n")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def qmp_command(words: list[str]) -> str:
    """A QMP command from words: complete JSON as it is, else a command name and its arguments. Raises Failed."""
    whole = " ".join(words)
    if isinstance(_json(whole), dict):
        return whole
    message: dict[str, Any] = {"execute": words[0]}
    rest = " ".join(words[1:])
    if rest:
        arguments = _json(rest)
        if arguments is None:
            arguments = _json("{" + rest + "}")
        if arguments is None:
            raise Failed(f"failed to wrap arguments '{rest}' into a QMP command wrapper")
        message["arguments"] = arguments
    return json.dumps(message, separators=(",", ":"))


def cmd_qemu_monitor_command(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    hmp = a.flag("hmp")
    words = a.words("cmd")
    command = " ".join(words) if hmp else qmp_command(words)
    flags = collect(a, {"hmp": c.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP})
    fds = passed_descriptors(a)
    if fds:
        answer, _ = dom.qemu_monitor_command_with_files(command, fds, flags)
    else:
        answer = dom.qemu_monitor_command(command, flags)
    if a.flag("return-value") or a.flag("pretty"):
        document = _json(answer)
        if document is None:
            raise Failed("failed to parse JSON returned by qemu")
        if a.flag("return-value"):
            if "return" not in document:
                raise Failed("'return' member missing")
            document = document["return"]
        answer = json.dumps(document, indent=2) if a.flag("pretty") else json.dumps(document, separators=(",", ":"))
    sh.write(f"{answer}\n")


def cmd_qemu_monitor_event(sh: Shell, a: Args) -> bool:
    listener = Listener(sh, a)
    flags = collect(
        a,
        {
            "regex": c.VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX,
            "no-case": c.VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE,
        },
    )
    dom = lookup.domain(sh, a) if a.given("domain") else None
    pretty = a.flag("pretty")

    def show(event: Event) -> None:
        name, seconds, micros, details = event.args
        if pretty and details:
            details = json.dumps(json.loads(details), indent=2) + "\n"
        listener.show(
            f"event {name} at {seconds}.{micros:06} for domain '{event.object.get_name()}': {details or '<null>'}\n"
        )

    number = sh.conn.domain_qemu_monitor_event_register(dom, a.text("event"), show, flags)
    listener.registered(number, sh.conn.domain_qemu_monitor_event_deregister)
    return listener.run()


def cmd_domlaunchsecinfo(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining("Unable to get launch security parameters"):
        found = dom.get_launch_security_info(c.VIR_TYPED_PARAM_STRING_OKAY)
    for name, value in found.items():
        sh.out.fields([(f"{name:<15}:", names.shown(value))], width=16)


def cmd_domsetlaunchsecstate(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    header, secret = a.text("secrethdr"), a.text("secret")
    if header is None or secret is None:
        raise Failed("Both secret and the secret header are required")
    params: dict[str, Any] = {
        "sev-secret-header": read_text(header),
        "sev-secret": read_text(secret),
    }
    address = a.unsigned("set-address", 64)
    if address is not None:
        params["sev-secret-set-address"] = address
    with complaining("Unable to set launch security state"):
        dom.set_launch_security_state(params)
