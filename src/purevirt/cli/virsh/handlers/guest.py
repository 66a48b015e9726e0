"""What the guest agent does."""

from __future__ import annotations

import json

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c


def cmd_domfsfreeze(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining("Unable to freeze filesystems"):
        count = dom.fs_freeze(a.words("mountpoint"))
    sh.extra(f"Froze {count} filesystem(s)\n")


def cmd_domfsthaw(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining("Unable to thaw filesystems"):
        count = dom.fs_thaw(a.words("mountpoint"))
    sh.extra(f"Thawed {count} filesystem(s)\n")


def cmd_domfstrim(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    minimum = a.unsigned("minimum", 64) or 0
    with complaining("Unable to invoke fstrim"):
        dom.fs_trim(a.text("mountpoint"), minimum)


def cmd_domfsinfo(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    with complaining("Unable to get filesystem information"):
        found = dom.get_fs_info()
    if not found:
        sh.error("No filesystems are mounted in the domain")
        return
    rows = [[fs.mountpoint, fs.name, fs.fstype, ",".join(fs.dev_aliases)] for fs in found]
    sh.out.table(["Mountpoint", "Name", "Type", "Target"], rows)


def cmd_domhostname(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    flags = 0
    source = a.text("source")
    if source is not None:
        found = names.index(names.DOMAIN_HOSTNAME_SOURCE, source)
        if found is None:
            raise Failed(f"Unknown data source '{source}'")
        flags = (c.VIR_DOMAIN_GET_HOSTNAME_AGENT, c.VIR_DOMAIN_GET_HOSTNAME_LEASE)[found]
    with complaining("failed to get hostname"):
        sh.write(dom.get_hostname(flags) + "\n")


def cmd_get_user_sshkeys(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    for key in dom.authorized_ssh_keys_get(a.need("user")):
        sh.write(f"{key}\n")


def cmd_set_user_sshkeys(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    user, path = a.need("user"), a.text("file")
    flags = 0
    if a.flag("remove"):
        flags = c.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE
    elif not a.flag("reset"):
        flags = c.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND
        if path is None:
            raise Failed("Option --file is required")
    keys: list[str] = []
    if path is not None:
        keys = [line for line in read_text(path).split("\n") if line]
        if not keys:
            raise Failed(f"File {path} contains no keys")
    dom.authorized_ssh_keys_set(user, keys, flags)


def cmd_set_user_password(sh: Shell, a: Args) -> None:
    flags = collect(a, {"encrypted": c.VIR_DOMAIN_PASSWORD_ENCRYPTED})
    dom = lookup.domain(sh, a)
    user = a.need("user")
    dom.set_user_password(user, a.need("password"), flags)
    sh.extra(f"Password set successfully for {user} in {dom.get_name()}")


def cmd_guestvcpus(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    cpulist = a.text("cpulist")
    enable, disable = a.flag("enable"), a.flag("disable")
    if cpulist is not None and not (enable or disable):
        raise Failed("One of options --enable or --disable is required by option --cpulist")
    if cpulist is not None:
        dom.set_guest_vcpus(cpulist, int(enable))
        return
    for name, value in dom.get_guest_vcpus().items():
        sh.out.fields([(f"{name:<15}:", names.shown(value))], width=16)


_INFO = {
    "user": c.VIR_DOMAIN_GUEST_INFO_USERS,
    "os": c.VIR_DOMAIN_GUEST_INFO_OS,
    "timezone": c.VIR_DOMAIN_GUEST_INFO_TIMEZONE,
    "hostname": c.VIR_DOMAIN_GUEST_INFO_HOSTNAME,
    "filesystem": c.VIR_DOMAIN_GUEST_INFO_FILESYSTEM,
    "disk": c.VIR_DOMAIN_GUEST_INFO_DISKS,
    "interface": c.VIR_DOMAIN_GUEST_INFO_INTERFACES,
}


def cmd_guestinfo(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    found = dom.get_guest_info(collect(a, _INFO))
    for name, value in found.items():
        sh.out.fields([(f"{name:<20}:", names.shown(value))], width=21)


def cmd_guest_agent_timeout(sh: Shell, a: Args) -> None:
    timeout = a.integer("timeout")
    dom = lookup.domain(sh, a)
    dom.agent_set_response_timeout(c.VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK if timeout is None else timeout)


def cmd_qemu_agent_command(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    command = " ".join(a.words("cmd"))
    timeout = a.integer("timeout")
    choices = [timeout is not None, a.flag("async"), a.flag("block")]
    if sum(choices) > 1:
        raise Failed("timeout, async and block options are exclusive")
    wait = c.VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT
    if timeout is not None:
        if timeout < 1:
            raise Failed("timeout must be positive")
        wait = timeout
    elif a.flag("async"):
        wait = c.VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT
    elif a.flag("block"):
        wait = c.VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK
    answer = dom.qemu_agent_command(command, wait)
    if answer is None:
        return
    if a.flag("pretty"):
        answer = json.dumps(json.loads(answer), indent=2)
    sh.write(f"{answer}\n")
