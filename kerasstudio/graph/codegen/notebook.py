"""A program as the cells of a Jupyter notebook, in the format nbformat 4.5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasstudio.graph.codegen.body import Line
from kerasstudio.graph.codegen.program import Program
from kerasstudio.graph.codegen.script import joined, plain

MODEL_TAG = "model"


def cells_of(program: Program) -> dict[str, Any]:
    """The notebook as JSON values."""
    model = [
        *plain(program.custom()),
        *([Line(), Line()] if program.custom() else []),
        *program.model,
    ]
    blocks: list[tuple[str, Sequence[Sequence[Line]], tuple[str, ...]]] = []
    if program.trains and program.data is not None:
        data = [plain(program.settings()), plain(program.data.functions())]
        blocks.append(("Data", [*data, plain(program.load_statements())], ("data",)))
    made = program.model_statements()
    blocks.append(
        (
            "Model",
            [model, plain(program.adapt_function()), plain(program.constants())],
            (MODEL_TAG,),
        )
    )
    blocks.append(("", [plain(made)], ("summary",)))
    if program.trains:
        compiled = plain(program.training.compile_function())
        statements = plain(program.training_statements())
        blocks.append(("Training", [compiled, statements], ("training",)))
        blocks.append(("Evaluation", [plain(program.evaluation_statements())], ("evaluation",)))
    everything = joined([block for _, parts, _ in blocks for block in parts])
    imports = plain(program.imports(everything))
    cells = [
        _text(f"# {_words(program.title) or 'A Keras model'}\n\nDrawn with KerasStudio."),
        _code([imports], ("imports", MODEL_TAG)),
    ]
    for title, parts, tags in blocks:
        if title:
            cells.append(_text(f"## {title}"))
        cells.append(_code(parts, tags))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _text(value: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(value)}


def _code(parts: Sequence[Sequence[Line]], tags: tuple[str, ...]) -> dict[str, Any]:
    source = "\n".join(line.text for line in joined(parts))
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)},
        "outputs": [],
        "source": _lines(source),
    }


def _lines(value: str) -> list[str]:
    """The format's multi-line text: every line but the last with its end."""
    return value.split("\n") if "\n" not in value else _with_ends(value.split("\n"))


def _with_ends(lines: list[str]) -> list[str]:
    return [*(f"{line}\n" for line in lines[:-1]), lines[-1]]


def _words(title: str) -> str:
    """A title that Markdown takes as it is."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+-!|" else char for char in title)
