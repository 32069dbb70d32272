"""The ports of a card as its face shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasstudio.ui.canvas.card_face import PortMark
from kerasstudio.ui.canvas.wire_styles import UNKNOWN_COLOR, tensor_style

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.scene_model import SceneModel


def port_marks(model: SceneModel, node: str) -> tuple[PortMark, ...]:
    """Inputs, then outputs; without those that are hidden."""
    return (*_inputs(model, node), *_outputs(model, node))


def way_through(model: SceneModel, node: str) -> tuple[float, float, float, float] | None:
    """The way of the tensor that a bypassed node passes on: in by the first wired port."""
    ports = model.ports(node)
    wired = [number for number, slot in enumerate(ports.inputs) if not slot.is_free]
    if not wired or not ports.outputs:
        return None
    return (*model.input_offset(node, wired[0]), *model.output_offset(node, 0))


def _inputs(model: SceneModel, node: str) -> list[PortMark]:
    marks = []
    wires = model.graph.wires
    for number, slot in enumerate(model.ports(node).inputs):
        x, y = model.input_offset(node, number)
        wire = wires.get(slot.wire) if slot.wire else None
        color = model.wire_color(wire) if wire is not None else UNKNOWN_COLOR
        marks.append(PortMark(x, y, color, wire is not None, slot.required and wire is None))
    return marks


def _outputs(model: SceneModel, node: str) -> list[PortMark]:
    marks = []
    taken, ports = _taken_outputs(model, node), model.ports(node)
    info = model.info(node)
    for number in range(len(ports.outputs)):
        if number in ports.hidden:
            continue
        x, y = model.output_offset(node, number)
        known = info is not None and info.status == "ok"
        color = tensor_style(model.tensor(node, number)) if known else UNKNOWN_COLOR
        marks.append(PortMark(x, y, color, number in taken))
    return marks


def _taken_outputs(model: SceneModel, node: str) -> set[int]:
    found = set()
    for slot in model.wires.touching((model.nodes.slots[node],)):
        key = model.wires.keys[slot]
        wire = model.graph.wires.get(key) if key is not None else None
        if wire is not None and wire.source == node:
            found.add(wire.output)
    return found
