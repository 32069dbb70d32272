"""The parts of a program: imports, data, model, training, evaluation."""

from __future__ import annotations

from collections.abc import Callable

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.body import Line
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.custom import custom_code
from kerasstudio.graph.codegen.data import DataCode
from kerasstudio.graph.codegen.helpers import ADAPT
from kerasstudio.graph.codegen.model import as_body, model_code, recursion_limit
from kerasstudio.graph.codegen.pieces import Items, Leaf
from kerasstudio.graph.codegen.rendering import INDENT, body_lines
from kerasstudio.graph.codegen.script import Script, joined, plain, script_of
from kerasstudio.graph.codegen.source import Names, comment, docstring
from kerasstudio.graph.codegen.training import TrainingCode
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project

_RESERVED = (
    "keras", "layers", "np", "csv", "sys", "Path", "build_model", "compile_model", "load_data",
    "adapt_layers", "main", "model", "stack", "EMPTY", "SEED", "EPOCHS", "BATCH_SIZE", "WINDOW",
    "HORIZON",
)  # fmt: skip
_ADAPTED = {
    "Normalization": ("mean",),
    "Discretization": ("bin_boundaries",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "TextVectorization": ("vocabulary",),
}


class Program:
    """One project as functions and statements. `trains` says whether there is training code:
    it is asked for, and every Input and Output has data. Raises `StudioError`."""

    def __init__(
        self,
        project: Project,
        catalogue: Catalogue,
        summary: DataSummary | None,
        title: str,
        training: bool,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._project = project
        self.title = comment(title)
        self._custom = custom_code(project)
        names = Names((*_RESERVED, *self._custom.names))
        self._constants = Constants(names)
        self.model = model_code(
            project, catalogue, names, self._constants, self._custom.names, wanted
        )
        self.data = DataCode(project, summary) if training else None
        self.trains = self.data is not None and self.data.complete
        self.training = TrainingCode(project, summary, catalogue)
        self.adapted = _adapted(project) if self.trains else []

    def script(self) -> Script:
        """Everything as one file."""
        blocks = [
            *([plain(self.settings())] if self.trains else []),
            *([plain(self.data.functions())] if self.trains and self.data is not None else []),
            plain(self.custom()),
            self.model,
            *([plain(self.training.compile_function())] if self.trains else []),
            plain(self.adapt_function()),
            plain(self.constants()),
            plain(self._main()),
            plain(['if __name__ == "__main__":', f"{INDENT}main()"]),
        ]
        body = joined(blocks)
        what = "A Keras model and its training" if self.trains else "A Keras model"
        default = f"{what}, drawn with KerasStudio."
        head = [docstring(self.title or default), "", *self.imports(body)]
        lines = list(plain(head))
        lines += [Line()] * (1 if self.trains else 2)
        return script_of([*lines, *body])

    # ------------------------------------------------------------------ parts

    def imports(self, lines: list[Line]) -> list[str]:
        """What the code needs, in groups as is usual."""
        body = "\n".join(line.text for line in lines)
        standard, third = [], ["import keras"]
        if "csv.reader(" in body:
            standard.append("import csv")
        if "sys.set" in body:
            standard.append("import sys")
        if "Path(" in body:
            standard.append("from pathlib import Path")
        if "np." in body:
            third.append("import numpy as np")
        if "layers." in body:
            third.append("from keras import layers")
        own = [each for each in self._custom.imports if each not in (*standard, *third)]
        future = [each for each in own if each.startswith("from __future__")]
        rest = [each for each in own if each not in future]
        groups = [future, standard, third, rest]
        return [line.text for line in joined([plain(group) for group in groups], 1)]

    def settings(self) -> list[str]:
        """Constants at the top: files, seed, epochs."""
        spec = self._project.training
        return [
            *(self.data.constants if self.data is not None else ()),
            f"SEED = {spec.seed}",
            f"EPOCHS = {spec.epochs}",
            f"BATCH_SIZE = {spec.batch_size}",
        ]

    def custom(self) -> list[str]:
        """The project's own classes and functions."""
        return list(self._custom.lines)

    def constants(self) -> list[str]:
        """Long constants of layers, behind the functions that read them when they are called."""
        return self._constants.lines()

    def adapt_function(self) -> list[str]:
        """`adapt_layers`; [] where no layer learns from the data before training."""
        return ADAPT.strip("\n").splitlines() if self.adapted else []

    def load_statements(self) -> list[str]:
        """Seed and data."""
        return [
            "keras.utils.set_random_seed(SEED)",
            f"{self.training.parts()} = load_data()",
        ]

    def model_statements(self) -> list[str]:
        """The model, with layers that have learnt from the data."""
        lines = [*recursion_limit(self._project), "model = build_model()"]
        if self.adapted:
            listed = Items(tuple(Leaf(name) for name in self.adapted))
            lines += body_lines(listed, "adapt_layers(model, train[0], ", suffix=")")
        return [*lines, "model.summary()"]

    def training_statements(self) -> list[str]:
        """Compile and fit."""
        by_names = self.training.by_names()
        model = "trained" if by_names else "model"
        return [
            *by_names,
            f"compile_model({model})",
            *self.training.callbacks(),
            *self.training.fit(model),
            *self.training.best_weights(model),
        ]

    def evaluation_statements(self) -> list[str]:
        """Metrics on the test part, and the file."""
        model = "trained" if self.training.by_names() else "model"
        return [*self.training.evaluate(model), 'model.save("model.keras")']

    def _main(self) -> list[str]:
        statements = self.model_statements()
        if self.trains:
            statements = [
                *self.load_statements(),
                *statements,
                *self.training_statements(),
                *self.evaluation_statements(),
            ]
        return ["def main() -> None:", *as_body(statements)]


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
