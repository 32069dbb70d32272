"""The fork server as the program sees it: start it, the command of a forked worker, end it.

Importing TensorFlow takes seconds. On Linux one process imports it once, executes no operation
(a fork after one hangs) and forks workers in milliseconds; see `worker.fork_server`.
"""

from __future__ import annotations

import atexit
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from kerasstudio.runtime.protocol import PROTOCOL_VERSION

STUB = Path(__file__).with_name("worker_stub.py")


class ForkServer:
    """One server of this program. It ends when this process ends, however that happens: it
    watches a pipe of which only this process has the other end."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kerasstudio-"))  # mode 0700
        self._socket = self._folder / "workers"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self._socket))
            listening.listen(16)
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "kerasstudio.runtime.worker.fork_server",
                    str(listening.fileno()),
                    str(self._folder),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[listening.fileno()],
                env=environment,
                start_new_session=True,
            )
        atexit.register(self.close)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def command(self) -> list[str]:
        """The command line of a worker forked by this server."""
        return [sys.executable, "-S", "-E", str(STUB), str(self._socket), str(PROTOCOL_VERSION)]

    def close(self) -> None:
        """End the server; workers that still run are ended with it."""
        atexit.unregister(self.close)
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()  # it is in the middle of importing
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
