"""virt-xml-validate: exit codes and texts, those of the distribution's where it is installed; schema files."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from purevirt.cli import main as purevirt_main
from purevirt.cli import schema_files
from purevirt.cli.xml_validate import root_name, run
from purevirt.model.documents import SCHEMAS, document_class, document_schema

THEIRS = Path("/usr/bin/virt-xml-validate")
BAD = """<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os>
<devices><disk><target dev='vda' bus='no'/></disk></devices></domain>"""


@pytest.mark.skipif(not THEIRS.exists(), reason="no virt-xml-validate (libvirt-clients)")
@pytest.mark.parametrize(
    "words",
    [["-h"], ["--hel"], ["--help"], ["-V"], ["--vers"], ["-x"], ["--hex"], [], ["", "domain"], ["/no/such/file"],
     ["--", "/no/such/file"], ["--"], ["/dev/null/x", "domain"], [__file__, "unheard-of"]],
)  # fmt: skip
def test_as_the_distributions(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    theirs = subprocess.run([THEIRS, *words], capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL)
    code = run(str(THEIRS), words)
    ours = capsys.readouterr()
    assert (code, ours.out, ours.err) == (theirs.returncode, theirs.stdout, theirs.stderr)


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        ("<secret/>", [], 0, "{0} validates\n"),
        ("<secret/>", ["secret"], 0, "{0} validates\n"),
        ("<house/>", [], 3, "x: cannot determine schema type for {0}\n"),
        ("", [], 3, "x: cannot determine schema type for {0}\n"),
        ("<secret>", [], 1, "{0}:1: parser error : Premature end of data in tag secret line 1\n<secret>\n--------^\n"),
        ("<secret><a/></secret>", [], 3,
         "{0}:1: element a: Relax-NG validity error : <a> may not stand here: it is not known here\n"
         "{0}:1: element secret: Relax-NG validity error : Element secret has extra content: a\n{0} fails to validate\n"),
        (BAD, [], 3,
         "{0}:2: element target: Relax-NG validity error : attribute 'bus' of <target> may not be 'no' here\n"
         "{0}:2: element devices: Relax-NG validity error : Extra element devices in interleave\n"
         "{0}:1: element domain: Relax-NG validity error : Element domain failed to validate content\n{0} fails to validate\n"),
        ("<secret/>", ["network"], 3,
         "{0}:1: element secret: Relax-NG validity error : <secret> may not stand here: it is not known here\n"
         "{0}:1: element secret: Relax-NG validity error : Expecting element secret, got nothing\n{0} fails to validate\n"),
    ],
)  # fmt: skip
def test_documents(
    text: str, words: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "document.xml"
    path.write_text(text, encoding="utf-8")
    assert run("x", [str(path), *words]) == code
    assert capsys.readouterr().err == said.format(path)


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"<network><name>n</name></network>")))
    assert run("x", ["-"]) == 0
    assert capsys.readouterr().err == "- validates\n"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_kind_is_recognised(kind: str, tmp_path: Path) -> None:
    """By its root's name: no kind is taken for another."""
    path = tmp_path / "x.xml"
    tag = document_class(kind).tag  # type: ignore[attr-defined]
    path.write_text(f"<{tag}><!-- --></{tag}>", encoding="utf-8")
    assert root_name(path.read_bytes()) == tag
    assert run("x", [str(path)]) == run("x", [str(path), kind])


def test_schema_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    etree = pytest.importorskip("lxml.etree")
    monkeypatch.setattr(sys, "argv", sys.argv[:])
    assert purevirt_main.main(["schema", "--write", str(tmp_path / "schemas")]) == 0
    names = {path.name for path in (tmp_path / "schemas").iterdir()}
    assert names == {f"{kind}.rng" for kind in SCHEMAS}
    schema = etree.RelaxNG(etree.parse(str(tmp_path / "schemas" / "network.rng")))
    assert schema.validate(etree.fromstring("<network><name>n</name></network>"))
    (tmp_path / "file").touch()
    assert purevirt_main.main(["schema", "--write", str(tmp_path / "file")]) == 1


def test_schema_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A checkout makes the files in the cache and repairs them; a built package has them in itself and uses those."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(schema_files, "PACKAGED", tmp_path / "none")
    assert purevirt_main.main(["schema", "--dir"]) == 0
    directory = Path(capsys.readouterr().out.strip())
    assert directory == tmp_path / "purevirt" / "schemas"
    assert {path.name for path in directory.iterdir()} == {f"{kind}.rng" for kind in SCHEMAS}
    (directory / "secret.rng").write_text("stale")
    assert purevirt_main.main(["schema", "--dir"]) == 0
    assert (directory / "secret.rng").read_text() == document_schema("secret")
    monkeypatch.setattr(schema_files, "PACKAGED", directory)
    assert schema_files.schema_directory() == directory
    strict = document_schema("secret").replace('name="secret"', 'name="riddle"')
    (directory / "secret.rng").write_text(strict)
    document = tmp_path / "document.xml"
    document.write_text("<secret/>")
    assert run("x", [str(document), "secret"]) == 3


def test_schema_directory_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "purevirt").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(schema_files, "PACKAGED", tmp_path / "none")
    assert purevirt_main.main(["schema", "--dir"]) == 1
