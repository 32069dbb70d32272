"""Blocks kept in files: what travels, and what is said of files that are none."""

from __future__ import annotations

import json

import msgspec
import pytest
from drawings import SMALL, Drawing, chain, refused

from kerasstudio.graph import edits
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.placeholders import code_hashes, is_placeholder
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.saved_blocks import (
    SavedBlock,
    block_title,
    block_type,
    decode_block,
    encode_block,
    saved_block,
)

replace = msgspec.structs.replace


def block(name: str = "twice") -> SavedBlock:
    """Its node ids are not in the order of their letters: n8 is followed by n10."""
    drawing = Drawing()
    start, _other, _another = (drawing.add(kind) for kind in ("InputLayer", "Flatten", "Flatten"))
    first, second, end = map(drawing.add, ("Dense", "Dropout", "Output"))
    drawing.wire(start, first, second, end)
    project, card = edits.group(drawing.project, [first, second], SMALL)
    return saved_block(project, card, name)


def test_a_block_comes_back_from_its_file() -> None:
    saved = block()
    again = decode_block(encode_block(saved), "x")
    assert again == saved
    for key, graph in saved.clip.graphs.items():
        assert list(again.clip.graphs[key].nodes) == list(graph.nodes), "the order of weights"
    project, card = edits.place_block(Project(), saved, 10, 20)
    layer = project.layers[project.graph.nodes[card].layer]
    assert layer.name == "twice"
    assert layer.graph is not None
    names = [project.layers[n.layer].name for n in project.graphs[layer.graph].nodes.values()]
    assert names == ["input", "dense", "dropout", "output"]
    assert decode_project(encode_project(project)) == project
    again, other = edits.place_block(project, saved, 300, 20)
    assert again.layers[again.graph.nodes[other].layer].name == "twice_1"


def test_it_is_offered_and_added_like_a_layer() -> None:
    kind = block_type(block())
    assert (block_title(kind), kind.category) == ("twice", "My blocks")
    assert kind.summary == "2 layers inside: Dense · Dropout"
    assert [port.name for port in kind.ports] == ["inputs"]
    drawing = Drawing()
    start, end = drawing.add("InputLayer"), drawing.add("Output")
    project = edits.connect(drawing.project, start, end, "inputs")
    project, card = edits.insert_layer(project, f"{end}:inputs", kind, SMALL)
    assert project.graph.wires[f"{card}:inputs"].source == start
    assert project.graph.wires[f"{end}:inputs"].source == card


def test_code_travels_untrusted() -> None:
    """A class of somebody's own: its file comes along, and is trusted by nobody yet."""
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    dense = drawing.layer(nodes[1])
    foreign = Layer(dense.id, "Mine", "mine", module="layers_of_mine")
    project = replace(drawing.project, layers={**drawing.project.layers, dense.id: foreign})
    project = edits.set_code(project, "mine.py", "class Mine:\n    pass\n")
    project = edits.set_code(project, "other.py", "class Other:\n    pass\n")
    project, card = edits.group(project, [nodes[1]], SMALL)
    saved = decode_block(encode_block(saved_block(project, card, "mine")), "x")
    assert list(saved.code) == ["mine.py"]
    there = edits.set_code(Project(), "mine.py", "class Another:\n    pass\n")
    there, _card = edits.place_block(there, saved)
    assert there.code["mine_1.py"] == saved.code["mine.py"]
    assert there.code["mine.py"] != saved.code["mine.py"]
    assert any(map(is_placeholder, there.layers.values()))
    assert code_hashes(there) >= code_hashes(project) - code_hashes(
        Project(code={"other.py": project.code["other.py"]})
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "newer KerasStudio"),
        ({"format": "other"}, "no file of a block"),
        ({"clip": {}}, "what it names is not in it"),
        ({"clip": {"nodes": [{"id": "n1", "layer": "gone"}]}}, "what it names is not in it"),
        ({"clip": 7}, "damaged"),
    ],
)
def test_bad_files_are_told(change: dict[str, object], told: str) -> None:
    body = json.loads(encode_block(block())) | change
    with pytest.raises(StudioError, match=told) as caught:
        decode_block(json.dumps(body).encode(), "bad.kstudio-block")
    assert "bad.kstudio-block" in refused(caught.value).message


@pytest.mark.parametrize("data", [b"", b"{", b"\x00\xff", b"[]", encode_block(block())[:-40]])
def test_broken_files_are_told(data: bytes) -> None:
    with pytest.raises(StudioError, match="damaged"):
        decode_block(data, "x")
