"""The command that starts a worker, and the environment it runs in."""

from __future__ import annotations

import os
import sys


def launch_command() -> list[str]:
    """The command line of a worker: it reads requests from its standard input and writes reports
    to its standard output, nothing else."""
    return [sys.executable, "-m", "kerasstudio.runtime.worker"]


def launch_environment() -> dict[str, str]:
    """The environment for `launch_command`: TensorFlow as Keras's backend and quiet.

    TensorFlow's C++ log goes to the worker's standard error; what a person set stays."""
    environment = dict(os.environ)
    environment["KERAS_BACKEND"] = "tensorflow"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return environment
