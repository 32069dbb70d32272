"""A model that was trained as the model that a file holds: other containers, the same weights.

For training, inputs and outputs are always dictionaries by name; a file has them in the structure
that the model was imported with (`build.saved_form`). What the model was compiled with goes along,
and so does the optimizer's state, so that `fit` goes on from the file.
"""

from __future__ import annotations

from typing import Any

import keras

from kerasstudio.graph.ends import leaves, structure_of
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import OutputTraining
from kerasstudio.runtime.worker.build import BuiltModel, saved_form
from kerasstudio.runtime.worker.compiling import make_object

_NO_SLOTS = {"_variables", "_trainable_variables", "_self_unconditional_checkpoint_dependencies"}


def saved_model(project: Project, built: BuiltModel) -> keras.Model:
    """The model to write. Where `built` is compiled, so is this one; a loss for each output is
    then known. Raises `StudioError` for an object of the training that cannot be made."""
    made = saved_form(project, built)
    model = built.model
    if model.compiled:
        made.compile(**_compilation(project))
        if model.optimizer.built:
            _copy_optimizer(model, made)
    return made


def _compilation(project: Project) -> dict[str, Any]:
    """Arguments of `compile`, in the structure of the outputs."""
    graph = project.graph
    structure = structure_of(project, graph, "outputs")
    nodes = list(leaves(structure))
    chosen = {
        node: project.training.outputs.get(graph.nodes[node].layer, OutputTraining())
        for node in nodes
    }
    losses = {
        node: each.loss and make_object(each.loss, "loss", Place(output=graph.nodes[node].layer))
        for node, each in chosen.items()
    }
    metrics = {
        node: [
            make_object(metric, "metric", Place(output=graph.nodes[node].layer))
            for metric in each.metrics or ()
        ]
        for node, each in chosen.items()
    }
    weights = {node: each.loss_weight for node, each in chosen.items()}
    optimizer = make_object(project.training.optimizer, "optimizer", Place())
    parts: list[Any] = [losses, metrics, weights]
    if len(nodes) == 1:
        parts = [part[nodes[0]] for part in parts]
        parts[2] = None if weights[nodes[0]] == 1.0 else [weights[nodes[0]]]
    elif _is_flat_dictionary(structure):
        keys = {each["$node"]: key for key, each in structure["$dict"].items()}
        parts = [{keys[node]: value for node, value in part.items()} for part in parts]
    else:
        # In order, as Keras flattens the outputs.
        parts = [[part[node] for node in nodes] for part in parts]
    return dict(zip(("loss", "metrics", "loss_weights"), parts, strict=True), optimizer=optimizer)


def _is_flat_dictionary(structure: Any) -> bool:
    inside = structure.get("$dict") if isinstance(structure, dict) else None
    return inside is not None and all("$node" in each for each in inside.values())


def _copy_optimizer(model: keras.Model, made: keras.Model) -> None:
    """The state of an optimizer. It keeps lists in the order of the model's trainable variables,
    which may be another one here, and a few numbers (count of steps, learning rate)."""
    made.optimizer.build(made.trainable_variables)
    place = {id(variable): number for number, variable in enumerate(model.trainable_variables)}
    order = [place[id(variable)] for variable in made.trainable_variables]
    source, target = slots_of(model.optimizer, len(order)), slots_of(made.optimizer, len(order))
    for name, slots in target.items():
        for number, slot in zip(order, slots, strict=True):
            if isinstance(slot, keras.Variable):
                slot.assign(source[name][number])
    numbers = zip(_rest(model.optimizer, source), _rest(made.optimizer, target), strict=True)
    for theirs, mine in numbers:
        mine.assign(theirs)


def slots_of(optimizer: Any, count: int) -> dict[str, list[Any]]:
    """The lists with something for each trainable variable, by their names."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return {
        name: value
        for name, value in vars(inner).items()
        if name not in _NO_SLOTS and isinstance(value, list) and len(value) == count
    }


def _rest(optimizer: Any, slots: dict[str, list[Any]]) -> list[Any]:
    listed = {id(variable) for each in slots.values() for variable in each}
    return [variable for variable in optimizer.variables if id(variable) not in listed]
