"""Which Keras wrote a model: its version, and the backend it ran on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Origin:
    """`version` is "" for files before Keras 1.2, which do not say it."""

    version: str = ""
    backend: str = ""

    @property
    def major(self) -> int:
        found = re.match(r"\d+", self.version)
        return int(found.group()) if found else 1

    @property
    def words(self) -> str:
        """For the report: "Keras 2.3.1"."""
        return f"Keras {self.version}" if self.version else "a Keras before 1.2"


def as_text(value: Any) -> str:
    """An attribute of HDF5, bytes or text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def is_old(config: dict[str, Any], origin: Origin) -> bool:
    """Whether a model configuration is one of Keras 1 or 2. A file without a version is old when
    its layers are written as those wrote them: without the module they come from."""
    if origin.version:
        return origin.major < 3
    inside = config.get("config")
    layers = inside.get("layers") if isinstance(inside, dict) else inside
    if not isinstance(layers, list):
        return False
    return any(isinstance(layer, dict) and "module" not in layer for layer in layers)
