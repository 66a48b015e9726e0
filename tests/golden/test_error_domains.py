"""Which part of libvirt an error is of: a document's own, or that of a nested element that speaks for itself everywhere.

Domains were taken from libvirt 9.0.0's test driver.
"""

from __future__ import annotations

import pytest

from purevirt.errors import ErrorDomain, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.documents import document_class

NETWORK = "<network><name>n</name><bridge name='b'/>{}</network>"
POOL = "<pool type='{}'><name>n</name>{}<target><path>/t</path></target></pool>"


@pytest.mark.parametrize(
    ("kind", "xml", "domain"),
    [
        ("network", NETWORK.format("<ip address='wrong'/>"), ErrorDomain.NETWORK),
        ("network", NETWORK.format("<virtualport type='wrong'/>"), ErrorDomain.NONE),
        ("network", NETWORK.format("<virtualport><parameters managerid='x'/></virtualport>"), ErrorDomain.NONE),
        ("network", NETWORK.format("<vlan/>"), ErrorDomain.NONE),
        ("network", NETWORK.format("<bandwidth><inbound average='x'/></bandwidth>"), ErrorDomain.NONE),
        ("network", NETWORK.format("<forward><nat><port start='x'/></nat></forward>"), ErrorDomain.NETWORK),
        ("storagepool", POOL.format("netfs", "<features><cow state='no'/></features>"), ErrorDomain.STORAGE),
        (
            "storagepool",
            POOL.format(
                "scsi",
                "<source><adapter type='scsi_host'><parentaddr unique_id='1'><address multifunction='x'/></parentaddr>"
                "</adapter></source>",
            ),
            ErrorDomain.XML,
        ),
        ("domain", "<domain type='test'><name>n</name><os><type>hvm</type></os><memory>x</memory></domain>", ErrorDomain.XML),
        ("domain", "<domain type='test'><name>n</name><os><type>hvm</type></os><cpu mode='wrong'/></domain>", ErrorDomain.CPU),
        ("domain", "<domain type='test'><name>n</name><uuid>x</uuid></domain>", ErrorDomain.DOMAIN),
        ("nodedev", "<device><name>n</name><parent wwnn='2001001b32a9da5b'/></device>", ErrorDomain.NODEDEV),
    ],
)
def test_domain(kind: str, xml: str, domain: ErrorDomain) -> None:
    with pytest.raises(VirtError) as caught:
        document_class(kind).from_xml(xml, ParseContext(inactive=True))  # type: ignore[attr-defined]
    assert caught.value.domain == domain
