"""SASL mechanisms without a network: the RFC's example, and every way a peer can be wrong."""

from __future__ import annotations

import random
import shutil
import subprocess
from base64 import b64decode
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purevirt.errors import VirtError
from purevirt.rpc.sasl import SaslError, usable
from purevirt.rpc.sasl_plain import PlainServer
from purevirt.rpc.sasl_scram import ScramClient, ScramSecret, ScramServer
from purevirt.rpc.sasldb import UserFile, read_users, user_line

SALT = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
SECRET = ScramSecret.of("pencil", SALT)


def test_the_example_of_rfc_7677() -> None:
    client = ScramClient("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
    server = ScramServer({"user": SECRET}.get, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
    first = client.start()
    assert first == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    challenge = server.step(first)
    assert challenge == b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    proof = client.step(challenge)
    assert proof is not None
    assert proof.endswith(b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    signature = server.step(proof)
    assert signature == b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    assert server.done
    assert server.username == "user"
    assert not client.done
    client.step(signature)
    assert client.done


@pytest.mark.parametrize(("name", "password"), [("a,b=c", "x"), ("ü", "pässwörd"), ("x" * 300, "y" * 300), ("=2C", "")])
def test_any_name_and_password(name: str, password: str) -> None:
    client, server = ScramClient(name, password), ScramServer({name: ScramSecret.of(password, iterations=1)}.get)
    proof = client.step(server.step(client.start()))
    client.step(server.step(proof))
    assert client.done
    assert server.username == name


def test_unknown_users_and_wrong_passwords_look_the_same() -> None:
    def outcome(name: str, password: str) -> tuple[int, int, int]:
        client, server = ScramClient(name, password), ScramServer({"user": SECRET}.get)
        challenge = server.step(client.start())
        proof = client.step(challenge)
        with pytest.raises(SaslError):
            server.step(proof)
        assert not server.done
        fields = dict(part.split("=", 1) for part in (challenge or b"").decode().split(","))
        return len(fields["r"]), len(fields["s"]), int(fields["i"])

    assert outcome("user", "wrong") == outcome("nobody", "wrong")

    def salt() -> bytes:
        return (ScramServer({}.get).step(b"n,,n=nobody,r=x") or b"").split(b",")[1]

    assert salt() == salt(), "a salt that changes gives it away"


@pytest.mark.parametrize(
    "first",
    [b"", b"n", b"n,,", b"n,,n=user", b"n,,r=x", b"p=tls-unique,,n=user,r=x", b"n,a=root,n=user,r=x", b"n,,m=1,n=user,r=x",
     b"\xff", b"n,,n=user,r=x,n=user", None],
)  # fmt: skip
def test_bad_first_messages(first: bytes | None) -> None:
    with pytest.raises(SaslError):
        ScramServer({"user": SECRET}.get).step(first)


@pytest.mark.parametrize(
    "final", [b"", b"c=biws", b"c=biws,r=xy", b"c=biws,r=xy,p=", b"c=biws,r=xy,p=!", b"c=AAAA,r=xy,p=AAAA", b"c=biws,r=zz,p=AAAA",
              b"c=biws,r=xy,p=AAAA"]
)  # fmt: skip
def test_bad_final_messages(final: bytes) -> None:
    server = ScramServer({"user": SECRET}.get, "y")
    server.step(b"n,,n=user,r=x")
    with pytest.raises(SaslError):
        server.step(final)
    assert not server.done


@pytest.mark.parametrize(
    "challenge",
    [b"", b"r=other,s=AAAA,i=4096", b"r=x,s=AAAA,i=4096", b"r=xy,i=4096", b"r=xy,s=!,i=4096", b"r=xy,s=AAAA,i=0",
     b"r=xy,s=AAAA,i=99999999", b"r=xy,s=AAAA,i=-1", b"r=xy,s=AAAA", None],
)  # fmt: skip
def test_bad_challenges(challenge: bytes | None) -> None:
    client = ScramClient("user", "pencil", "x")
    client.start()
    with pytest.raises(SaslError):
        client.step(challenge)


def test_a_server_that_does_not_know_the_password() -> None:
    client = ScramClient("user", "pencil", "x")
    client.start()
    client.step(b"r=xy,s=AAAA,i=1")
    with pytest.raises(SaslError, match="does not know"):
        client.step(b"v=AAAA")
    assert not client.done


@pytest.mark.parametrize("token", [b"", b"fred\0secret", b"\0fred\0secret\0", b"root\0fred\0secret", b"\0\0secret", b"\0\xff\0x"])
def test_bad_plain_messages(token: bytes) -> None:
    server = PlainServer(lambda name, password: True)
    with pytest.raises(SaslError):
        server.step(token)
    assert not server.done


def test_no_mechanism_without_protection() -> None:
    assert usable(["PLAIN", "SCRAM-SHA-256", "X"], layer=False) == ["SCRAM-SHA-256", "PLAIN"]
    assert usable(["PLAIN", "SCRAM-SHA-256", "X"], layer=True) == []


def test_the_user_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(user_line("user", SECRET) + "\n")
    users = UserFile(path, "host")
    assert users.secret("user") == SECRET
    assert users.secret("user@host") == SECRET
    assert users.secret("user@elsewhere") is None
    path.write_text("# nobody\n\n")
    assert users.secret("user") is None
    path.unlink()
    with pytest.raises(VirtError, match="No such file"):
        users.secret("user")


@pytest.mark.parametrize("content", [b"user:secret\n", b"user:SCRAM-SHA-256$0:AA==$AA==:AA==\n", bytes(600), b"\xff\n"])
def test_files_of_another_format(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "users").write_bytes(content)
    with pytest.raises(VirtError, match="neither lines"):
        read_users(tmp_path / "users")


def test_a_damaged_berkeley_file(tmp_path: Path) -> None:
    header = bytearray(8192)
    header[12:16] = (0x061561).to_bytes(4, "little")
    header[20:24] = (4096).to_bytes(4, "little")
    header[4096 + 25] = 13
    header[4096 + 20 : 4096 + 22] = b"\x02\x00"
    (tmp_path / "users").write_bytes(header)
    with pytest.raises(VirtError, match="damaged Berkeley DB file"):
        read_users(tmp_path / "users")


@given(st.binary(max_size=60) | st.text(alphabet="nyrpcsiv=,01aA/+", max_size=40).map(str.encode))
def test_no_token_does_more_than_fail(token: bytes) -> None:
    """Whatever a stranger sends as a first or second message."""
    server = ScramServer({"user": SECRET}.get, "y")
    for each in (token, token):
        with suppress(SaslError):
            server.step(each)
        assert not server.done
    began = ScramServer({"user": SECRET}.get, "y")
    began.step(b"n,,n=user,r=x")
    with suppress(SaslError):
        began.step(token)
    assert not began.done
    plain = PlainServer(lambda name, password: False)
    with suppress(SaslError):
        plain.step(token)
    assert not plain.done
    client = ScramClient("user", "pencil", "x")
    client.start()
    with suppress(SaslError):
        client.step(token)
    assert not client.done


@pytest.mark.skipif(shutil.which("saslpasswd2") is None, reason="no saslpasswd2 (sasl2-bin)")
def test_files_of_saslpasswd2_whole_and_damaged(tmp_path: Path) -> None:
    """Many users (several pages), as the program writes them; then with bytes changed: users, or a clear error."""
    path = tmp_path / "db"
    names = [f"user{number}" for number in range(40)]
    for name in names:
        command = ["saslpasswd2", "-p", "-c", "-a", "libvirt", "-u", "host", "-f", str(path), name]
        subprocess.run(command, input=f"secret of {name}", text=True, check=True, timeout=20, capture_output=True)
    users = read_users(path)
    assert {name: users[f"{name}@host"] for name in names} == {name: f"secret of {name}" for name in names}
    file = UserFile(path, "host")
    assert file.verify("user7", "secret of user7")
    assert not file.verify("user7", "secret of user8")
    rng, good = random.Random(1), path.read_bytes()
    for _ in range(300):
        data = bytearray(good)
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)
        with suppress(VirtError):
            read_users(path)
