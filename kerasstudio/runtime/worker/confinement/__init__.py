"""A worker takes its own rights away before it reads a file that nobody has vouched for.

Several fences stand one behind the other: limits of the process, a network of its own that has no
way out, Landlock (files), a filter of system calls, and hooks in Python where the system has none
of these. Each is put up where it can be; `confine` says which hold. To be called before the
process has a second thread: the fences hold for the thread that puts them up and those it starts.
"""

from __future__ import annotations

import os
import sys
import tempfile

import msgspec

from kerasstudio.runtime.confinement import VARIABLE, Cell, Confinement
from kerasstudio.runtime.worker.confinement import hooks, limits


def confine_if_asked() -> Confinement | None:
    """Confine this process when its environment says so; None for an ordinary worker."""
    text = os.environ.pop(VARIABLE, None)
    return None if text is None else confine(msgspec.json.decode(text, type=Cell))


def confine(cell: Cell) -> Confinement:
    """Put up every fence this system has; what holds afterwards."""
    tempfile.tempdir = None  # a forked worker remembers that of the server
    _move_keras_home()
    memory = limits.limit_memory(cell.memory)
    network = programs = writing = "python"
    reading = "open"
    if sys.platform.startswith("linux"):
        from kerasstudio.runtime.worker.confinement import (
            landlock,
            namespaces,
            privileges,
            system_calls,
        )

        alone = namespaces.leave_network()
        fenced = landlock.restrict(cell)
        privileges.give_up()
        filtered = system_calls.refuse()
        network = "kernel" if alone or filtered else network
        programs = "kernel" if filtered else programs
        if fenced:
            writing = reading = "kernel"
    hooks.install(cell)
    return Confinement(memory, network, programs, writing, reading, cell.memory)  # type: ignore[arg-type]


def _move_keras_home() -> None:
    """A forked worker has imported Keras with the person's home."""
    config = sys.modules.get("keras.src.backend.config")
    if config is not None:
        config._KERAS_DIR = os.environ.get("KERAS_HOME", "")  # type: ignore[attr-defined]
