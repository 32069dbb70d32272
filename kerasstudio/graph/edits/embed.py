"""Edits that put a whole model into another one, as a block."""

from __future__ import annotations

from itertools import count

from kerasstudio.graph.clipboard import Clip
from kerasstudio.graph.edits.paste import paste
from kerasstudio.graph.project import ROOT, Layer, Node, Project

BLOCK_MODULE = "keras.models"


def embed_model(
    project: Project, model: Project, name: str, x: float, y: float, graph: str = ROOT
) -> tuple[Project, str]:
    """The drawing of `model` as a block called `name`, its card's corner at (x, y); returns the
    card's node. Everything in it gets ids and names of its own."""
    kind = "Sequential" if model.graph.kind == "sequential" else "Functional"
    key = next(each for each in map("block{}".format, count()) if each not in model.layers)
    block = Layer(key, kind, name, module=BLOCK_MODULE, graph=model.root)
    clip = Clip(nodes=(Node(key, key),), layers={**model.layers, key: block}, graphs=model.graphs)
    project, nodes = paste(project, clip, x, y, graph)
    return project, nodes[0]
