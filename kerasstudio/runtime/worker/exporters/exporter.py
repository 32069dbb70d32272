"""What an exporter is given, and what it has to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.build import BuiltModel

Report = Callable[..., None]
Samples = dict[str, np.ndarray]


@dataclass
class Subject:
    """The model to be written. `script` is its code, made when first wanted (`scripting`).

    `notes` collects what the person should know about the file. `title` is its name without
    suffix: it is written under another one first. `variant` is one of the format's variants, ""
    for the usual one. `trained` says that its training is known: what is written is compiled, as
    `completed` says, which is the project with every loss and metric chosen."""

    project: Project
    built: BuiltModel
    base: Path
    trained: bool
    notes: list[str] = field(default_factory=list)
    title: str = ""
    variant: str = ""
    completed: Project | None = None
    report: Report = lambda text, done=None: None

    @property
    def live(self) -> Project:
        """The project without what is switched off: what is in the file."""
        return live_project(self.project)

    @property
    def model(self) -> keras.Model:
        return self.built.model


@dataclass(frozen=True)
class Exporter:
    """`write` makes the file (a folder where `Format.folder` says so); `recipe` tells
    `plain_check` how to predict with it: its keys are "kind" and what that kind needs. `runtime`
    is what the file is checked in. `tolerance` is the share of the largest prediction by which
    they may differ, by variant. `second_look` says what KerasStudio itself makes of a file that
    its runtime cannot use."""

    format: Format
    write: Callable[[Subject, Path], None]
    recipe: Callable[[Subject, Path, Path], dict[str, Any]]
    runtime: str = "plain Keras"
    tolerance: dict[str, float] = field(default_factory=dict)
    second_look: Callable[[Subject, Path, Samples], str] | None = None
