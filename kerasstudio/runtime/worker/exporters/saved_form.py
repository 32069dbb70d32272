"""A model as files hold it."""

from __future__ import annotations

import keras
import msgspec

from kerasstudio.graph.chains import chain_of
from kerasstudio.runtime.worker.exporters.exporter import Subject
from kerasstudio.runtime.worker.saving import saved_model


def saved_form(subject: Subject, chains: bool = False) -> keras.Model:
    """The model to write, of the same layers, compiled as the subject's is and with the state of
    its optimizer; Sequential where the graph is one, with `chains` wherever it could be one."""
    project = subject.completed or subject.project
    graph = project.graph
    if chains and chain_of(project, graph):
        graph = msgspec.structs.replace(graph, kind="sequential")
        project = msgspec.structs.replace(project, graphs={**project.graphs, graph.id: graph})
    return saved_model(project, subject.built)
