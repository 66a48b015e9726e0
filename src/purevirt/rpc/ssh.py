"""Connections through the ssh program: its command line, and the shell command that joins it to the daemon's socket.

At the other end runs `virt-ssh-helper`, which finds the right socket itself, or netcat on a socket we name. The URIs of
libssh and libssh2 are served by the same program; their parameters become its options.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.tunnel import Tunnel
from purevirt.rpc.link import Link
from purevirt.types.override import override

_METHODS: Final = {
    "agent": "publickey",
    "privkey": "publickey",
    "password": "password",
    "keyboard-interactive": "keyboard-interactive",
    "none": "none",
    "gssapi": "gssapi-with-mic",
}
_HOST_KEYS: Final = {"normal": "yes", "auto": "accept-new", "ignore": "no"}


@dataclass(frozen=True, slots=True)
class SshTarget:
    """Where to and how. `proxy`: auto, native or netcat; `uri`: for the helper; `socket`: for netcat; `asks`: somebody can be
    asked whether an unknown host is the right one."""

    host: str
    uri: str
    socket: str
    readonly: bool = False
    proxy: str = "auto"
    user: str | None = None
    port: int | None = None
    command: str = "ssh"
    keyfile: str | None = None
    netcat: str = "nc"
    no_tty: bool = False
    no_verify: bool = False
    sshauth: str | None = None
    known_hosts: str | None = None
    known_hosts_verify: str | None = None
    asks: bool = False


def quote(text: str) -> str:
    """One word of a shell, whatever it contains."""
    return "'" + text.replace("'", "'\\''") + "'"


def remote_command(target: SshTarget) -> str:
    """What the shell at the other end runs."""
    helper = f"virt-ssh-helper {'-r ' if target.readonly else ''}{quote(target.uri)}"
    nc = quote(target.netcat)
    netcat = (
        f'if {nc} -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; then ARG=-q0;else ARG=;fi;'
        f"{nc} $ARG -U {quote(target.socket)}"
    )
    script = {
        "native": helper,
        "netcat": netcat,
        "auto": f"which virt-ssh-helper 1>/dev/null 2>&1; if test $? = 0; then {helper}; else {netcat}; fi",
    }[target.proxy]
    return f"sh -c {quote(script)}"


def command_line(target: SshTarget) -> list[str]:
    """ssh's arguments. Raises VirtError for parameters that mean nothing."""
    words = [target.command]
    for option, value in (("-p", target.port), ("-l", target.user), ("-i", target.keyfile)):
        if value is not None:
            words += [option, str(value)]
    words += ["-T", "-e", "none"]
    options = []
    if target.no_tty:
        options.append("BatchMode=yes")
    if target.no_verify:
        options.append("StrictHostKeyChecking=no")
    options += _library_options(target)
    for option in options:
        words += ["-o", option]
    return [*words, "--", target.host, remote_command(target)]


def _library_options(target: SshTarget) -> list[str]:
    options = []
    if target.sshauth is not None:
        methods = [method.strip() for method in target.sshauth.split(",")]
        unknown = [method for method in methods if method not in _METHODS]
        if unknown:
            raise _bad(f"Invalid authentication method: '{unknown[0]}'")
        options.append("PreferredAuthentications=" + ",".join(dict.fromkeys(_METHODS[m] for m in methods)))
        if "agent" not in methods:
            options.append("IdentityAgent=none")
    if target.known_hosts is not None:
        options.append(f"UserKnownHostsFile={target.known_hosts}")
    if target.known_hosts_verify is not None:
        if target.known_hosts_verify not in _HOST_KEYS:
            raise _bad(f"Invalid host key verification method: '{target.known_hosts_verify}'")
        strict = _HOST_KEYS[target.known_hosts_verify]
        options.append(f"StrictHostKeyChecking={'ask' if strict == 'yes' and target.asks else strict}")
    return options


def _bad(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.RPC)


class TunnelLink(Link):
    """A link to a program, which ends with it; its last words explain an unexpected end."""

    def __init__(self, tunnel: Tunnel) -> None:
        super().__init__(tunnel.sock, tunnel.words)
        self.can_pass_fds = False
        self._tunnel = tunnel

    @override
    def send_some(self, data: bytes | memoryview) -> int:
        """A program that has ended already is heard all the same: as if we had noticed when reading."""
        try:
            return super().send_some(data)
        except VirtError as e:
            if e.int1 != errno.EPIPE:
                raise
            words = self.last_words()
            text = f"Cannot recv data: {words}" if words else "Cannot recv data"
            raise self._explained(system_error(errno.ECONNRESET, text, ErrorDomain.RPC)) from e

    @override
    def receive(self) -> tuple[bytes, list[int]] | None:
        try:
            return super().receive()
        except VirtError as e:
            raise self._explained(e) from e.__cause__

    def _explained(self, error: VirtError) -> VirtError:
        """Hint at the answers that were not the right ones, if the program asked for any."""
        asked = self._tunnel.asked
        if asked:
            times = "" if len(asked) == 1 else f" ({len(asked)} times)"
            error.hint = f"asked for before it ended{times}: {asked[-1]}"
        return error

    @override
    def close(self) -> None:
        self._tunnel.close()


def open_program(command: Sequence[str]) -> TunnelLink:
    """Raises VirtError when it cannot be started."""
    return TunnelLink(Tunnel(command))


def open_ssh(target: SshTarget, answer: Callable[[str, str], str | None] | None = None) -> TunnelLink:
    """Starts ssh; whether it gets through is known at the first call. `answer` gets what ssh asks (`host.askpass`); without
    it ssh asks on the terminal."""
    return TunnelLink(Tunnel(command_line(target if answer is None else replace(target, asks=True)), answer))
