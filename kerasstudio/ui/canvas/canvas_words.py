"""What is on the canvas, in words: for screen readers and announcements."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.frames import carried
from kerasstudio.graph.inspection import shape_words
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wiring_rules import End, rank_words
from kerasstudio.ui.widgets.amounts import plural


def node_words(model: SceneModel, node: str) -> str:
    """Arguments, output, parameters, state, problems, and its neighbours."""
    face = model.face(node)
    parts = list(face.lines)
    info = model.info(node)
    if face.shape and info is not None:
        shapes = " and ".join(shape_words(spec) for spec in info.outputs)
        parts += [f"output {shapes}", face.count]
    if face.presence != "on":
        parts.append(face.presence)
    if face.state == "waiting":
        parts.append("waiting for a layer before it")
    if face.frozen:
        parts.append("frozen")
    if face.collapsed:
        parts.append("collapsed")
    if face.pinned:
        parts.append("pinned")
    if face.start:
        parts.append(f"weights {face.start}")
    if face.calls > 1:
        parts.append(f"used {face.calls} times")
    if face.badge:
        parts.append(face.badge)
    parts += [f"{each.severity}: {each.message}" for each in model.problems_of(node)]
    before, behind = neighbours(model, node)
    parts += [f"fed by {_names(model, before)}"] if before else []
    parts += [f"feeds {_names(model, behind)}"] if behind else []
    return "; ".join(parts)


def neighbours(model: SceneModel, node: str) -> tuple[list[str], list[str]]:
    """The nodes that feed a node, and those that it feeds."""
    before: list[str] = []
    behind: list[str] = []
    for slot in model.wires.touching(model.nodes.slots_of((node,))):
        key = model.wires.keys[slot]
        wire = model.graph.wires.get(key) if key is not None else None
        if wire is not None and wire.target == node:
            before.append(wire.source)
        elif wire is not None:
            behind.append(wire.target)
    return list(dict.fromkeys(before)), list(dict.fromkeys(behind))


def port_words(model: SceneModel, end: End) -> str:
    """ "input query, takes 3-D tensors, free"; "output, 28 × 28 × 32 float32"."""
    ports = model.ports(end.node)
    if end.is_output:
        name = f" {ports.outputs[end.number]}" if len(ports.outputs) > 1 else ""
        tensor = model.tensor(end.node, end.number)
        told = f", {shape_words(tensor)} {tensor.dtype}" if tensor is not None else ""
        return f"output{name}{told}"
    slot = ports.inputs[end.number]
    takes = f", takes {rank_words(slot.ranks)}" if slot.ranks else ""
    fed = "free" if slot.is_free else "wired"
    return f"input {slot.name}{takes}, {'required' if slot.required and slot.is_free else fed}"


def wire_words(model: SceneModel, wire: Wire) -> str:
    """ "wire from image to conv, 28 × 28 × 1 float32"."""
    tensor = model.tensor(wire.source, wire.output)
    told = f", {shape_words(tensor)} {tensor.dtype}" if tensor is not None else ""
    source, target = model.layer(wire.source).name, model.layer(wire.target).name
    return f"wire from {source} to {target}{told}"


def selection_words(model: SceneModel, nodes: Iterable[str]) -> str:
    """What is selected."""
    chosen = [node for node in nodes if node in model.nodes]
    count = plural(len(model.nodes), "layer")
    if len(chosen) != 1:
        return f"{count}, {len(chosen)} selected" if chosen else count
    face = model.face(chosen[0])
    return f"{face.name}, {face.title}; {node_words(model, chosen[0])}"


def decoration_name(model: SceneModel, key: str) -> str:
    """ "frame Encoder"; "note: First line"."""
    frame, note = model.decorations.frame(key), model.decorations.note(key)
    if frame is not None:
        return f"frame {frame.title}".rstrip()
    lines = (note.text if note is not None else "").strip().splitlines()
    return f"note: {lines[0]}" if lines else "empty note"


def decoration_words(model: SceneModel, key: str) -> str:
    """What lies in a frame; the whole text of a note."""
    frame, note = model.decorations.frame(key), model.decorations.note(key)
    if note is not None:
        return note.text
    if frame is None:
        return ""
    inside = carried(model.graph, (key,), model.node_rects())
    nodes = [node for node in model.graph.nodes if node in inside.nodes]
    held = f"holds {_names(model, nodes)}" if nodes else "empty"
    return f"{frame.color}; {held}"


def _names(model: SceneModel, nodes: list[str]) -> str:
    names = [model.layer(node).name for node in nodes[:4]]
    more = len(nodes) - len(names)
    return " and ".join((", ".join(names), *((f"{more} more",) if more else ())))
