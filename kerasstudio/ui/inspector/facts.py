"""What Keras found out about a layer or the model, as label and text: pure functions."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.inspection import Inspection, NodeInfo, shape_text
from kerasstudio.graph.project import Graph, Project
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, count_text, plural

Facts = list[tuple[str, str]]
UNKNOWN = "–"


def node_facts(project: Project, graph_id: str, node_id: str, inspection: Inspection) -> Facts:
    """The lines below the arguments of one node."""
    graph = project.graphs[graph_id]
    layer = project.layers[graph.nodes[node_id].layer]
    info = inspection.nodes.get(node_id)
    facts: Facts = []
    if not layer.is_input:
        facts.append(("input", input_shapes(graph, node_id, inspection)))
    facts.append(("output", output_shapes(info)))
    if layer.is_input or layer.is_output:
        return facts
    facts.append(("parameters", parameters_text(info)))
    facts.append(("compute", compute_text(info)))
    facts.append(("activations", activations_text(info)))
    uses = uses_of(project, layer.id)
    facts.append(("weights", f"shared by {uses} nodes" if uses > 1 else "not shared"))
    return facts


def input_shapes(graph: Graph, node_id: str, inspection: Inspection) -> str:
    """The shapes that come in, in port order, one a line."""
    lines = []
    for wire in graph.wires.values():
        if wire.target != node_id:
            continue
        source = inspection.nodes.get(wire.source)
        known = source is not None and wire.output < len(source.outputs)
        lines.append(shape_text(source.outputs[wire.output]) if source and known else "?")
    return "\n".join(lines) or "not connected"


def output_shapes(info: NodeInfo | None) -> str:
    """The shapes that go out, with the dtype where it is not float32."""
    if info is None or info.status == "unknown":
        return UNKNOWN
    if info.status == "waiting":
        return "waiting for the layers before it"
    if info.status == "error" and not info.outputs:
        return "none: see the problem above"
    lines = []
    for spec in info.outputs:
        dtype = "" if spec.dtype == "float32" else f"  {spec.dtype}"
        lines.append(shape_text(spec) + dtype)
    return "\n".join(lines) or UNKNOWN


def parameters_text(info: NodeInfo | None) -> str:
    """ "9,248 (trainable)", "1,024 (512 trainable, 512 frozen)", "0"."""
    if info is None or info.status != "ok":
        return UNKNOWN
    return weights_text(info.parameters, info.trainable)


def weights_text(total: int, trainable: int) -> str:
    if not total:
        return "0"
    if trainable == total:
        return f"{count_text(total)} (trainable)"
    if not trainable:
        return f"{count_text(total)} (frozen)"
    frozen = total - trainable
    return f"{count_text(total)} ({count_text(trainable)} trainable, {count_text(frozen)} frozen)"


def compute_text(info: NodeInfo | None) -> str:
    if info is None or info.multiply_adds is None:
        return UNKNOWN
    return f"{amount_text(info.multiply_adds)} multiply-adds"


def activations_text(info: NodeInfo | None) -> str:
    if info is None or info.activation_bytes is None:
        return UNKNOWN
    return f"{bytes_text(info.activation_bytes)} a sample"


def uses_of(project: Project, layer_id: str) -> int:
    """How many nodes call this layer, in all graphs."""
    return sum(
        node.layer == layer_id for graph in project.graphs.values() for node in graph.nodes.values()
    )


def model_facts(project: Project, inspection: Inspection) -> Facts:
    """The totals of the whole model."""
    layers = [layer for layer in project.layers.values() if not layer.is_output]
    infos = list(inspection.nodes.values())
    facts: Facts = [("layers", count_text(len(layers)))]
    if any(info.status == "ok" for info in infos):
        facts.append(("parameters", weights_text(inspection.total, inspection.total_trainable)))
        facts.append(("compute", _sum_text(infos)))
        size = sum(info.activation_bytes or 0 for info in infos)
        batch = project.training.batch_size
        facts.append(("activations", f"{bytes_text(size * batch)} at batch size {batch}"))
    return facts


def _sum_text(infos: Iterable[NodeInfo]) -> str:
    known = [info.multiply_adds for info in infos if info.multiply_adds is not None]
    missing = sum(info.status == "ok" and info.multiply_adds is None for info in infos)
    text = f"{amount_text(sum(known))} multiply-adds a sample"
    return f"{text}, without {plural(missing, 'layer')}" if missing else text
