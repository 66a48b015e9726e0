"""The keepalive program (0x6b656570): every struct and procedure of libvirt 9.0.0's virkeepaliveprotocol.x.

Declarations only, written from the facts by tools/gen_protocol.py and compared with them by
`tests/wire/test_declarations.py`. Names: docs/architecture.md.
"""

from purevirt.protocol.rows import Program, event

PING = event(1)
PONG = event(2)

PROGRAM = Program("keepalive", 0x6B656570, 1, globals())
