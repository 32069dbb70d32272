"""Muted and bypassed nodes: what the model is without them, and what is said of it."""

from __future__ import annotations

import pytest
from drawings import SMALL, Drawing, chain, refused

from kerasstudio.graph import edits, files
from kerasstudio.graph.bindings import resolve
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.clipboard import copy_nodes, read_clip
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Graph, Layer, Mode, Node, Project, Wire
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.switches import live_project, switched


def off(project: Project, mode: Mode, *nodes: str) -> Project:
    return edits.set_mode(project, nodes, mode)


def left(project: Project) -> list[str]:
    """Names of what is in the model."""
    live = live_project(project, SMALL)
    return [live.layers[node.layer].name for node in live.graph.nodes.values()]


def feeds(project: Project) -> set[tuple[str, str, str]]:
    """(source, target, port) of the wires in the model, by node ids."""
    wires = live_project(project, SMALL).graph.wires.values()
    return {(wire.source, wire.target, wire.port) for wire in wires}


def residual() -> tuple[Drawing, dict[str, str]]:
    """image → a → b → add (with the skip from a) → out."""
    drawing = Drawing()
    nodes = {
        name: drawing.add(kind, name)
        for name, kind in (
            ("image", "InputLayer"),
            ("a", "Dense"),
            ("b", "Dense"),
            ("add", "Add"),
            ("out", "Output"),
        )
    }
    drawing.wire(nodes["image"], nodes["a"], nodes["b"], nodes["add"], nodes["out"])
    drawing.wire(nodes["a"], nodes["add"])
    return drawing, nodes


def test_an_edit_of_values_is_followed_without_working_it_all_out() -> None:
    drawing, nodes = residual()
    project = off(drawing.project, "bypassed", nodes["b"])
    switched(project, SMALL)
    layer = project.layers[project.graph.nodes[nodes["a"]].layer]
    edited = edits.set_argument(project, layer.id, "units", 77)
    quick = switched(edited, SMALL)
    switched(drawing.project, SMALL)
    switched(off(drawing.project, "bypassed", nodes["a"]), SMALL)  # another one was the last
    assert quick == switched(edited, SMALL)
    assert quick.live.layers[layer.id].arguments["units"] == 77
    assert project.graph.nodes[nodes["b"]].layer not in quick.live.layers


def test_an_input_that_becomes_optional_is_looked_at_anew() -> None:
    drawing, nodes = residual()
    project = off(drawing.project, "bypassed", nodes["b"])
    first = switched(project, SMALL)
    layer = project.layers[project.graph.nodes[nodes["image"]].layer]
    edited = edits.set_argument(project, layer.id, "optional", True)
    assert switched(edited, SMALL).effects == first.effects
    assert switched(edited, SMALL).live.layers[layer.id].arguments["optional"] is True


def test_a_project_with_everything_on_is_the_very_same() -> None:
    drawing, _nodes = chain("InputLayer", "Dense", "Output")
    assert live_project(drawing.project, SMALL) is drawing.project
    assert switched(drawing.project, SMALL).effects == {}


def test_a_bypassed_layer_is_as_if_it_were_not_there() -> None:
    drawing, (image, dense, drop, out) = chain("InputLayer", "Dense", "Dropout", "Output")
    project = off(drawing.project, "bypassed", drop)
    live, effects = switched(project, SMALL)
    assert list(live.graph.nodes) == [image, dense, out]
    assert live.graph.wires[f"{out}:inputs"] == Wire(dense, out, "inputs")
    assert effects["main"].passing == {drop: (dense, 0)}
    assert drawing.layer(drop).id not in live.layers
    assert drawing.layer(drop).id in project.layers


def test_bypassed_layers_in_a_row_pass_on_together() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dropout", "Flatten", "Output")
    project = off(drawing.project, "bypassed", *nodes[1:4])
    assert feeds(project) == {(nodes[0], nodes[4], "inputs")}


def test_a_bypassed_layer_of_many_inputs_passes_its_first_one() -> None:
    drawing, nodes = residual()
    project = off(drawing.project, "bypassed", nodes["add"])
    assert (nodes["b"], nodes["out"], "inputs") in feeds(project)
    names = left(project)
    assert "a" in names
    assert "add" not in names


def test_what_fed_only_the_other_inputs_is_left_out() -> None:
    drawing, nodes = residual()
    skip = drawing.add("Dense", "skip")
    project = edits.disconnect(drawing.project, [f"{nodes['add']}:inputs.1"])
    project = edits.connect(project, nodes["a"], skip, "inputs")
    project = edits.connect(project, skip, nodes["add"], "inputs.1")
    bypassed = off(project, "bypassed", nodes["add"])
    assert left(bypassed) == ["image", "a", "b", "out"]


def test_a_muted_layer_takes_with_it_what_needs_it() -> None:
    drawing, (image, dense, drop, out) = chain("InputLayer", "Dense", "Dropout", "Output")
    second = drawing.add("Output", "second")
    drawing.wire(dense, second)
    project = off(drawing.project, "muted", drop)
    _live, effects = switched(project, SMALL)
    assert effects["main"].off == {drop, out}
    assert left(project) == [drawing.layer(node).name for node in (image, dense, second)]


def test_what_leads_only_to_muted_layers_is_left_out_too() -> None:
    drawing, (image, first, out) = chain("InputLayer", "Dense", "Output")
    head = drawing.add("Dense", "head")
    second = drawing.add("Output", "second")
    drawing.wire(image, head, second)
    assert left(off(drawing.project, "muted", second)) == left(
        edits.delete_nodes(drawing.project, [head, second])
    )
    assert first in live_project(off(drawing.project, "muted", second), SMALL).graph.nodes
    assert out


def test_a_muted_branch_leaves_a_layer_that_joins_with_the_other_one() -> None:
    drawing, nodes = residual()
    project = off(drawing.project, "muted", nodes["b"])
    _live, effects = switched(project, SMALL)
    assert effects["main"].passing == {nodes["add"]: (nodes["a"], 0)}
    assert feeds(project) == {
        (nodes["image"], nodes["a"], "inputs"),
        (nodes["a"], nodes["out"], "inputs"),
    }


def test_a_list_of_three_goes_on_with_two() -> None:
    drawing, nodes = residual()
    third = drawing.add("Dense", "third")
    drawing.wire(nodes["image"], third, nodes["add"])
    project = off(drawing.project, "muted", nodes["b"])
    add = nodes["add"]
    assert {(source, port) for source, target, port in feeds(project) if target == add} == {
        (nodes["a"], "inputs.0"),
        (third, "inputs.1"),
    }


def test_optional_tensors_are_dropped_states_together() -> None:
    drawing = Drawing()
    words, encoder, decoder, out = (
        drawing.add(kind, name)
        for kind, name in (
            ("InputLayer", "words"),
            ("LSTM", "encoder"),
            ("LSTM", "decoder"),
            ("Output", "out"),
        )
    )
    drawing.wire(words, encoder)
    drawing.wire(words, decoder, out)
    project = drawing.project
    for place, output in ((0, 1), (1, 2)):
        port = f"initial_state.{place}"
        project = edits.connect(project, encoder, decoder, port, output, catalogue=SMALL)
    assert left(off(project, "muted", encoder)) == ["words", "decoder", "out"]
    # A bypassed one has no states to give.
    assert feeds(off(project, "bypassed", encoder)) == {
        (words, decoder, "sequences"),
        (decoder, out, "inputs"),
    }


def test_a_required_tensor_of_a_call_with_several_is_needed() -> None:
    drawing = Drawing()
    one = drawing.add("InputLayer", "one")
    other = drawing.add("InputLayer", "other")
    attend = drawing.add("MultiHeadAttention", "attend")
    out = drawing.add("Output", "out")
    project = drawing.project
    for source, target, port in (
        (one, attend, "query"),
        (other, attend, "value"),
        (other, attend, "key"),
        (attend, out, "inputs"),
    ):
        project = edits.connect(project, source, target, port)
    assert left(off(project, "muted", other)) == []
    keyless = edits.connect(project, one, attend, "value")
    assert left(off(keyless, "muted", other)) == ["one", "attend", "out"]


def test_a_bypassed_layer_that_nothing_feeds_leaves_the_next_one_unfed() -> None:
    drawing, (drop, dense, out) = chain("Dropout", "Dense", "Output")
    project = off(drawing.project, "bypassed", drop)
    assert feeds(project) == {(dense, out, "inputs")}
    assert "structure.port_unfed" in {
        problem.code for problem in structure_problems(project, SMALL)
    }


def test_a_loose_end_stays_when_the_last_layer_is_bypassed() -> None:
    drawing, (image, dense, drop) = chain("InputLayer", "Dense", "Dropout")
    assert left(off(drawing.project, "bypassed", drop)) == [
        drawing.layer(node).name for node in (image, dense)
    ]


def test_a_layer_that_is_called_twice_stays_for_its_other_call() -> None:
    drawing, (image, dense, out) = chain("InputLayer", "Dense", "Output")
    project, again = edits.call_again(drawing.project, drawing.layer(dense).id, 0, 0)
    project, end = edits.add_layer(project, SMALL.named("Output"))  # type: ignore[arg-type]
    project = edits.connect(edits.connect(project, image, again, "inputs"), again, end, "inputs")
    live = live_project(off(project, "muted", dense), SMALL)
    assert list(live.graph.nodes) == [image, again, end]
    assert drawing.layer(dense).id in live.layers
    assert out not in live.graph.nodes


def test_inputs_and_outputs_cannot_be_bypassed_but_muted() -> None:
    drawing, (image, dense, out) = chain("InputLayer", "Dense", "Output")
    with pytest.raises(StudioError, match="nothing to pass on") as error:
        off(drawing.project, "bypassed", image, out)
    assert refused(error.value).place.node == image
    project = off(drawing.project, "bypassed", image, dense, out)
    assert [node.mode for node in project.graph.nodes.values()] == ["on", "bypassed", "on"]
    assert left(off(drawing.project, "muted", image)) == []


def test_switching_to_what_is_already_so_changes_nothing() -> None:
    drawing, (_image, dense, _out) = chain("InputLayer", "Dense", "Output")
    assert off(drawing.project, "on", dense) is drawing.project
    muted = off(drawing.project, "muted", dense)
    assert off(muted, "muted", dense) is muted
    assert off(muted, "on", dense) == drawing.project


# ---------------------------------------------------------------------- blocks


def with_block(inputs: int = 1, outputs: int = 2) -> Project:
    """A block with a Dense before each Output, fed by the Inputs in turn."""
    layers = {
        "lb": Layer("lb", "Functional", "block", "keras", graph="g1"),
        "li": Layer("li", "InputLayer", "image"),
    }
    inner_nodes: dict[str, Node] = {}
    inner: dict[str, Wire] = {}
    outer: dict[str, Wire] = {}
    nodes = {"ni": Node("ni", "li"), "nb": Node("nb", "lb")}

    def put(wires: dict[str, Wire], wire: Wire) -> None:
        wires[wire.key] = wire

    for number in range(inputs):
        layers[f"lx{number}"] = Layer(f"lx{number}", "InputLayer", f"x{number}")
        inner_nodes[f"x{number}"] = Node(f"x{number}", f"lx{number}")
        put(outer, Wire("ni", "nb", "inputs" if inputs == 1 else f"x{number}"))
    for number in range(outputs):
        layers[f"ld{number}"] = Layer(f"ld{number}", "Dense", f"d{number}")
        layers[f"ly{number}"] = Layer(f"ly{number}", "Output", f"y{number}", "kerasstudio")
        layers[f"lo{number}"] = Layer(f"lo{number}", "Output", f"o{number}", "kerasstudio")
        inner_nodes[f"d{number}"] = Node(f"d{number}", f"ld{number}")
        inner_nodes[f"y{number}"] = Node(f"y{number}", f"ly{number}")
        nodes[f"o{number}"] = Node(f"o{number}", f"lo{number}")
        put(inner, Wire(f"x{number % inputs}", f"d{number}", "inputs"))
        put(inner, Wire(f"d{number}", f"y{number}", "inputs"))
        put(outer, Wire("nb", f"o{number}", "inputs", number))
    graphs = {
        "main": Graph("main", nodes=nodes, wires=outer),
        "g1": Graph("g1", "block", inner_nodes, inner),
    }
    project = Project(layers=layers, graphs=graphs)
    assert not files.find_faults(project)
    return project


def test_what_a_block_loses_inside_it_loses_outside() -> None:
    project = with_block(outputs=3)
    muted = edits.set_mode(project, ["d1"], "muted", "g1")
    live, effects = switched(muted, SMALL)
    assert effects["g1"].off == {"d1", "y1"}
    assert effects["main"].off == {"o1"}
    # The third output is the second one now.
    assert {wire.target: wire.output for wire in live.graph.wires.values()} == {
        "nb": 0,
        "o0": 0,
        "o2": 1,
    }


def test_the_ports_of_a_block_follow_the_inputs_that_are_left() -> None:
    project = with_block(inputs=2)
    muted = edits.set_mode(project, ["x1"], "muted", "g1")
    live = live_project(muted, SMALL)
    assert [wire.port for wire in live.graph.wires.values() if wire.target == "nb"] == ["inputs"]
    assert "o1" not in live.graph.nodes


def test_a_layer_bypassed_in_a_block_changes_nothing_outside() -> None:
    project = with_block()
    live = live_project(edits.set_mode(project, ["d1"], "bypassed", "g1"), SMALL)
    assert live.graph is project.graph
    assert live.graphs["g1"].wires["y1:inputs"].source == "x0"


# ---------------------------------------------------------------------- said, saved, built


def test_problems_say_what_is_off_and_switch_it_on() -> None:
    drawing, (_image, dense, drop, _out) = chain("InputLayer", "Dense", "Dropout", "Output")
    second = drawing.add("Output", "second")
    drawing.wire(dense, second)
    project = off(off(drawing.project, "muted", drop), "bypassed", dense)
    hints = structure_problems(project, SMALL)
    assert [hint.code for hint in hints] == ["structure.bypassed", "structure.muted"]
    assert {hint.severity for hint in hints} == {"hint"}
    assert hints[1].message == (
        '"dropout" is muted: the model is without it, and without "output", which needs it.'
    )
    for hint in hints:
        project = apply_fix(project, hint.fixes[0], SMALL)
    assert project == drawing.project


def test_muting_the_only_way_is_an_error_that_names_the_layer() -> None:
    drawing, (_image, dense, _out) = chain("InputLayer", "Dense", "Output")
    project = off(drawing.project, "muted", dense)
    errors = [each for each in structure_problems(project, SMALL) if each.severity == "error"]
    assert [error.code for error in errors] == ["structure.all_off"]
    assert errors[0].place.node == dense
    assert apply_fix(project, errors[0].fixes[0], SMALL) == drawing.project


def test_errors_of_what_is_off_are_not_told() -> None:
    drawing, (_image, dense, out) = chain("InputLayer", "Dense", "Output")
    broken = drawing.add("Add", "broken")
    second = drawing.add("Output", "second")
    drawing.wire(dense, broken, second)
    assert any(each.severity == "error" for each in structure_problems(drawing.project, SMALL))
    project = off(drawing.project, "muted", broken)
    assert {each.code for each in structure_problems(project, SMALL)} == {"structure.muted"}
    assert out


def test_modes_are_saved_copied_and_told_in_differences() -> None:
    drawing, (_image, dense, drop, _out) = chain("InputLayer", "Dense", "Dropout", "Output")
    plain = files.encode_project(drawing.project)
    assert b'"mode"' not in plain
    project = off(off(drawing.project, "muted", dense), "bypassed", drop)
    assert files.decode_project(files.encode_project(project)) == project
    change = diff(drawing.project, project)
    assert change.affects_model
    assert not change.only_moved
    assert describe(drawing.project, project) == ["dense muted", "dropout bypassed"]
    assert describe(project, drawing.project) == ["dense switched on", "dropout switched on"]
    clip = read_clip(copy_nodes(project, [dense, drop]))
    assert clip is not None
    _pasted, new = edits.paste(project, clip, 0, 0)
    assert [_pasted.graph.nodes[node].mode for node in new] == ["muted", "bypassed"]


def test_code_and_columns_follow(keras_catalogue: Catalogue) -> None:
    drawing = Drawing(catalogue=keras_catalogue)
    image = drawing.add("InputLayer", "image", shape=[4])
    drop = drawing.add("Dropout", "drop", rate=0.5)
    out, other = drawing.add("Output", "out"), drawing.add("Output", "other")
    drawing.wire(image, drop, out)
    drawing.wire(image, other)
    project = edits.set_mode(drawing.project, [drop], "bypassed")
    project = edits.set_mode(project, [other], "muted")
    without = edits.delete_and_reconnect(drawing.project, [drop])
    without = edits.delete_nodes(without, [other])
    assert python_code(project) == python_code(without)
    columns = (Column("x", "s", "number"), Column("y", "s", "number", "target"))
    project = edits.set_data(project, DataSpec(columns=columns))
    assert list(resolve(project).outputs) == [drawing.layer(out).id]
    assert not resolve(project).problems
