"""Layers that are code: Lambda, classes of somebody's own, layers of another Keras.

Such a layer keeps everything a file says of it (class, arguments as the file has them, weights,
wires) and is never made before the person trusts its code: until then it stands as a placeholder.
That it is one follows from its class and its arguments; nothing of it is stored.

`Layer.build` of a placeholder holds what cannot be asked of code that does not run:
`{"calls": [{"inputs": [shape, ...], "outputs": [[shape, dtype] or None, ...]}, ...],
"weights": [[name, shape, dtype], ...], "build_config": ... or None}`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import ref

import msgspec

from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.vetting.known_objects import KnownObjects, known_objects
from kerasstudio.graph.vetting.limits import UnsafeError
from kerasstudio.graph.vetting.objects import reasons_in

LAMBDA = "Lambda"
_ACTIVATIONS = ("activation", "recurrent_activation")
_reasons: dict[int, tuple[ref[Layer], tuple[str, ...]]] = {}

Shape = tuple[int | None, ...]


def code_reasons(layer: Layer) -> tuple[str, ...]:
    """What is code in a layer, as noun phrases; () for one that Keras can simply make.

    Remembered by the layer's identity, since every edit asks for all of them, and for as long as
    there is this layer."""
    key = id(layer)
    found = _reasons.get(key)
    if found is not None and found[0]() is layer:
        return found[1]
    own = layer.graph is not None or layer.is_output
    reasons = () if own or _is_misspelt(layer) else tuple(_look(layer, known_objects()))
    _reasons[key] = ref(layer, lambda _gone: _reasons.pop(key, None)), reasons
    return reasons


def is_placeholder(layer: Layer) -> bool:
    """Whether a layer is code, and stands as a placeholder while nobody trusts it."""
    return bool(code_reasons(layer))


def placeholders(project: Project) -> Iterator[Layer]:
    """All layers of a project that are code."""
    return (layer for layer in project.layers.values() if code_reasons(layer))


def code_hash(layer: Layer) -> str:
    """The fingerprint of everything in a layer that could run: trust holds for this alone."""
    parts = (layer.module, layer.class_name, layer.registered_name, layer.arguments)
    return _hash(msgspec.json.encode(parts, order="deterministic"))


def text_hash(text: str) -> str:
    """The fingerprint of a file of the project's code."""
    return _hash(text.encode("utf-8", "surrogatepass"))


def code_hashes(project: Project) -> frozenset[str]:
    """The fingerprints of all code in a project: of its layers and of its files."""
    layers = (code_hash(layer) for layer in placeholders(project))
    return frozenset((*layers, *map(text_hash, project.code.values())))


def foreign_reasons(layer: Layer, known: KnownObjects) -> tuple[str, ...]:
    """What is code in a layer where `known` may be made."""
    return tuple(_look(layer, known))


def code_problem(layer: Layer, graph: str, node: str, fixes: tuple[Fix, ...] = ()) -> Problem:
    """What to say of a placeholder: why it is one, and what can be done."""
    return Problem(
        code="placeholder.code",
        message=f'"{layer.name}" is code that was not run: {in_short(layer)}.',
        expected="a layer of Keras, or code that you trust",
        received=layer.class_name,
        place=Place(graph=graph, node=node, layer=layer.id),
        fixes=fixes,
        advice="Until then the model can be drawn, saved and exported, but not trained. "
        "Keras itself refuses it too, unless it is told to run any code.",
    )


def reload_problem(layer: Layer, graph: str, node: str, fixes: tuple[Fix, ...] = ()) -> Problem:
    """What to say of a Lambda layer whose code is trusted: no file with it opens everywhere."""
    return Problem(
        code="placeholder.lambda",
        message=f'"{layer.name}" is a Lambda layer: Keras refuses to load it back from a file in '
        "its safe mode, and another version of Python cannot run it at all.",
        severity="warning",
        expected="operations or layers of Keras, or a class of your own",
        received=LAMBDA,
        place=Place(graph=graph, node=node, layer=layer.id),
        fixes=fixes,
        advice="Draw it as operations, or make it a class: its source then goes with the project.",
    )


def in_short(layer: Layer) -> str:
    """Why a layer is code, as half a sentence."""
    if layer.class_name == LAMBDA:
        return "a Lambda layer calls a Python function"
    if needs_class(layer):
        return f"its class {layer.class_name} is not one of Keras's"
    return f"it holds {' and '.join(code_reasons(layer)[:3])}"


def needs_class(layer: Layer) -> bool:
    """Whether the class of a layer is nobody's but its author's."""
    known = known_objects()
    return not (
        known.is_class(layer.module or None, layer.class_name)
        or known.is_code_layer(layer.class_name)
    )


def defining_file(layer: Layer, project: Project) -> str | None:
    """The file of the project's code in which the class of a layer is written."""
    wanted = re.compile(rf"^class {re.escape(layer.class_name)}\b", re.MULTILINE)
    return next((name for name, text in project.code.items() if wanted.search(text)), None)


# ---------------------------------------------------------------- what the file says


def output_specs(layer: Layer, inputs: Sequence[Shape]) -> tuple[TensorSpec | None, ...] | None:
    """What comes out for tensors of these shapes as far as it is known; None where it is not.
    None inside: a tensor of which nothing is known, because nothing takes it."""
    for call in _calls(layer):
        if [tuple(shape) for shape in call["inputs"]] == [tuple(shape) for shape in inputs]:
            return tuple(
                None if found is None else TensorSpec(tuple(found[0]), str(found[1]))
                for found in call["outputs"]
            )
    return None


def with_outputs(layer: Layer, inputs: Sequence[Shape], outputs: Sequence[TensorSpec]) -> Layer:
    """The layer with what comes out for tensors of these shapes said by a person."""
    given = [list(shape) for shape in inputs]
    said = {
        "inputs": given,
        "outputs": [[list(spec.shape), spec.dtype] for spec in outputs],
    }
    others = [call for call in _calls(layer) if call["inputs"] != given]
    build = {**(layer.build or {}), "calls": [*others, said]}
    return msgspec.structs.replace(layer, build=build)


def weight_specs(layer: Layer) -> list[tuple[str, tuple[int, ...], str]]:
    """Name, shape and dtype of the weights that the file keeps for a placeholder."""
    found = (layer.build or {}).get("weights", [])
    return [(str(name), tuple(shape), str(dtype)) for name, shape, dtype in found]


def activation_names(layer: Layer) -> set[str]:
    """The activations that a layer names by a plain word."""
    found = (layer.arguments.get(key) for key in _ACTIVATIONS)
    return {each for each in found if isinstance(each, str)}


def _is_misspelt(layer: Layer) -> bool:
    """Whether all that is strange in a layer that was drawn here (nothing of it comes from a
    file) is the name of an activation: Keras then says what is wrong, and a person mends it."""
    if layer.build is not None or not activation_names(layer):
        return False
    rest = {name: value for name, value in layer.arguments.items() if name not in _ACTIVATIONS}
    return not tuple(_look(msgspec.structs.replace(layer, arguments=rest), known_objects()))


def _calls(layer: Layer) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = (layer.build or {}).get("calls", [])
    return calls


def _look(layer: Layer, known: KnownObjects) -> Iterator[str]:
    entry = {
        "module": layer.module or None,
        "class_name": layer.class_name,
        "registered_name": layer.registered_name,
        "config": layer.arguments,
    }
    try:
        yield from dict.fromkeys(reasons_in(entry, layer.name, known, sizes=False))
    except UnsafeError as error:
        yield error.what


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
