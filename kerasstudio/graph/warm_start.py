"""Which layers keep their weights when training starts from stored ones: the one rule for the
window, which shows it at once, and for the worker, which acts on it.

A layer is the same when its id and its class are. Its weights are then compared one by one: by
name, or in order where both have as many with other names; a weight is kept when its shape is the
same and its dtype of the same kind. A weight is kept whole or not at all: never a part of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from kerasstudio.graph.inspection import Inspection, NodeInfo, WeightSpec
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.stored_weights import StoredLayer, StoredWeights
from kerasstudio.graph.training_spec import Start

Kept = Literal["kept", "partly", "new"]
_NOT_PART = ("name", "dtype", "trainable")


class LayerStart(msgspec.Struct, frozen=True):
    """What a layer starts training with: all of its weights kept, some, or none; and why, as a
    sentence. `weights` are the numbers of the stored weights (in `StoredLayer.weights`) that its
    own get, None where one is made new. `learned`: what it learned from data is kept too."""

    state: Kept
    reason: str
    weights: tuple[int | None, ...] = ()
    learned: bool = False


Memory = dict[str, tuple[Layer, NodeInfo, LayerStart | None]]
"""What was told of layers, and of what: for `layer_starts` after the next edit."""


def layer_starts(
    project: Project,
    inspection: Inspection,
    stored: StoredWeights | None,
    memory: Memory | None = None,
) -> dict[str, LayerStart]:
    """By layer id, for layers that have weights or learn from data and whose weights are known.

    `stored` None means that there are no weights to start from: everything is new. Blocks have
    the sum of what is inside them. With a `memory`, which holds for one start and one `stored`,
    only layers that changed are compared again."""
    memory = {} if memory is None else memory
    start = project.training.start
    found: dict[str, LayerStart] = {}
    blocks: dict[str, Layer] = {}
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            if layer.graph is not None:
                blocks[layer.id] = layer
            elif layer.id not in found:
                info = inspection.nodes.get(node.id)
                if info is None:
                    continue
                known = memory.get(layer.id)
                if known is None or known[0] is not layer or known[1] is not info:
                    told = _of_node(layer, info, stored, start)
                    known = memory[layer.id] = (layer, info, told)
                if known[2] is not None:
                    found[layer.id] = known[2]
    for layer in blocks.values():
        inside = [found[key] for key in layers_inside(project, layer) if key in found]
        if inside:
            found[layer.id] = _of_block(inside)
    return found


def layer_start(
    layer: Layer, weights: Sequence[WeightSpec], stored: StoredLayer | None, start: Start
) -> LayerStart:
    """What one layer starts with; `weights` are those it has now."""
    if layer.id in start.anew:
        return LayerStart("new", "You chose to start it fresh.", (None,) * len(weights))
    if start.is_fresh:
        return LayerStart("new", "Training starts from fresh weights.", (None,) * len(weights))
    if stored is None:
        return LayerStart(
            "new", f"It is not among the weights of {start.words}.", (None,) * len(weights)
        )
    if (stored.class_name, stored.module) != (layer.class_name, layer.module):
        was = stored.class_name
        if was == layer.class_name:
            was = f"{stored.module}.{was}"
        return LayerStart("new", f"It was another layer: {was}.", (None,) * len(weights))
    chosen = matched(stored, weights)
    learned = bool(stored.learned) and _plain(stored.arguments) == _plain(layer.arguments)
    return LayerStart(
        _state(chosen, stored, learned), _reason(chosen, stored, weights, learned), chosen, learned
    )


def matched(stored: StoredLayer, weights: Sequence[WeightSpec]) -> tuple[int | None, ...]:
    """For each weight of a layer the number of the stored one that fits it, None for none."""
    pairs = _pairs(stored, weights)
    return tuple(
        place if place is not None and _fits(stored.weights[place].spec, weight) else None
        for place, weight in zip(pairs, weights, strict=True)
    )


def _pairs(stored: StoredLayer, weights: Sequence[WeightSpec]) -> list[int | None]:
    """For each weight the number of the stored one that it is compared with."""
    places = {weight.name: place for place, weight in enumerate(stored.weights)}
    same = len(places) == len(stored.weights) and places.keys() == {each.name for each in weights}
    if len(stored.weights) == len(weights) and not same:
        return list(range(len(weights)))
    return [places.get(weight.name) for weight in weights]


def summary(starts: Mapping[str, LayerStart], project: Project) -> str:
    """ "5 layers keep their weights, 1 keeps some, 2 start new." Blocks are not counted: their
    layers are."""
    states = [
        each.state
        for key, each in starts.items()
        if key in project.layers and project.layers[key].graph is None
    ]
    kept, partly, new = (states.count(state) for state in ("kept", "partly", "new"))
    if not states:
        return "No layer has weights."
    if kept == len(states):
        return "Every layer keeps its weights."
    if new == len(states):
        return "No layer keeps its weights: nothing fits any more."
    parts = []
    if kept:
        parts.append(f"{kept} layer{'' if kept == 1 else 's'} keep{'s' * (kept == 1)} all weights")
    if partly:
        parts.append(f"{partly} keep{'s' * (partly == 1)} some")
    if new:
        parts.append(f"{new} start{'s' * (new == 1)} new")
    return f"{', '.join(parts)}."


def match_layers(theirs: Project, ours: Project) -> dict[str, str]:
    """Layer ids of another project → ids of this one, for weights from elsewhere: layers of the
    same name and class in blocks of the same names."""
    places = {path: layer.id for path, layer in _by_path(ours)}
    found: dict[str, str] = {}
    for path, layer in _by_path(theirs):
        if path in places:
            found.setdefault(layer.id, places[path])
    return found


def _of_node(
    layer: Layer, info: NodeInfo, stored: StoredWeights | None, start: Start
) -> LayerStart | None:
    if info.status != "ok" or not (info.weights or info.learns):
        return None
    known = None if stored is None else stored.layers.get(layer.id)
    return layer_start(layer, info.weights, known, start)


def _of_block(inside: Sequence[LayerStart]) -> LayerStart:
    states = {each.state for each in inside}
    if states == {"kept"}:
        return LayerStart("kept", "All layers inside keep their weights.")
    if states == {"new"}:
        return LayerStart("new", "All layers inside start new.")
    whole = sum(each.state == "kept" for each in inside)
    return LayerStart("partly", f"{whole} of the {len(inside)} layers inside keep their weights.")


def layers_inside(project: Project, block: Layer) -> Iterable[str]:
    """Ids of all layers in a block, those in blocks within it too."""
    waiting, seen = [block.graph], set[str]()
    while waiting:
        key = waiting.pop()
        if key is None or key in seen or key not in project.graphs:
            continue
        seen.add(key)
        for node in project.graphs[key].nodes.values():
            layer = project.layers[node.layer]
            if layer.graph is not None:
                waiting.append(layer.graph)
            else:
                yield layer.id


def _by_path(project: Project) -> Iterable[tuple[tuple[str, ...], Layer]]:
    waiting: list[tuple[tuple[str, ...], str]] = [((), project.root)]
    while waiting:
        path, key = waiting.pop(0)
        for node in project.graphs[key].nodes.values():
            layer = project.layers[node.layer]
            if layer.graph is not None and len(path) < 100:
                waiting.append(((*path, layer.name), layer.graph))
            elif not (layer.is_input or layer.is_output):
                yield (*path, layer.name, layer.class_name, layer.module), layer


def _fits(stored: WeightSpec, now: WeightSpec) -> bool:
    return stored.shape == now.shape and _kind(stored.dtype) == _kind(now.dtype)


def _kind(dtype: str) -> str:
    """ "float" for all floating dtypes: weights may be stored in one and computed in another."""
    return "float" if "float" in dtype else dtype


def _state(chosen: Sequence[int | None], stored: StoredLayer, learned: bool) -> Kept:
    fitting = [place is not None for place in chosen]
    if stored.learned:
        fitting.append(learned)
    if all(fitting) and fitting:
        return "kept"
    return "partly" if any(fitting) else "new"


def _reason(
    chosen: Sequence[int | None],
    stored: StoredLayer,
    weights: Sequence[WeightSpec],
    learned: bool,
) -> str:
    """One sentence: what is kept where all is, else what is not and why."""
    pairs = _pairs(stored, weights)
    misfits = [
        _misfit(weight, None if pair is None else stored.weights[pair].spec)
        for weight, place, pair in zip(weights, chosen, pairs, strict=True)
        if place is None
    ]
    if stored.learned and not learned:
        misfits.append("its settings were changed, so it learns from the data again")
    if misfits:
        said = "; ".join(misfits[:3])
        more = f"; and {len(misfits) - 3} more" if len(misfits) > 3 else ""
        return f"{said[:1].upper()}{said[1:]}{more}."
    parts = []
    if weights:
        count = len(weights)
        parts.append("its only weight fits" if count == 1 else f"its {count} weights fit")
    if learned:
        parts.append(f"it keeps its {stored.learned}")
    dropped = len(stored.weights) - sum(place is not None for place in chosen)
    if dropped:
        parts.append(f"{dropped} of the stored {'one is' if dropped == 1 else 'ones are'} not used")
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def _misfit(now: WeightSpec, was: WeightSpec | None) -> str:
    if was is None:
        return f"{now.name} is a weight that it did not have"
    if was.shape != now.shape:
        return f"{now.name} is {_shape(now.shape)} now and was {_shape(was.shape)}"
    return f"{now.name} is {now.dtype} now and was {was.dtype}"


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"


def _plain(arguments: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in arguments.items() if key not in _NOT_PART}
