"""What a worker that reads files nobody has vouched for may do, and what really keeps it.

The worker takes its own rights away (`worker.confinement`) and says in `Ready` how far that went,
because systems differ."""

from __future__ import annotations

from typing import Literal

import msgspec

VARIABLE = "KERASSTUDIO_CONFINED"
"""Set in a worker's environment, it holds a `Cell` as JSON."""
MEMORY_EXIT = 71
"""The exit code of a worker that ended itself when it had taken its share of the memory."""


class Cell(msgspec.Struct, frozen=True):
    """What a confined worker is left with: it writes in `folder` alone, reads `files` and what
    its programs need, and takes at most `memory` bytes more than it starts with."""

    folder: str
    files: tuple[str, ...]
    memory: int


class Confinement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What keeps a confined worker, part by part. "kernel": the system refuses it to every part
    of the process; "python": Python code is refused it, native code is not; "watched": the
    process ends itself once it has taken too much; "open": nothing hinders it."""

    memory: Literal["kernel", "watched", "open"] = "open"
    network: Literal["kernel", "python", "open"] = "open"
    programs: Literal["kernel", "python", "open"] = "open"
    writing: Literal["kernel", "python", "open"] = "open"
    reading: Literal["kernel", "open"] = "open"
    limit: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether the system itself holds every part."""
        return {*self.parts().values()} == {"kernel"}

    def parts(self) -> dict[str, str]:
        return {
            "memory": self.memory,
            "network": self.network,
            "other programs": self.programs,
            "writing outside its folder": self.writing,
            "reading outside its folder": self.reading,
        }
