"""A project as a readable Python script that needs nothing but Keras and NumPy."""

from __future__ import annotations

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.chains import chain_of
from kerasstudio.graph.codegen.data import DataCode
from kerasstudio.graph.codegen.helpers import ADAPT
from kerasstudio.graph.codegen.model import model_code
from kerasstudio.graph.codegen.pieces import Items
from kerasstudio.graph.codegen.rendering import INDENT, render
from kerasstudio.graph.codegen.source import comment, text
from kerasstudio.graph.codegen.training import callbacks_code, compile_code
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project

__all__ = ["python_code"]

_ADAPTED = {
    "Normalization": ("mean",),
    "Discretization": ("bin_boundaries",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "TextVectorization": ("vocabulary",),
}


def python_code(
    project: Project,
    catalogue: Catalogue | None = None,
    summary: DataSummary | None = None,
    title: str = "",
) -> str:
    """The whole program: data, model, training. `build_model()` in it makes the model alone.

    Without data there is `build_model` and a summary of it. Raises `StudioError` when the drawing
    cannot be put into code."""
    model = [l.text for f in model_code(project, catalogue or shipped()) for l in [*f, type(f[0])(), type(f[0])()]][:-2]
    data = DataCode(project, summary)
    adapted = _adapted(project)
    sections: list[list[str]] = []
    if data.complete:
        training = project.training
        constants = [
            *data.constants,
            f"SEED = {training.seed}",
            f"EPOCHS = {training.epochs}",
            f"BATCH_SIZE = {training.batch_size}",
        ]
        sections += [constants, data.functions(), model, compile_code(project, summary)]
        if adapted:
            # A Sequential model has no `input` before it is called.
            inputs = "model.inputs" if chain_of(project, project.graph) else "model.input"
            sections.append(ADAPT.format(inputs=inputs).strip("\n").splitlines())
        sections.append(_main(project, adapted))
    else:
        sections += [model, _summary_main()]
    sections.append(['if __name__ == "__main__":', f"{INDENT}main()"])
    body = "\n\n\n".join("\n".join(section) for section in sections)
    heading = comment(title) or "A Keras model and its training, drawn with KerasStudio."
    parts = [_docstring(heading), *_imports(body)]
    source = "\n".join(parts) + "\n\n" + ("" if data.complete else "\n") + body
    return "\n".join(line.rstrip() for line in source.splitlines()) + "\n"


def _docstring(heading: str) -> str:
    safe = heading.replace("\\", " ").replace('"', "'")
    return f'"""{safe}"""'


def _imports(body: str) -> list[str]:
    standard = []
    if "csv.reader(" in body:
        standard.append("import csv")
    if "Path(" in body:
        standard.append("from pathlib import Path")
    third = ["import keras"]
    if "np." in body:
        third.append("import numpy as np")
    if "layers." in body:
        third.append("from keras import layers")
    return ["", *standard, *([""] if standard else []), *third]


def _main(project: Project, adapted: list[str]) -> list[str]:
    training = project.training
    validates = training.validate and project.data.split.validation > 0
    tests = project.data.split.test > 0
    names = ["train", "validation" if validates else "_", "test" if tests else "_"]
    lines = [
        "keras.utils.set_random_seed(SEED)",
        f"{', '.join(names)} = load_data()",
        "model = build_model()",
    ]
    if adapted:
        listed = Items(tuple(text(name) for name in adapted))
        lines += render(listed, "adapt_layers(model, train[0], ", suffix=")")
    lines += ["compile_model(model)", "model.summary()"]
    callbacks = callbacks_code(project)
    lines += [line.removeprefix(INDENT) for line in callbacks]
    lines += [
        "model.fit(",
        f"{INDENT}*train,",
        f"{INDENT}epochs=EPOCHS,",
        f"{INDENT}batch_size=BATCH_SIZE,",
    ]
    if not training.shuffle:
        lines.append(f"{INDENT}shuffle=False,")
    if validates:
        lines.append(f"{INDENT}validation_data=validation,")
    if callbacks:
        lines.append(f"{INDENT}callbacks=callbacks,")
    lines.append(")")
    if tests:
        lines.append("print(model.evaluate(*test, return_dict=True))")
    lines.append('model.save("model.keras")')
    return ["def main() -> None:", *(f"{INDENT}{line}" for line in lines)]


def _summary_main() -> list[str]:
    return ["def main() -> None:", f"{INDENT}build_model().summary()"]


def _adapted(project: Project) -> list[str]:
    """Names of the layers of the root graph that learn from the data before training."""
    names: dict[str, None] = {}
    for node in project.graph.nodes.values():
        layer = project.layers[node.layer]
        given = _ADAPTED.get(layer.class_name)
        if given is None or layer.module != "keras.layers":
            continue
        if all(layer.arguments.get(argument) is None for argument in given):
            names[layer.name] = None
    return list(names)
