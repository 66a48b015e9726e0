"""A private certificate authority for tests, made with GnuTLS's certtool."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_certtool = pytest.mark.skipif(shutil.which("certtool") is None, reason="no certtool (gnutls-bin)")
PAST, NOW, FUTURE = (("2001-01-01", "2002-01-01"), None, ("2090-01-01", "2091-01-01"))


class Authority:
    """Makes keys and certificates under `root`; `key`/`cert` are its own."""

    def __init__(self, root: Path, name: str = "Test CA", validity: tuple[str, str] | None = NOW) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.key = self._key("cakey.pem")
        self.cert = root / "cacert.pem"
        lines = f"cn={name}\nca\ncert_signing_key\ncrl_signing_key"
        self._certificate(self.cert, "--generate-self-signed", self.key, lines, validity)

    def server(self, names: tuple[str, ...] = ("localhost", "127.0.0.1"), validity: tuple[str, str] | None = NOW) -> Path:
        """A directory laid out as `pkipath` wants it, with servercert.pem and serverkey.pem."""
        lines = [f"cn={names[0]}", "tls_www_server", "signing_key", "encryption_key"]
        lines += [f"ip_address={name}" if name[0].isdigit() else f"dns_name={name}" for name in names]
        return self._pair("server", "\n".join(lines), validity)

    def client(self, name: str = "client1", validity: tuple[str, str] | None = NOW, usage: str = "tls_www_client") -> Path:
        """The same with clientcert.pem and clientkey.pem; its name is C=GB,ST=London,O=Test Org,CN=`name`."""
        lines = f'country=GB\nstate=London\norganization="Test Org"\ncn={name}\n{usage}\nsigning_key\nencryption_key'
        return self._pair("client", lines, validity)

    def revoke(self, *certificates: Path) -> Path:
        """A revocation list."""
        lines = self.root / "revoked.pem"
        lines.write_text("".join(path.read_text() for path in certificates))
        crl = self.root / "cacrl.pem"
        template = self.root / "crl.tmpl"
        template.write_text("expiration_days=30\ncrl_number=1\n")
        _run("--generate-crl", "--load-ca-privkey", self.key, "--load-ca-certificate", self.cert, "--load-certificate", lines,
             "--template", template, "--outfile", crl)  # fmt: skip
        return crl

    def _pair(self, kind: str, lines: str, validity: tuple[str, str] | None) -> Path:
        place = self.root / f"{kind}{len(list(self.root.glob(f'{kind}*')))}"
        place.mkdir()
        shutil.copy(self.cert, place / "cacert.pem")
        key = self._key(f"{place.name}/{kind}key.pem")
        self._certificate(place / f"{kind}cert.pem", "--generate-certificate", key, lines, validity)
        return place

    def _key(self, name: str) -> Path:
        _run("--generate-privkey", "--key-type", "rsa", "--bits", "2048", "--outfile", self.root / name)
        return self.root / name

    def _certificate(self, path: Path, how: str, key: Path, lines: str, validity: tuple[str, str] | None) -> None:
        template = path.with_suffix(".tmpl")
        when = (
            "expiration_days=30"
            if validity is None
            else f'activation_date="{validity[0]} 00:00:00 UTC"\nexpiration_date="{validity[1]} 00:00:00 UTC"'
        )
        template.write_text(f"{lines}\n{when}\n")
        signer = [] if how == "--generate-self-signed" else ["--load-ca-certificate", self.cert, "--load-ca-privkey", self.key]
        _run(how, "--load-privkey", key, *signer, "--template", template, "--outfile", path)


def _run(*arguments: str | Path) -> None:
    command = ["certtool", *(str(a) for a in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
