"""What lies under a point: a port, the title of a card, a card, a wire, a note, the title or an
edge of a frame, or nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from kerasstudio.graph.edits import Dot
from kerasstudio.ui.canvas.card_painter import HEADER
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wiring_rules import End

Kind = Literal["port", "title", "card", "dot", "wire", "note", "frame", "edge", "empty"]
PORT_REACH = 10.0
DOT_REACH = 9.0
WIRE_REACH = 6.0
EDGE_REACH = 6.0
CORNER_REACH = 13.0


class Hit(msgspec.Struct, frozen=True):
    kind: Kind = "empty"
    node: str | None = None
    end: End | None = None
    wire: str | None = None
    dot: Dot | None = None
    decoration: str | None = None
    edge: str = ""
    """Of a frame or note: "left", "top right", ...: the sides that a drag there moves."""


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
    if wire is not None:
        return Hit("wire", wire=wire)
    return _decoration(model, x, y, zoom) if len(model.decorations) else NOTHING


def _decoration(model: SceneModel, x: float, y: float, zoom: float) -> Hit:
    """A note or an edge or the title of a frame; inside of a frame there is paper."""
    decorations = model.decorations
    near = (x, y, x, y)
    for key in reversed(decorations.notes_within(near, zoom)):
        edge = _edge(decorations.rect(key), x, y, zoom)
        if edge:
            return Hit("edge", decoration=key, edge=edge)
        left, top, width, height = decorations.rect(key)
        if left <= x <= left + width and top <= y <= top + height:
            return Hit("note", decoration=key)
    for key in reversed(decorations.frames_within(near, zoom)):
        left, top, width, height = decorations.title_box(key, zoom)
        above = top < decorations.rect(key)[1]
        on_title = left <= x <= left + width and top <= y <= top + height
        if above and on_title:
            return Hit("frame", decoration=key)
        edge = _edge(decorations.rect(key), x, y, zoom)
        if edge:
            return Hit("edge", decoration=key, edge=edge)
        if on_title:
            return Hit("frame", decoration=key)
    return NOTHING


def _edge(rect: tuple[float, float, float, float], x: float, y: float, zoom: float) -> str:
    """Which sides of a rectangle a point is at; "" for none. Small ones keep an inside."""
    left, top, width, height = rect
    reach = min(EDGE_REACH / zoom, min(width, height) / 6)
    corner = min(CORNER_REACH / zoom, min(width, height) / 4)
    dx0, dx1 = x - left, left + width - x
    dy0, dy1 = y - top, top + height - y
    if min(dx0, dx1, dy0, dy1) < -reach or min(dx0, dx1, dy0, dy1) > reach:
        return ""
    across = "left" if dx0 <= corner else "right" if dx1 <= corner else ""
    along = "top" if dy0 <= corner else "bottom" if dy1 <= corner else ""
    # In the middle of a side only that side counts.
    if across and along:
        return f"{along} {across}"
    if abs(dx0) <= reach or abs(dx1) <= reach:
        return "left" if abs(dx0) <= abs(dx1) else "right"
    return "top" if abs(dy0) <= abs(dy1) else "bottom"


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
            if number in ports.hidden:
                continue
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
