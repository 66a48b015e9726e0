"""The lxc program (0x00068000): every struct and procedure of libvirt 9.0.0's lxc_protocol.x.

Declarations only, written from the facts by tools/gen_protocol.py and compared with them by
`tests/wire/test_declarations.py`. Names: docs/architecture.md.
"""

from purevirt.protocol.remote import NonnullDomain
from purevirt.protocol.rows import Program, call
from purevirt.protocol.xdr import Struct, UInt


class DomainOpenNamespaceArgs(Struct):
    dom: NonnullDomain
    flags: UInt


DOMAIN_OPEN_NAMESPACE = call(
    1, "virDomainLxcOpenNamespace", DomainOpenNamespaceArgs, acl="domain:open_namespace", facet="hypervisor"
)

PROGRAM = Program("lxc", 0x00068000, 1, globals())
