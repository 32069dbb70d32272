"""The command that starts a worker, and the environment it runs in."""

from __future__ import annotations

import os
import sys
import threading

from kerasstudio.runtime.fork_server import ForkServer

PLAIN = "KERASSTUDIO_PLAIN_WORKERS"
"""An environment variable: set to 1, every worker imports TensorFlow itself."""

_server: ForkServer | None = None
_lock = threading.Lock()


def launch_command() -> list[str]:
    """The command line of a worker: it reads requests from its standard input and writes reports
    to its standard output, nothing else.

    On Linux the first call starts the fork server of this program (and a later one, when it was
    killed), so that every worker but the first is ready in a fraction of a second."""
    if not sys.platform.startswith("linux") or os.environ.get(PLAIN) == "1":
        return plain_command()
    global _server
    with _lock:
        if _server is None or not _server.alive:
            if _server is not None:
                _server.close()
            _server = ForkServer(launch_environment())
        return _server.command()


def plain_command() -> list[str]:
    """A worker that imports TensorFlow itself."""
    return [sys.executable, "-m", "kerasstudio.runtime.worker"]


def close_server() -> None:
    """End the fork server with the workers it made; the end of this process does the same."""
    global _server
    with _lock:
        if _server is not None:
            _server.close()
            _server = None


def launch_environment() -> dict[str, str]:
    """The environment for `launch_command`: TensorFlow as Keras's backend and quiet.

    TensorFlow's C++ log goes to the worker's standard error; what a person set stays."""
    environment = dict(os.environ)
    environment["KERAS_BACKEND"] = "tensorflow"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return environment
