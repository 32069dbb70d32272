"""The table of commands: one line here and one file beside this one make a command."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from kerasstudio.cli import check, convert, doctor, evaluate, export, new, predict, train
from kerasstudio.cli.console import Console


@dataclass(frozen=True)
class Command:
    """`run` gets the parsed arguments and returns the exit code; `StudioError` may leave it."""

    usage: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Console], int]
    description: str = ""


COMMANDS: dict[str, Command] = {
    "new": Command(
        "new OUT --data PATH",
        "make a project with a sensible model for data",
        new.add_arguments,
        new.run,
    ),
    "check": Command(
        "check FILE", "say what is wrong with a project", check.add_arguments, check.run
    ),
    "train": Command("train FILE", "train a project", train.add_arguments, train.run),
    "evaluate": Command(
        "evaluate RUN", "measure a trained model", evaluate.add_arguments, evaluate.run
    ),
    "predict": Command(
        "predict RUN --data PATH --out FILE",
        "predict every row of a file into a table",
        predict.add_arguments,
        predict.run,
    ),
    "export": Command(
        "export RUN_OR_FILE OUT",
        "write a model file; its suffix says the format",
        export.add_arguments,
        export.run,
    ),
    "convert": Command(
        "convert IN OUT",
        "turn projects and model files into one another",
        convert.add_arguments,
        convert.run,
    ),
    "doctor": Command(
        "doctor",
        "say what this computer has and what is missing",
        doctor.add_arguments,
        doctor.run,
    ),
}
