"""The visible half of a forked worker: a script for `launcher.launch_command`, never imported.

    python -S -E worker_stub.py SOCKET PROTOCOL

It hands its standard streams to the fork server, which forks a worker on them, and then waits and
ends as the worker ends; ended itself, it ends the worker. Where there is no server any more it
becomes an ordinary worker. Only what Python has at hand is imported, to start in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import sys


def main(path: str, protocol: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(
        1,
        b'{"type":"Starting","pid":%d,"stage":"starting TensorFlow","protocol":%s}\n'
        % (os.getpid(), protocol.encode()),
    )
    answers = ask(path)
    line = next(answers, "")
    if not line.startswith("pid "):
        os.execv(sys.executable, [sys.executable, "-m", "kerasstudio.runtime.worker"])  # noqa: S606
    worker = int(line[4:])

    def forward(number: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, forward)
    # The worker has its own copies: whoever reads its reports must see their end.
    for descriptor in (0, 1):
        os.close(descriptor)
    line = next(answers, "")
    end(int(line[5:]) if line.startswith("exit ") else -signal.SIGKILL)


def ask(path: str):  # type: ignore[no-untyped-def] # typing is not imported
    """Send streams, folder and environment to the server; yield the lines it answers."""
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        data = b"\0".join(
            [os.fsencode(os.getcwd()), *(b"%s=%s" % item for item in os.environb.items())]
        )
        socket.send_fds(connection, [b"F"], [0, 1, 2])
        connection.sendall(struct.pack("<Q", len(data)) + data)
        with connection.makefile("r") as lines:
            yield from lines
    except OSError:
        return


def end(code: int) -> None:
    """End like the worker: by the same signal or with the same exit code."""
    if code < 0:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
