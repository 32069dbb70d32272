"""Networks of `keras.applications` as blocks."""

from __future__ import annotations

import keras
import pytest

from kerasstudio.graph.applications import application, applications
from kerasstudio.graph.catalogue import OUTPUT_TYPE, shipped
from kerasstudio.graph.edits import (
    add_connected,
    add_layer,
    connect,
    embed_model,
    set_trainable_up_to,
)
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.protocol import DrawApplication, Inspect
from kerasstudio.runtime.worker.applications import describe_applications, draw_application
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = pytest.mark.worker


def drawn(name: str, **arguments: object) -> Project:
    return draw_application(DrawApplication(1, name, dict(arguments)), lambda text: None).project


def test_shipped_list_is_that_of_the_installed_keras() -> None:
    names = [name for name in dir(keras.applications) if name[0].isupper()]
    assert [each.name for each in applications()] == names
    tried = ["MobileNet", "ResNet50V2"]
    assert list(describe_applications(tried)) == [application(name) for name in tried]


def test_network_stands_in_a_drawing_as_a_block() -> None:
    base = drawn("MobileNetV2", include_top=False, input_shape=[96, 96, 3], pooling="avg")
    catalogue = shipped()
    kinds = {name: catalogue.named(name) for name in ("InputLayer", "Dense")}
    assert all(kinds.values())
    project, image = add_layer(
        Project(),
        kinds["InputLayer"],
        name="image",
        arguments={"shape": [96, 96, 3]},  # type: ignore[arg-type]
    )
    project, block = embed_model(project, base, "mobilenet", 300, 0)
    project = connect(project, image, block, "inputs")
    project, dense = add_connected(
        project,
        kinds["Dense"],
        catalogue,
        source=(block, 0),
        arguments={"units": 5},  # type: ignore[arg-type]
    )
    project, _ = add_connected(project, OUTPUT_TYPE, catalogue, source=(dense, 0))
    assert structure_problems(project, catalogue) == []
    assert decode_project(encode_project(project)) == project
    report = Inspector().inspect(Inspect(1, 1, project))
    assert report.problems == ()
    assert report.nodes[block].outputs[0].shape == (None, 1280)
    assert report.nodes[block].parameters == 2_257_984
    frozen = set_trainable_up_to(project, block, False)
    report = Inspector().inspect(Inspect(1, 1, frozen))
    assert report.total == 2_257_984 + 1281 * 5
    assert report.total_trainable == 1281 * 5
    model = build_model(frozen).model
    assert len(model.trainable_weights) == 2
    assert set_trainable_up_to(frozen, block, True) == project


def test_what_keras_refuses_is_told() -> None:
    with pytest.raises(StudioError, match="does not make ResNet50 so") as raised:
        drawn("ResNet50", input_shape=[20, 20, 3], include_top=False)
    assert raised.value.problem.code == "application.refused"
    with pytest.raises(StudioError, match="no ready-made network"):
        drawn("get_file")
    with pytest.raises(StudioError, match="no ready-made network"):
        drawn("resnet")
