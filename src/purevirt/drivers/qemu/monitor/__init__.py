"""QMP: the connection to one QEMU, typed decoding of what it answers, and the commands the driver uses."""
