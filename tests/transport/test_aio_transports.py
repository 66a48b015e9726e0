"""The async client over other byte pipes than a bare unix socket: a security layer, whose packets must not be cut anew."""

from __future__ import annotations

import asyncio

import pytest

import purevirt.aio
from transport.daemons import needs_root
from transport.kerberos import Realm, needs_kdc
from transport.test_sasl import Peer, kerberos, peer

__all__ = ["kerberos", "peer"]
pytestmark = needs_root
XML = (
    "<domain type='test'><name>{0}</name><description>{1}</description><memory>1</memory><os><type>hvm</type></os></domain>"
)


@needs_kdc
def test_many_large_calls_at_once_through_kerberos_layer(
    peer: Peer, kerberos: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More in flight than the socket takes at a time, both ways: full sockets, packets of the layer and of the protocol
    that do not end together."""
    for name, value in kerberos.user_env().items():
        monkeypatch.setenv(name, value)
    texts = {f"g{i}": chr(97 + i) * 150_000 for i in range(8)}

    async def work() -> None:
        async with purevirt.aio.open(peer.tcp(), deadline=60) as conn, conn.events(limit=100) as events:
            doms = await asyncio.gather(*(conn.domain_define_xml(XML.format(n, t)) for n, t in texts.items()))
            for _ in range(4):
                found = await asyncio.gather(*(dom.get_xml_desc() for dom in doms), *(dom.is_active() for dom in doms))
                for (name, text), xml in zip(texts.items(), found, strict=False):
                    assert f"<name>{name}</name>" in str(xml)
                    assert text in str(xml)
            await asyncio.gather(*(dom.undefine() for dom in doms))
            assert sorted([(await anext(events)).object.name for _ in range(16)]) == sorted([*texts, *texts])

    asyncio.run(asyncio.wait_for(work(), 120))
