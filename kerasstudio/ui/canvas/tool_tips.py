"""What stands in the tool tip of a card, a port or a wire: shapes in full words, and costs."""

from __future__ import annotations

from html import escape

from kerasstudio.graph.costs import measured
from kerasstudio.graph.inspection import TensorSpec, shape_words
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wire_styles import value_kind
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, count_text


def tool_tip(model: SceneModel, found: Hit) -> str:
    """Rich text, "" where there is nothing to say."""
    if found.end is not None:
        return _port_tip(model, found)
    if found.node is not None:
        return _card_tip(model, found.node)
    wire = model.graph.wires.get(found.wire) if found.wire is not None else None
    if wire is None:
        return ""
    names = f"{_name(model, wire.source)} → {_name(model, wire.target)}"
    return _tip(names, [tensor_words(model.tensor(wire.source, wire.output))])


def tensor_words(spec: TensorSpec | None) -> str:
    """ "(batch, height 28, width 28, channels 1), decimals (float32)"."""
    if spec is None:
        return "the shape is not known"
    return f"{shape_words(spec)}, {value_kind(spec.dtype)} ({spec.dtype})"


def _port_tip(model: SceneModel, found: Hit) -> str:
    end = found.end
    if end is None:
        return ""
    ports = model.ports(end.node)
    if end.is_output:
        name = ports.outputs[end.number] if end.number < len(ports.outputs) else "output"
        return _tip(
            f"{_name(model, end.node)}: {name}", [tensor_words(model.tensor(end.node, end.number))]
        )
    slot = ports.inputs[end.number]
    lines = ["must be wired" if slot.required and slot.wire is None else ""]
    wire = model.graph.wires.get(slot.wire) if slot.wire else None
    if wire is not None:
        lines = [tensor_words(model.tensor(wire.source, wire.output))]
    return _tip(f"{_name(model, end.node)}: {slot.name}", lines)


def _card_tip(model: SceneModel, node: str) -> str:
    layer, info = model.layer(node), model.info(node)
    kind = model.catalogue.layer_type(layer)
    lines = [kind.summary if kind is not None else ""]
    if info is not None and info.status == "ok":
        lines += [f"gives {tensor_words(spec)}" for spec in info.outputs]
        if not layer.is_input and not layer.is_output:
            lines.append(f"{count_text(info.parameters)} parameters")
        adds, batch = info.multiply_adds, model.look.batch
        if adds:
            lines.append(f"{amount_text(adds)} multiply-adds a sample")
        memory = measured(info, "memory", batch)
        if memory:
            at = "a sample" if batch == 1 else f"at batch size {batch}"
            lines.append(f"{bytes_text(memory)} of activations {at}")
    if node in model.look.changed:
        lines.append("changed since the last training")
    return _tip(f"{layer.name} ({'Input' if layer.is_input else layer.class_name})", lines)


def _name(model: SceneModel, node: str) -> str:
    return model.layer(node).name


def _tip(title: str, lines: list[str]) -> str:
    body = "<br/>".join(escape(line) for line in lines if line)
    return f"<p style='white-space:pre-wrap'><b>{escape(title)}</b><br/>{body}</p>"
