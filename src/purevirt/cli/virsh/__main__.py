"""`python -m purevirt.cli.virsh`."""

import sys

from purevirt.cli.virsh.main import main

sys.exit(main())
