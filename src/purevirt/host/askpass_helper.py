"""What ssh starts when it wants a secret: passes the question to the program that started ssh, prints the answer.

Runs alone (`python -I -S askpass_helper.py PROMPT`); the socket's path is in $PUREVIRT_ASKPASS. Ends with 1 where the
question was refused.
"""

import os
import socket
import sys


def main() -> int:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.environ["PUREVIRT_ASKPASS"])
        question = os.environ.get("SSH_ASKPASS_PROMPT", "") + "\0" + " ".join(sys.argv[1:])
        sock.sendall(os.fsencode(question))
        sock.shutdown(socket.SHUT_WR)
        answer = b""
        while got := sock.recv(4096):
            answer += got
    if not answer.startswith(b"+"):
        return 1
    sys.stdout.buffer.write(answer[1:] + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
