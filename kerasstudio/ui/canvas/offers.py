"""Which layers the search offers for a wire or a card, and in what order."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.saved_blocks import BlockType
from kerasstudio.graph.usage import gives_rank, likely_before, likely_behind
from kerasstudio.ui.canvas.card_face import tensor_label
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wiring_rules import End, misfit, rank_words
from kerasstudio.ui.palette.layer_query import accepting, offered


class Offer(msgspec.Struct, frozen=True):
    """Layers, the likely ones first, and what they are in words."""

    kinds: tuple[LayerType, ...]
    note: str


def anything(model: SceneModel) -> Offer:
    """All layers."""
    return Offer(offered(model.catalogue), "Type a name or what it does: fc, skip, mha")


def for_end(model: SceneModel, end: End) -> Offer:
    """Layers that take what comes out of an output, or can feed an input."""
    if end.is_output:
        return _behind(model, end.node, model.tensor(end.node, end.number))
    slot = model.ports(end.node).inputs[end.number]
    kinds = [kind for kind in offered(model.catalogue) if kind.outputs]
    fitting = [kind for kind in kinds if gives_rank(kind, slot.ranks)]
    what = f"Layers that give {rank_words(slot.ranks)}" if slot.ranks else "Layers that can feed it"
    return Offer(tuple(likely_before(fitting, _class(model, end.node))), what)


def for_wire(model: SceneModel, key: str) -> Offer:
    """Layers that fit between the two ends of a wire."""
    wire = model.graph.wires[key]
    found = _behind(model, wire.source, model.tensor(wire.source, wire.output))
    slot = model.ports(wire.target).inputs[model.ports(wire.target).place(wire.port)]
    kinds = tuple(kind for kind in found.kinds if kind.outputs and gives_rank(kind, slot.ranks))
    return Offer(kinds, found.note)


def instead_of(model: SceneModel, nodes: Iterable[str]) -> Offer:
    """Layers that can stand where these nodes are: they take what comes in there."""
    nodes = list(nodes)
    classes = {_class(model, node) for node in nodes}
    kinds = [
        kind
        for kind in offered(model.catalogue)
        if kind.ports and kind.outputs and kind.class_name not in classes
        if not isinstance(kind, BlockType)
    ]
    fed = max(sum(slot.wire is not None for slot in model.ports(node).inputs) for node in nodes)
    kinds = [kind for kind in kinds if _needed(kind) <= max(1, fed)]
    for tensor in _incoming(model, nodes):
        kinds = [kind for kind in kinds if not misfit(tensor, kind.ports[0])]
    first = model.catalogue.layer_type(model.layer(nodes[0]))
    category = first.category if first is not None else ""
    # Of the same kind first, in the order in which they follow what is before.
    before = next(
        (
            model.graph.wires[slot.wire].source
            for slot in model.ports(nodes[0]).inputs
            if slot.wire is not None
        ),
        None,
    )
    if before is not None:
        kinds = likely_behind(kinds, _class(model, before))
    kinds.sort(key=lambda kind: kind.category != category)
    what = model.face(nodes[0]).title if len(classes) == 1 else f"{len(nodes)} layers"
    return Offer(tuple(kinds), f"Instead of {what}; arguments and wires that fit are kept")


def _needed(kind: LayerType) -> int:
    """How many tensors a layer must get."""
    return sum(port.minimum if port.many else 1 for port in kind.ports if port.required)


def _behind(model: SceneModel, node: str, tensor: TensorSpec | None) -> Offer:
    kinds = accepting(model.catalogue, tensor)
    rank = None if tensor is None else len(tensor.shape)
    what = "this wire" if tensor is None else tensor_label(tensor)
    return Offer(tuple(likely_behind(kinds, _class(model, node), rank)), f"Layers that take {what}")


def _incoming(model: SceneModel, nodes: Iterable[str]) -> list[TensorSpec]:
    """What comes in at the first wired port of each node."""
    found = []
    for node in nodes:
        key = next((slot.wire for slot in model.ports(node).inputs if slot.wire is not None), None)
        wire = model.graph.wires.get(key or "")
        tensor = model.tensor(wire.source, wire.output) if wire is not None else None
        if tensor is not None:
            found.append(tensor)
    return found


def _class(model: SceneModel, node: str) -> str:
    return model.layer(node).class_name
