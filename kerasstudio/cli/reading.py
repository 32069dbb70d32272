"""Model files that anybody may have written, read by a process that can do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kerasstudio.cli.console import Console
from kerasstudio.cli.session import Session
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.upgrade_report import in_lines
from kerasstudio.runtime.confined import Confined, lost_reader
from kerasstudio.runtime.protocol import (
    ImportModel,
    ModelImported,
    Request,
    TakeWeights,
    WeightsTaken,
)
from kerasstudio.runtime.weight_store import move

Answer = TypeVar("Answer", ModelImported, WeightsTaken)


def read_model(console: Console, source: Path, weights: Path) -> ModelImported:
    """The project of a model file; its weights, where it has any, in the file `weights`. What was
    changed in an old one is told. Raises `StudioError`."""
    path = str(source.absolute())
    imported = _read(
        console,
        source,
        weights,
        lambda number, out: ImportModel(number, path, out),
        ModelImported,
    )
    for line in in_lines(imported.upgrade) if imported.upgrade is not None else ():
        console.tell(line)
    return imported


def read_weights(console: Console, source: Path, project: Project, weights: Path) -> WeightsTaken:
    """The weights of a model file for layers of a project, in the file `weights`. Raises
    `StudioError`."""
    path = str(source.absolute())
    return _read(
        console,
        source,
        weights,
        lambda number, out: TakeWeights(number, path, project, out),
        WeightsTaken,
    )


def _read(
    console: Console,
    source: Path,
    weights: Path,
    make: Callable[[int, str], Request],
    wanted: type[Answer],
) -> Answer:
    """Have a file read in a cell beside the place where its weights are to be."""
    with Confined(source, base=weights.parent) as confined:
        out = confined.out / weights.name
        try:
            with Session(console, confined) as session:
                answer = session.ask(lambda number: make(number, str(out)), wanted)
        except StudioError as error:
            if error.problem.code != "worker.died":
                raise
            raise StudioError(lost_reader(source, confined.cell, error.problem)) from error
        if out.exists():
            move(out, weights)
        return answer
