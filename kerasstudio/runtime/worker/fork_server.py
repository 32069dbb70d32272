"""`python -m kerasstudio.runtime.worker.fork_server SOCKET FOLDER`: forks workers on request.

TensorFlow is imported once and no operation is ever executed here: a fork after one hangs. The
process has a single thread. It ends at the end of its standard input (its program is gone) and
takes the workers with it; a worker whose stub is gone is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import warnings
from dataclasses import dataclass

from kerasstudio.runtime.worker.priority import step_back_as_session

PR_SET_PDEATHSIG = 1
HANDSHAKE_SECONDS = 5.0


@dataclass
class Request:
    """What a stub asks for: its streams, its folder, its environment."""

    streams: list[int]
    folder: bytes
    environment: dict[bytes, bytes]


def main(listening: socket.socket, folder: str) -> None:
    step_back_as_session()
    try:
        preload()
        Server(listening).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def preload() -> None:
    """Import everything a worker needs; then keep the collector from touching (and so copying)
    the pages that are shared with the workers."""
    from kerasstudio.runtime.worker import loop

    loop.preload()
    gc.collect()
    gc.freeze()


class Server:
    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, socket.socket] = {}

    def run(self) -> None:
        """Serve until standard input ends."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._selector.register(0, selectors.EVENT_READ)
        self._selector.register(wake_read, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fd == 0:
                    if not os.read(0, 1024):
                        return
                elif key.fd == wake_read:
                    os.read(wake_read, 1024)
                elif key.fileobj is self._listening:
                    self._accept()
                else:
                    self._stub_gone(key.data)
            self._reap()

    def _accept(self) -> None:
        connection, _ = self._listening.accept()
        try:
            connection.settimeout(HANDSHAKE_SECONDS)
            request = receive(connection)
            connection.settimeout(None)
        except (OSError, ValueError, struct.error) as error:
            print(f"refused: {error}", file=sys.stderr)
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            self._become_worker(connection, request)
        for stream in request.streams:
            os.close(stream)
        self._workers[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        self._tell(connection, f"pid {pid}\n")

    def _become_worker(self, connection: socket.socket, request: Request) -> None:
        """In the child; never returns."""
        try:
            end_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            self._listening.close()
            connection.close()
            for other in self._workers.values():
                other.close()
            for number, stream in enumerate(request.streams):
                os.dup2(stream, number)
                os.close(stream)
            os.environb.clear()
            os.environb.update(request.environment)
            os.chdir(request.folder)
            from kerasstudio.runtime.worker.__main__ import main as work

            work(announced=True)
        finally:
            os._exit(1)

    def _stub_gone(self, pid: int) -> None:
        """A stub says nothing after its request: readable means that it ended."""
        self._selector.unregister(self._workers[pid])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            connection = self._workers.pop(pid)
            with contextlib.suppress(KeyError):
                self._selector.unregister(connection)
            self._tell(connection, f"exit {os.waitstatus_to_exitcode(status)}\n")
            connection.close()

    def _tell(self, connection: socket.socket, line: str) -> None:
        with contextlib.suppress(OSError):  # the stub may be gone already
            connection.sendall(line.encode())


def receive(connection: socket.socket) -> Request:
    """Read a stub's request. Raises `OSError` or `ValueError` when it is none of ours."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _, user, _ = struct.unpack("3i", credentials)
    if user != os.getuid():
        raise ValueError(f"a process of user {user}")
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    if len(streams) != 3:
        raise ValueError("no streams")
    (size,) = struct.unpack("<Q", _exactly(connection, 8))
    folder, *variables = _exactly(connection, size).split(b"\0")
    pairs = (variable.partition(b"=") for variable in variables)
    return Request(streams, folder, {name: value for name, _, value in pairs})


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 16))
        if not part:
            raise ValueError("cut off")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def end_with_parent() -> None:
    """Linux: this process is killed when the fork server ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    # TensorFlow starts threads of its own while it is imported; none of them holds a lock then.
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
