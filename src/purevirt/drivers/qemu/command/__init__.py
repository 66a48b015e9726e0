"""From a domain definition to a QEMU command line: pure, host facts come in through `CommandContext`."""
