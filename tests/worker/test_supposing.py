"""What would be if the drawing were another one."""

from __future__ import annotations

import pytest

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import LayerType, shipped
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.runtime.protocol import Inspect, Suppose, Supposed
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = pytest.mark.worker


def kind(name: str) -> LayerType:
    found = shipped().named(name)
    assert found is not None
    return found


def two_images() -> tuple[Project, dict[str, str]]:
    sketch = Sketch()
    nodes = {"a": sketch.input("a", [8, 8, 4]), "b": sketch.input("b", [8, 8, 2])}
    nodes["flat"] = sketch.layer("Flatten", nodes["a"], name="flat")
    nodes["y"] = sketch.output("y", sketch.layer("Dense", nodes["flat"], units=2))
    return sketch.project(), nodes


def suppose(inspector: Inspector, project: Project, *nodes: str) -> Supposed:
    return inspector.suppose(Suppose(1, project, nodes))


def test_a_variant_is_judged_and_forgotten() -> None:
    project, nodes = two_images()
    inspector = Inspector()
    inspector.inspect(Inspect(1, 1, project))
    while inspector.verify(5):
        pass
    wire = f"{nodes['flat']}:inputs"
    for name, works in (("Add", False), ("Concatenate", True)):
        variant, node = edits.join_in_wire(project, wire, nodes["b"], kind(name), shipped())
        answer = suppose(inspector, variant, node)
        assert (answer.nodes[node].status == "ok") is works
        assert [problem.place.node for problem in answer.problems] == ([] if works else [node])
        if works:
            assert answer.nodes[node].outputs[0].shape == (None, 8, 8, 6)
    again = inspector.inspect(Inspect(2, 2, project))
    assert again.nodes == {}
    assert again.removed == ()
    assert again.problems == ()


def test_errors_that_are_there_already_are_not_told_again() -> None:
    project, nodes = two_images()
    broken, pool = edits.add_layer(project, kind("MaxPooling1D"))
    broken = edits.connect(broken, nodes["a"], pool, "inputs")
    inspector = Inspector()
    assert inspector.inspect(Inspect(1, 1, broken)).problems
    variant, lstm = edits.insert_layer(broken, f"{nodes['flat']}:inputs", kind("LSTM"), shipped())
    problems = suppose(inspector, variant).problems
    assert [problem.place.node for problem in problems] == [lstm]


def test_what_tracing_has_found_stays_known() -> None:
    sketch = Sketch()
    words = sketch.input("words", [4], dtype="string")
    sketch.output("y", sketch.layer("Dense", words, units=2))
    project = sketch.project()
    inspector = Inspector()
    inspector.inspect(Inspect(1, 1, project))
    while inspector.verify(5):
        pass
    known = inspector.problems()
    node = next(iter(project.graph.nodes))
    suppose(inspector, edits.delete_nodes(project, [node]))
    assert inspector.problems() == known


def test_before_anything_was_inspected() -> None:
    project, nodes = two_images()
    answer = suppose(Inspector(), project, nodes["flat"])
    assert answer.nodes[nodes["flat"]].outputs[0].shape == (None, 256)
    assert answer.problems == ()
