"""What Keras found out about a layer or the model, as label and text: pure functions."""

from __future__ import annotations

from kerasstudio.graph.costs import totals
from kerasstudio.graph.inspection import Inspection, NodeInfo, lettered, shape_words
from kerasstudio.graph.project import Graph, Project
from kerasstudio.ui.widgets.amounts import amount_text, bytes_text, count_text, plural

Facts = list[tuple[str, str, str]]
"""(name, text, tool tip)"""
UNKNOWN = "–"


def node_facts(project: Project, graph_id: str, node_id: str, inspection: Inspection) -> Facts:
    """The lines below the arguments of one node."""
    graph = project.graphs[graph_id]
    layer = project.layers[graph.nodes[node_id].layer]
    info = inspection.nodes.get(node_id)
    facts: Facts = []
    if not layer.is_input:
        facts.append(("input", *input_shapes(graph, node_id, inspection)))
    facts.append(("output", output_shapes(info), output_words(info)))
    if layer.is_input or layer.is_output:
        return facts
    facts.append(("parameters", parameters_text(info), ""))
    facts.append(("compute", compute_text(info), "For one sample; multiply by the batch size."))
    batch = max(1, project.training.batch_size)
    facts.append(("activations", activations_text(info, batch), _OUTPUTS_KEPT))
    uses = uses_of(project, layer.id)
    facts.append(("weights", f"shared by {uses} nodes" if uses > 1 else "not shared", ""))
    return facts


def input_shapes(graph: Graph, node_id: str, inspection: Inspection) -> tuple[str, str]:
    """The shapes that come in, in port order, one a line; and the same in words."""
    lines, words = [], []
    for wire in graph.wires.values():
        if wire.target != node_id:
            continue
        source = inspection.nodes.get(wire.source)
        known = source is not None and wire.output < len(source.outputs)
        lines.append(lettered(source.outputs[wire.output]) if source and known else "?")
        words.append(shape_words(source.outputs[wire.output]) if source and known else "?")
    return "\n".join(lines) or "not connected", "\n".join(words)


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
        lines.append(lettered(spec) + dtype)
    return "\n".join(lines) or UNKNOWN


def output_words(info: NodeInfo | None) -> str:
    """The same in full words, for the tool tip."""
    specs = () if info is None else info.outputs
    return "\n".join(f"{shape_words(spec)} {spec.dtype}" for spec in specs)


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


def activations_text(info: NodeInfo | None, batch: int) -> str:
    if info is None or info.activation_bytes is None:
        return UNKNOWN
    return f"{bytes_text(info.activation_bytes * batch)} at batch {batch}"


def uses_of(project: Project, layer_id: str) -> int:
    """How many nodes call this layer, in all graphs."""
    return sum(
        node.layer == layer_id for graph in project.graphs.values() for node in graph.nodes.values()
    )


def model_facts(project: Project, inspection: Inspection) -> Facts:
    """The totals of the whole model, at the chosen batch size."""
    layers = [layer for layer in project.layers.values() if not layer.is_output]
    facts: Facts = [("layers", count_text(len(layers)), "")]
    if not any(info.status == "ok" for info in inspection.nodes.values()):
        return facts
    cost = totals(project, inspection)
    facts.append(("parameters", weights_text(inspection.total, inspection.total_trainable), ""))
    adds = f"{amount_text(cost.multiply_adds)} multiply-adds"
    if cost.unknown:
        adds += f", without {plural(cost.unknown, 'layer')}"
    facts.append(("compute", adds, "For one sample; multiply by the batch size."))
    facts.append(("activations", f"{bytes_text(cost.activation_bytes)} a batch", _OUTPUTS_KEPT))
    facts.append(("weights", bytes_text(cost.weight_bytes), "Four bytes for each parameter."))
    share = f" of {bytes_text(inspection.memory)}" if inspection.memory else ""
    facts.append(("training", f"{bytes_text(cost.training_bytes)}{share}", _TRAINING))
    return facts


_OUTPUTS_KEPT = "Memory of what comes out, which training keeps until the way back."
_TRAINING = (
    "At least: weights, gradients, what the optimizer keeps, and the activations of a batch; and "
    "the memory of this computer."
)
