"""What has changed in the drawing since a model of it was trained: by the one diff there is."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.fix_preview import layer_changes
from kerasstudio.graph.project import Project


class SinceTraining(msgspec.Struct, frozen=True):
    """`nodes` maps each node that is new or another to what changed of it ("units 32 → 64",
    "new", "wired otherwise"); `lines` tell all changes of model, data and training settings."""

    nodes: dict[str, tuple[str, ...]] = {}
    lines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.lines)


def since_training(trained: Project, now: Project) -> SinceTraining:
    """The differences that would make another training of it. Places, frames, notes do not."""
    changes = diff(trained, now)
    if not changes:
        return SinceTraining()
    nodes: dict[str, tuple[str, ...]] = {}
    for key, graph in now.graphs.items():
        here = changes.of_graph(key)
        before = trained.graphs.get(key)
        rewired = {wire.rpartition(":")[0] for wire in here.wires.all}
        for node in graph.nodes.values():
            told: list[str] = []
            if before is None or node.id in here.nodes.added:
                told.append("new")
            else:
                if node.layer in changes.layers:
                    old = trained.layers.get(node.layer)
                    told += layer_changes(old, now.layers[node.layer]) if old else ["new"]
                if node.id in here.nodes.changed - here.moved:
                    told.append("called otherwise")
                if node.id in rewired:
                    told.append("wired otherwise")
            if told:
                nodes[node.id] = tuple(told)
    return SinceTraining(nodes, tuple(describe(trained, now)))
