"""Putting a saved block into a drawing."""

from __future__ import annotations

from kerasstudio.graph.edits.paste import paste
from kerasstudio.graph.edits.values import replace, with_layer
from kerasstudio.graph.names import unique_name
from kerasstudio.graph.project import ROOT, Project
from kerasstudio.graph.saved_blocks import SavedBlock


def place_block(
    project: Project,
    block: SavedBlock,
    x: float = 0.0,
    y: float = 0.0,
    graph: str = ROOT,
    name: str | None = None,
) -> tuple[Project, str]:
    """A copy of a saved block, its card's corner at (x, y); returns the card. Code that its
    classes want comes along, a file under another name where that one holds something else."""
    taken = {layer.name for layer in project.layers.values()}
    project, (card,) = paste(project, block.clip, x, y, graph)
    layer = project.layers[project.graphs[graph].nodes[card].layer]
    project = with_layer(project, replace(layer, name=unique_name(name or block.name, taken)))
    code = dict(project.code)
    for file, text in block.code.items():
        if text not in code.values():
            stem = file.removesuffix(".py")
            code[f"{unique_name(stem, {each.removesuffix('.py') for each in code})}.py"] = text
    return (replace(project, code=code) if code != project.code else project), card
