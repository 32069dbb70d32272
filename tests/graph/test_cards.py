"""What cards say, and where their ports are; for every layer of the installed Keras."""

from __future__ import annotations

from typing import Any

import pytest
from drawings import SMALL, Drawing

from kerasstudio.graph import edits
from kerasstudio.graph.cards import card_lines, card_size, port_offset
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.ports import free_port, input_ports, output_names, visible_ports
from kerasstudio.graph.project import Layer


@pytest.mark.parametrize(
    ("class_name", "arguments", "lines"),
    [
        ("InputLayer", {"shape": [28, 28, 1]}, ("28 × 28 × 1", "float32")),
        ("InputLayer", {"shape": [None], "dtype": "int32"}, ("?", "int32")),
        ("InputLayer", {"shape": []}, ("scalar", "float32")),
        ("Dense", {"units": 1}, ("1 unit", "linear")),
        ("Dense", {"units": 10, "activation": "softmax"}, ("10 units", "softmax")),
        (
            "Conv2D",
            {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"},
            ("32 filters · 3 × 3", "relu · same"),
        ),
        ("Conv2D", {"filters": 8, "kernel_size": [1, 5]}, ("8 filters · 1 × 5", "linear · valid")),
        ("MaxPooling2D", {"pool_size": 2, "strides": 1}, ("2 × 2", "valid")),
        ("Dropout", {"rate": 0.25}, ("rate 0.25",)),
        ("Embedding", {"input_dim": 20_000, "output_dim": 64}, ("20,000 words → 64",)),
        ("MultiHeadAttention", {"num_heads": 4, "key_dim": 16}, ("4 heads × 16",)),
        ("LSTM", {"units": 8, "return_sequences": True}, ("8 units", "tanh · sequences")),
        ("BatchNormalization", {}, ("axis −1", "momentum 0.99")),
        (
            "Bidirectional",
            {
                "layer": {
                    "module": "keras.layers",
                    "class_name": "LSTM",
                    "config": {"units": 32},
                    "registered_name": None,
                }
            },
            ("LSTM · 32 units", "concat"),
        ),
        ("Flatten", {}, ()),
        ("Rescaling", {"scale": 0.5, "offset": -1.0}, ("scale 0.5", "offset −1")),
    ],
)
def test_lines(
    keras_catalogue: Catalogue,
    class_name: str,
    arguments: dict[str, Any],
    lines: tuple[str, ...],
) -> None:
    layer = Layer("l", class_name, "x", arguments=arguments)
    assert card_lines(layer, keras_catalogue.layer_type(layer)) == lines


def test_every_layer_has_a_card(keras_catalogue: Catalogue) -> None:
    for kind in keras_catalogue.layers:
        for arguments in ({}, kind.example, dict.fromkeys(kind.example)):
            layer = Layer("l", kind.class_name, "x", kind.module, arguments=dict(arguments))
            lines = card_lines(layer, kind)
            assert len(lines) <= 2
            assert all(0 < len(line) <= 26 for line in lines)


def test_an_unknown_class_tells_its_arguments() -> None:
    layer = Layer("l", "Mine", "x", "mine", arguments={"alpha": 3, "beta": [1, 2], "gamma": None})
    assert card_lines(layer, None) == ("alpha 3", "beta 1 × 2")


def test_joining_layers_tell_their_inputs() -> None:
    assert card_lines(Layer("l", "Add", "x"), SMALL.named("Add"), 3) == ("3 inputs",)


@pytest.mark.parametrize("flow", ["right", "down"])
@pytest.mark.parametrize("count", [1, 2, 9, 20])
def test_ports_lie_on_the_edges(count: int, flow: str) -> None:
    size = card_size(count, 1, flow)
    width, height = size
    inputs = [port_offset("input", index, count, size, flow) for index in range(count)]
    across = [y if flow == "right" else x for x, y in inputs]
    assert across == sorted(set(across))
    assert min(across) >= 8
    assert max(across) <= (height if flow == "right" else width) - 8
    assert {x if flow == "right" else y for x, y in inputs} == {0.0}
    out = port_offset("output", 0, 1, size, flow)
    assert out == ((width, height / 2) if flow == "right" else (width / 2, height))


def test_slots_of_a_list_port() -> None:
    drawing = Drawing()
    sources = [drawing.add("InputLayer") for _ in range(3)]
    add = drawing.add("Add")

    def slots() -> list[tuple[str, bool, bool]]:
        return [
            (slot.name, slot.required, slot.is_free)
            for slot in input_ports(drawing.project, add, SMALL)
        ]

    assert slots() == [("inputs.0", True, True), ("inputs.1", True, True)]
    for source in sources:
        drawing.wire(source, add)
    assert slots() == [
        ("inputs.0", True, False),
        ("inputs.1", True, False),
        ("inputs.2", False, False),
        ("inputs.3", False, True),
    ]
    free = free_port(drawing.project, add, SMALL)
    assert free is not None
    assert free.name == "inputs.3"


def test_masks_and_states_show_only_when_wired() -> None:
    drawing = Drawing()
    source, lstm = drawing.add("InputLayer"), drawing.add("LSTM")
    names = [slot.name for slot in visible_ports(drawing.project, lstm, SMALL)]
    assert names == ["sequences"]
    drawing.project = edits.connect(drawing.project, source, lstm, "initial_state.0")
    names = [slot.name for slot in visible_ports(drawing.project, lstm, SMALL)]
    assert names == ["sequences", "initial_state.0"]


def test_output_names(keras_catalogue: Catalogue) -> None:
    def names(class_name: str, **arguments: Any) -> tuple[str, ...]:
        drawing = Drawing(catalogue=keras_catalogue)
        node = drawing.add(class_name, **arguments)
        return output_names(drawing.project, node, keras_catalogue)

    def wrapped(class_name: str) -> dict[str, Any]:
        config = {"units": 3, "return_state": True}
        return {"module": "keras.layers", "class_name": class_name, "config": config}

    assert names("Output") == ()
    assert names("Dense") == ("output",)
    assert names("LSTM") == ("output",)
    assert names("LSTM", return_state=True) == ("output", "state h", "state c")
    assert len(names("Bidirectional", layer=wrapped("LSTM"))) == 5
    assert len(names("Bidirectional", layer=wrapped("GRU"))) == 3
