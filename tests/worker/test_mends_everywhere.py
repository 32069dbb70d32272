"""Mends and letters of axes in blocks, beside what is off, and while a variant is tried."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.runtime.protocol import Inspect, Inspected, Suppose
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

Input = keras.Input


def look(project: Project, inspector: Inspector | None = None) -> Inspected:
    return (inspector or Inspector()).inspect(Inspect(1, 1, project, thorough=True))


def problems(project: Project) -> tuple[str, ...]:
    return tuple(problem.code for problem in look(project).problems)


def layer_of(project: Project, name: str) -> str:
    return next(layer.id for layer in project.layers.values() if layer.name == name)


def node_of(project: Project, name: str) -> str:
    wanted = layer_of(project, name)
    return next(
        node.id
        for graph in project.graphs.values()
        for node in graph.nodes.values()
        if node.layer == wanted
    )


def with_block() -> Project:
    """A residual block inside of a model for pictures."""
    x = Input((8, 8, 4), name="map")
    y = layers.Conv2D(4, 3, padding="same", name="conv")(x)
    block = keras.Model(x, layers.Add(name="add")([x, y]), name="block")
    image = Input((8, 8, 4), name="image")
    flat = layers.Flatten(name="flat")(block(image))
    return import_keras(keras.Model(image, layers.Dense(2, name="head")(flat)))[0]


def test_letters_go_into_blocks_and_out_of_them() -> None:
    project = with_block()
    nodes = look(project).nodes
    assert nodes[node_of(project, "map")].outputs[0].axes == "BHWC"
    assert nodes[node_of(project, "image")].outputs[0].axes == "BHWC"
    assert nodes[node_of(project, "block")].outputs[0].axes == "BHWC"
    inside = nodes[node_of(project, "conv")], nodes[node_of(project, "add")]
    adds = [info.multiply_adds or 0 for info in inside]
    sizes = [info.activation_bytes or 0 for info in inside]
    card = nodes[node_of(project, "block")]
    assert card.multiply_adds == sum(adds)
    assert card.activation_bytes == sum(sizes), "what comes in is counted outside"


def test_mends_inside_of_a_block() -> None:
    project = with_block()
    assert problems(project) == ()
    broken = edits.set_argument(project, layer_of(project, "conv"), "filters", 6)
    (problem,) = look(broken).problems
    assert problem.code == "shape.mismatch"
    assert problem.place.graph != project.root
    assert "channels 6" in problem.message
    assert problem.fixes
    for fix in problem.fixes:
        if fix.kind not in {"remove_wire", "remove_node"}:
            assert problems(apply_fix(broken, fix, shipped())) == (), fix.label


def test_a_mend_inside_must_not_break_what_is_outside() -> None:
    """The block's output feeds an Add outside that wants four channels."""
    x = Input((8, 8, 4), name="map")
    y = layers.Conv2D(4, 1, name="one")(x)
    z = layers.Conv2D(4, 1, name="two")(x)
    block = keras.Model(x, layers.Average(name="mean")([y, z]), name="block")
    image = Input((8, 8, 4), name="image")
    both = layers.Add(name="outer")([image, block(image)])
    project = import_keras(keras.Model(image, layers.Flatten(name="flat")(both)))[0]
    broken = edits.set_argument(project, layer_of(project, "two"), "filters", 6)
    (problem,) = look(broken).problems
    labels = [fix.label for fix in problem.fixes]
    assert 'set filters of "two" to 4' in labels
    assert 'set filters of "one" to 6' not in labels
    for fix in problem.fixes:
        if fix.kind not in {"remove_wire", "remove_node"}:
            assert problems(apply_fix(broken, fix, shipped())) == (), fix.label


@pytest.mark.parametrize("mode", ["bypassed", "muted"])
def test_mends_beside_what_is_switched_off(mode: str) -> None:
    sketch = Sketch()
    image = sketch.input("image", [8, 8, 3])
    off = sketch.layer("Dropout", image, name="off", rate=0.5)
    rows = sketch.layer("LSTM", off, name="rows", units=4)
    sketch.output("y", sketch.layer("Dense", rows, name="scores", units=2))
    project = sketch.project()
    if mode == "muted":
        other = sketch.layer("Conv2D", image, name="aside", filters=2, kernel_size=3)
        project = edits.set_mode(sketch.project(), [other], "muted")
    else:
        project = edits.set_mode(project, [node_of(project, "off")], "bypassed")
    (problem,) = [each for each in look(project).problems if each.severity == "error"]
    assert problem.place.node == node_of(project, "rows")
    assert "height 8, width 8, channels 3" in problem.message
    assert any(fix.kind == "insert_layer" for fix in problem.fixes)
    for fix in problem.fixes:
        mended = apply_fix(project, fix, shipped())
        still_off = [node.mode for node in mended.graph.nodes.values() if node.mode != "on"]
        assert still_off == [mode], fix.label
        wrong = [
            each.code for each in look(mended).problems if each.place.node == problem.place.node
        ]
        assert wrong == [], fix.label


def test_a_variant_leaves_the_mends_alone() -> None:
    sketch = Sketch()
    flat = sketch.layer("Dense", sketch.input("x", [4]), name="dense", units=4)
    bad = sketch.layer("LSTM", flat, name="bad", units=4)
    sketch.output("y", bad)
    project, inspector = sketch.project(), Inspector()
    look(project, inspector)
    before = inspector.problems()
    assert before[0].fixes
    variant = edits.set_argument(project, layer_of(project, "dense"), "units", 5)
    inspector.suppose(Suppose(2, variant, (bad,)))
    assert inspector.problems() == before
    assert not inspector.verify(0.0)
