"""`python -m purevirt.cli.admin`."""

import sys

from purevirt.cli.admin.main import main

if __name__ == "__main__":
    sys.exit(main())
