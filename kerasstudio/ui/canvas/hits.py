"""What lies under a point: a port, the title of a card, a card, a wire, or nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from kerasstudio.graph.edits import Dot
from kerasstudio.ui.canvas.card_painter import HEADER
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wiring_rules import End

Kind = Literal["port", "title", "card", "dot", "wire", "empty"]
PORT_REACH = 10.0
DOT_REACH = 9.0
WIRE_REACH = 6.0


class Hit(msgspec.Struct, frozen=True):
    kind: Kind = "empty"
    node: str | None = None
    end: End | None = None
    wire: str | None = None
    dot: Dot | None = None


NOTHING = Hit()


def hit(model: SceneModel, x: float, y: float, zoom: float, ports: bool = True) -> Hit:
    """What is at a scene point. Reaches are screen pixels, so that ports stay easy to hit."""
    reach = min(PORT_REACH / zoom, 16.0)
    if ports:
        end = nearest_port(model, x, y, reach)
        if end is not None:
            return Hit("port", end.node, end)
    node = model.nodes.node_at(x, y)
    if node is not None:
        top = model.nodes.rect(node)[1]
        return Hit("title" if y - top < HEADER else "card", node)
    dot = model.wires.dots.nearest(x, y, min(DOT_REACH / zoom, 14.0))
    if dot is not None:
        return Hit("dot", wire=dot[0], dot=dot)
    wire = model.wires.wire_at(x, y, WIRE_REACH / zoom)
    return Hit("wire", wire=wire) if wire is not None else NOTHING


def nearest_port(model: SceneModel, x: float, y: float, reach: float) -> End | None:
    """The port whose centre is nearest, at most `reach` scene pixels away."""
    best, found = reach * reach, None
    for node in model.nodes.names(model.nodes.within(x, y, x, y, reach)):
        left, top, _width, _height = model.nodes.rect(node)
        ports = model.ports(node)
        for number, slot in enumerate(ports.inputs):
            px, py = model.input_offset(node, number)
            distance = (left + px - x) ** 2 + (top + py - y) ** 2
            if distance <= best:
                best, found = distance, End(node, number, slot.name)
        for number in range(len(ports.outputs)):
            px, py = model.output_offset(node, number)
            distance = (left + px - x) ** 2 + (top + py - y) ** 2
            if distance <= best:
                best, found = distance, End(node, number)
    return found


def port_point(model: SceneModel, end: End) -> tuple[float, float]:
    """The centre of a port in the scene."""
    left, top, _width, _height = model.nodes.rect(end.node)
    offset = model.output_offset if end.is_output else model.input_offset
    px, py = offset(end.node, end.number)
    return left + px, top + py
