"""Count which layers usually follow which: `python -m kerasstudio.runtime.worker.usage OUT.json`.

Counted are the models of `keras.applications`, those of `classic_models` (texts, sequences, films),
the program's templates, and the examples in the docstrings of Keras's layers (read, not run). Each
model says of a layer what share of its calls is followed by which; the shares of all models are
added up. So a network of a thousand layers counts no more than one of ten. The result is shipped as
resources/catalogue/usage.json.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import Catalogue, LayerType, shipped
from kerasstudio.graph.project import OUTPUT_CLASS, Layer, Project
from kerasstudio.graph.templates import project_from, templates
from kerasstudio.graph.usage import NOTE, Counted, Usage
from kerasstudio.runtime.atomic import write_atomic
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.cataloguing import public_classes
from kerasstudio.runtime.worker.classic_models import CLASSICS
from kerasstudio.runtime.worker.keras_objects import layer_class, make_layer
from kerasstudio.runtime.worker.probing import RANKS, arguments_for, symbol
from kerasstudio.runtime.worker.stateless import symbolic

_LEAST = 0.02
"""Shares below that are chance."""


class Model:
    """Steps of one model: (class, class that follows, rank of the tensor between them or None)."""

    def __init__(self) -> None:
        self.steps: Counter[tuple[str, str, int | None]] = Counter()

    def add(self, before: str, behind: str, rank: int | None = None) -> None:
        self.steps[before, behind, rank] += 1


def count_usage(catalogue: Catalogue) -> Usage:
    """All of it; takes some minutes."""
    applications = list(_applications())
    classics = [_of_classic(build) for build in CLASSICS]
    drawn = [_of_project(project_from(each.id)) for each in templates()]
    drawn = [each for each in drawn if each.steps]
    examples = [each for each in _examples() if each.steps]
    known = {kind.class_name for kind in catalogue.layers if not kind.hidden} | {OUTPUT_CLASS}
    models = [*applications, *classics, *drawn, *examples]
    return Usage(
        note=NOTE,
        keras_version=keras.__version__,
        counted=Counted(len(applications), len(classics), len(drawn), len(examples)),
        after=_shares(models, known, lambda step: (step[0], step[1])),
        before=_shares(models, known, lambda step: (step[1], step[0])),
        after_rank=_shares(models, known, lambda step: (str(step[2] or ""), step[1])),
        gives=_given_ranks(catalogue),
    )


def _shares(models: list[Model], known: set[str], pair: Any) -> dict[str, dict[str, float]]:
    """Sums over the models of the share that each second has of its first."""
    found: dict[str, dict[str, float]] = {}
    for model in models:
        mine: dict[str, Counter[str]] = {}
        for step, count in model.steps.items():
            first, second = pair(step)
            if first and second in known and (first in known or first.isdecimal()):
                mine.setdefault(first, Counter())[second] += count
        for first, seconds in mine.items():
            total = sum(seconds.values())
            for second, count in seconds.items():
                sums = found.setdefault(first, {})
                sums[second] = sums.get(second, 0.0) + count / total
    return {
        first: {
            second: round(share, 3)
            for second, share in sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
            if share >= _LEAST
        }
        for first, seconds in sorted(found.items())
    }


# ---------------------------------------------------------------------- models


def _applications() -> Iterator[Model]:
    """Every constructor of `keras.applications`, without weights."""
    for name in sorted(dir(keras.applications)):
        build = getattr(keras.applications, name)
        if inspect.isfunction(build) and name[0].isupper():
            with symbolic():
                yield _of_model(build(weights=None))
            keras.backend.clear_session()


def _of_classic(build: Callable[[], Any]) -> Model:
    with symbolic():
        return _of_model(build())


def _of_project(project: Project) -> Model:
    with symbolic():
        return _of_model(build_model(project).model) if project.graph.nodes else Model()


def _of_model(model: Any) -> Model:
    found = Model()
    _add_model(found, model)
    return found


def _add_model(found: Model, model: Any) -> None:
    if isinstance(model, keras.Sequential):
        model = model._functional
    if model is None:
        return
    nodes = {node for depth in model._nodes_by_depth.values() for node in depth}
    for node in nodes:
        layer = node.operation
        if isinstance(layer, keras.Model):
            _add_model(found, layer)
        for parent in node.parent_nodes:
            rank = len(parent.output_tensors[0].shape)
            found.add(type(parent.operation).__name__, type(layer).__name__, rank)
    for tensor in keras.tree.flatten(model.outputs):
        last = tensor._keras_history.operation
        found.add(type(last).__name__, OUTPUT_CLASS, len(tensor.shape))


# ---------------------------------------------------------------------- examples


def _examples() -> Iterator[Model]:
    """The code in the docstring of each public layer as one model a layer."""
    for found in public_classes(keras.layers):
        model = Model()
        for source in _code_of(inspect.getdoc(found) or ""):
            try:
                tree = ast.parse(source)
            except SyntaxError:
                continue  # an excerpt with dots in it
            _Reading(model).visit(tree)
        yield model


def _code_of(text: str) -> Iterator[str]:
    """Fenced code, and what is typed behind ">>>"."""
    parts = text.split("```")
    for fenced in parts[1::2]:
        yield textwrap.dedent(fenced.removeprefix("python"))
    typed = [
        line.lstrip()[4:]
        for line in text.splitlines()
        if line.lstrip().startswith((">>> ", "... "))
    ]
    yield "\n".join(typed)


class _Reading(ast.NodeVisitor):
    """Follows layers through `x = Layer()(x)`, `model.add(Layer())` and `Sequential([...])`."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._layers: dict[str, str] = {}
        self._tensors: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def visit_Assign(self, node: ast.Assign) -> None:
        made, given = self._layer(node.value), self._tensor(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                if made:
                    self._layers[target.id] = made
                if given:
                    self._tensors[target.id] = given

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            owner = call.func.value
            if call.func.attr == "add" and isinstance(owner, ast.Name) and call.args:
                made = self._layer(call.args[0])
                if made and owner.id in self._last:
                    self._model.add(self._last[owner.id], made)
                if made:
                    self._last[owner.id] = made
                return
        self._tensor(call)

    def _layer(self, node: ast.expr) -> str:
        """The class that a call makes: `layers.Dense(8)`, or a name it was given."""
        if isinstance(node, ast.Name):
            return self._layers.get(node.id, "")
        if not isinstance(node, ast.Call):
            return ""
        name = _name(node.func)
        if name == "Sequential" and node.args and isinstance(node.args[0], ast.List):
            made = [found for each in node.args[0].elts if (found := self._layer(each))]
            for before, behind in pairwise(made):
                self._model.add(before, behind)
        is_layer = name[:1].isupper() and isinstance(getattr(keras.layers, name, None), type)
        return name if is_layer else ""

    def _tensor(self, node: ast.expr) -> str:
        """The class whose output an expression is; steps on the way are counted."""
        if isinstance(node, ast.Name):
            return self._tensors.get(node.id, "")
        if not isinstance(node, ast.Call):
            return ""
        if _name(node.func) in ("Input", "InputLayer"):
            return "InputLayer"
        made = self._layer(node.func)
        if not made:
            return ""
        for argument in node.args:
            several = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
            for each in several:
                before = self._tensor(each)
                if before:
                    self._model.add(before, made)
        return made


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


# ---------------------------------------------------------------------- ranks


def _given_ranks(catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    """The ranks of a layer's first output over all ranks that it takes, by class, with its switches
    (`return_sequences`, `keepdims`) as they are and turned. Layers whose rank is free, by a shape,
    a list of axes or an inner layer among their arguments, are left out."""
    found: dict[str, tuple[int, ...]] = {}
    for kind in catalogue.layers:
        if kind.hidden or kind.needs is not None or not kind.ports or not kind.outputs:
            continue
        if any(
            each.kind == "shape"
            or each.family == "layers"
            or (each.kind == "list" and each.required)
            for each in kind.arguments
        ):
            continue
        ranks = {rank for arguments in _ways(kind) for rank in _ranks_of(kind, arguments)}
        if ranks:
            found[kind.class_name] = tuple(sorted(ranks))
    return found


def _ways(kind: LayerType) -> Iterator[dict[str, Any]]:
    yield dict(kind.example)
    for argument in kind.arguments:
        if argument.kind == "bool":
            yield {**kind.example, argument.name: not argument.default}


def _ranks_of(kind: LayerType, arguments: dict[str, Any]) -> Iterator[int]:
    layer = Layer("", kind.class_name, "layer", kind.module)
    port = kind.ports[0]
    for rank in set(port.ranks or RANKS).intersection(RANKS):
        for dtype in port.dtypes or ("float32",):
            args = keras.tree.map_structure(symbol, arguments_for(kind.ports, rank, dtype))
            try:
                with symbolic():
                    made = make_layer(layer_class(layer), arguments, "layer")
                    yield len(keras.tree.flatten(made(*args))[0].shape)
            except Exception:  # noqa: BLE001, S112 (Keras raises errors of every class)
                continue
            break


def write_usage(path: Path) -> None:
    data = msgspec.json.format(msgspec.json.encode(count_usage(shipped())), indent=1)
    write_atomic(path, data + b"\n")


if __name__ == "__main__":
    write_usage(Path(sys.argv[1]))
