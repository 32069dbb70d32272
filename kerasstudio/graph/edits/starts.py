"""Edits of what training starts from."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.edits.settings import set_training
from kerasstudio.graph.edits.values import layer_of, replace
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.graph.warm_start import layers_inside


def set_start(project: Project, start: Start) -> Project:
    """Start from these weights. Layers that were chosen to start fresh are forgotten with the
    weights they were compared with."""
    return set_training(project, start=start)


def start_fresh(project: Project, layers: Iterable[str]) -> Project:
    """Let these layers (of a block: those inside) start with fresh weights, whatever fits."""
    start = project.training.start
    chosen = [key for key in _own(project, layers) if key not in start.anew]
    if not chosen or start.is_fresh:
        return project
    return set_start(project, replace(start, anew=(*start.anew, *dict.fromkeys(chosen))))


def keep_weights(project: Project, layers: Iterable[str]) -> Project:
    """Take back `start_fresh`."""
    start, chosen = project.training.start, set(_own(project, layers))
    left = tuple(key for key in start.anew if key not in chosen)
    return project if left == start.anew else set_start(project, replace(start, anew=left))


def _own(project: Project, layers: Iterable[str]) -> Iterable[str]:
    for key in layers:
        layer = layer_of(project, key)
        yield from (key,) if layer.graph is None else layers_inside(project, layer)
