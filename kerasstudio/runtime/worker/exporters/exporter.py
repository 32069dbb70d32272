"""What an exporter is given, and what it has to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Format

Report = Callable[..., None]


@dataclass
class Subject:
    """The model to be written. `script` is its code, made when first wanted (`scripting`).

    `notes` collects what the person should know about the file. `title` is its name without
    suffix: it is written under another one first."""

    project: Project
    model: keras.Model
    base: Path
    trained: bool
    notes: list[str] = field(default_factory=list)
    title: str = ""


@dataclass(frozen=True)
class Exporter:
    """`write` makes the file; `recipe` tells `plain_check` how to get a model back from it: its
    keys are "kind" and, for formats without architecture or weights, "config" and "weights"."""

    format: Format
    write: Callable[[Subject, Path], None]
    recipe: Callable[[Subject, Path, Path], dict[str, Any]]
