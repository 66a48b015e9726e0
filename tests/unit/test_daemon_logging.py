"""Log filters and outputs: libvirt's syntax, each destination by what arrives there, changes while running."""

from __future__ import annotations

import logging
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from purevirt.daemon.logging import LogConfig, level_named, parse_filters, parse_outputs
from purevirt.errors import ErrorCode, VirtError

LOG = logging.getLogger("purevirt.qemu.probe")


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[LogConfig]:
    level = logging.getLogger("purevirt").level
    config = LogConfig(tmp_path / "journal", str(tmp_path / "syslog"))
    yield config
    config.close()
    logging.getLogger("purevirt").setLevel(level)


def datagrams(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(str(path))
    sock.settimeout(10)
    return sock


def test_a_file_gets_libvirts_lines(logs: LogConfig, tmp_path: Path) -> None:
    file = tmp_path / "log"
    logs.set_outputs(f"3:file:{file}")
    LOG.info("not this")
    LOG.warning("this %d", 1)
    LOG.error("and this")
    lines = file.read_text().splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000: \d+: warning : qemu\.probe:\d+ : this 1", lines[0])
    assert " error : " in lines[1]
    assert file.stat().st_mode & 0o777 == 0o600


def test_stderr(logs: LogConfig, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with open(2, "w", closefd=False) as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        logs.set_outputs("4:stderr")
        LOG.warning("no")
        LOG.error("yes")
        logs.set_outputs("")
    assert re.fullmatch(r"\S+ \S+: \d+: error : qemu\.probe:\d+ : yes\n", capfd.readouterr().err)


def test_syslog(logs: LogConfig, tmp_path: Path) -> None:
    with datagrams(tmp_path / "syslog") as sock:
        logs.set_outputs("3:syslog:me")
        LOG.error("text")
        assert sock.recv(1000).rstrip(b"\0") == b"<11>me: text"


def test_journal(logs: LogConfig, tmp_path: Path) -> None:
    with datagrams(tmp_path / "journal") as sock:
        logs.set_outputs("3:journald")
        LOG.warning("two\nlines")
        packet, fields = sock.recv(10000), {}
    while packet:
        name, _, packet = packet.partition(b"\n")
        (length,) = struct.unpack_from("<Q", packet)
        fields[name.decode()], packet = packet[8 : 8 + length].decode(), packet[8 + length + 1 :]
    assert fields["MESSAGE"] == "two\nlines"
    assert (fields["PRIORITY"], fields["LIBVIRT_SOURCE"], fields["CODE_FUNC"]) == ("4", "qemu.probe", "test_journal")


def test_filters_decide_by_source(logs: LogConfig, tmp_path: Path) -> None:
    file = tmp_path / "log"
    logs.set_outputs(f"1:file:{file}")
    logs.set_filters("1:qemu 4:rpc")
    LOG.debug("debug of qemu")
    logging.getLogger("purevirt.rpc.link").warning("warning of rpc")
    logging.getLogger("purevirt.rpc.link").error("error of rpc")
    logging.getLogger("purevirt.other").info("info of another")
    assert [line.rpartition(" : ")[2] for line in file.read_text().splitlines()] == ["debug of qemu", "error of rpc"]
    logs.set_filters("")
    LOG.debug("no more")
    assert "no more" not in file.read_text()
    logs.set_level(1)
    LOG.debug("again")
    assert "again" in file.read_text()


def test_what_is_set_is_shown(logs: LogConfig, tmp_path: Path) -> None:
    logs.set_filters("1:a 2:+b:c")
    assert logs.text_of_filters() == "1:*a* 2:*b* "
    logs.set_outputs(f"1:file:{tmp_path}/a 3:stderr 2:file:{tmp_path}/a")
    assert logs.text_of_outputs() == f"3:stderr 2:file:{tmp_path}/a"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1", "Malformed format for filter '1'"),
        ("5:x", "Invalid priority '5' for filter '5:x'"),
        ("x:y", "Invalid priority 'x' for filter 'x:y'"),
        ("1:", "Invalid match string ''"),
        ("1:+", "Invalid match string '+'"),
        ("2:good 9:bad", "Invalid priority '9' for filter '9:bad'"),
    ],
)
def test_wrong_filters_change_nothing(logs: LogConfig, text: str, complaint: str) -> None:
    logs.set_filters("1:kept")
    with pytest.raises(VirtError) as caught:
        logs.set_filters(text)
    assert (caught.value.code, caught.value.detail) == (ErrorCode.INVALID_ARG, complaint)
    assert logs.text_of_filters() == "1:*kept* "
    assert parse_filters("") == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1", "Malformed format for log output '1'"),
        ("9:stderr", "Invalid log priority '9' for log output '9:stderr'"),
        ("1:foo", "Invalid log destination 'foo' for log output '1:foo'"),
        ("1:file", "Log output '1:file' does not meet the format requirements for destination type 'file'"),
        ("1:syslog", "Log output '1:syslog' does not meet the format requirements for destination type 'syslog'"),
        ("1:stderr:x", "Log output '1:stderr:x' does not meet the format requirements for destination type 'stderr'"),
    ],
)
def test_wrong_outputs_change_nothing(logs: LogConfig, text: str, complaint: str) -> None:
    logs.set_outputs("4:stderr")
    with pytest.raises(VirtError) as caught:
        logs.set_outputs(text)
    assert (caught.value.code, caught.value.detail) == (ErrorCode.INVALID_ARG, complaint)
    assert logs.text_of_outputs() == "4:stderr"
    assert parse_outputs("") == []


def test_an_output_that_cannot_be_opened_changes_nothing(logs: LogConfig, tmp_path: Path) -> None:
    logs.set_outputs("4:stderr")
    with pytest.raises(VirtError) as caught:
        logs.set_outputs(f"1:file:{tmp_path}/kept 1:file:{tmp_path}/no/such")
    assert caught.value.message == f"failed to open {tmp_path}/no/such: No such file or directory"
    assert logs.text_of_outputs() == "4:stderr"


@pytest.mark.parametrize(("text", "level"), [("1", 1), ("debug", 1), ("Warning", 3), ("", None), ("7", None), ("loud", None)])
def test_levels_by_name(text: str, level: int | None) -> None:
    assert level_named(text) == level
