"""Generated code as text: formatted, clean, harmless whatever people call things, and linked to
the nodes that it stands for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasstudio.graph.codegen import notebook, python_code, write_script
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Frame, Graph, Layer, Node, Note, Project, Wire
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from, templates
from tests.graph.recorded_keras import assert_same, run
from tests.graph.test_codegen_loops import Drawing

RULES = "E,F,W,I,N,UP,B,C4,SIM,RET,PIE,RUF,PERF,FURB"


def scripts() -> dict[str, str]:
    found = {t.id: python_code(project_from(t.id)) for t in templates() if t.id != "blank"}
    found |= {f"drawing_{seed}": python_code(Drawing(seed).project()) for seed in range(40)}
    return found


def test_code_is_as_formatters_and_linters_want_it(tmp_path: Path) -> None:
    for name, code in scripts().items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    wide = ["--isolated", "--line-length", "88"]
    done = subprocess.run(
        [*ruff, "format", *wide, "--diff", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    # Paths of sample files are as long as they are; `zip` is given columns of one length.
    ignored = ["--ignore", "E501,B905"]
    done = subprocess.run(
        [*ruff, "check", *wide, "--select", RULES, *ignored, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


# ---------------------------------------------------------------------- blocks


def block(project: Project, graph: str, *layers: Layer, name: str = "inner") -> Project:
    """A graph of a chain of layers, with an Input and an Output, added to a project."""
    first = Layer(f"{graph}i", "InputLayer", "x", arguments={"shape": [8]})
    last = Layer(f"{graph}o", "Output", "y", module="kerasstudio")
    every = (first, *layers, last)
    nodes = {f"n{layer.id}": Node(f"n{layer.id}", layer.id) for layer in every}
    wires = {}
    for one, other in pairwise(every):
        wire = Wire(f"n{one.id}", f"n{other.id}", "inputs")
        wires[wire.key] = wire
    return msgspec.structs.replace(
        project,
        layers={**project.layers, **{layer.id: layer for layer in every}},
        graphs={**project.graphs, graph: Graph(graph, name, nodes, wires)},
    )


def dense(key: str, name: str, units: int, **more: object) -> Layer:
    return Layer(key, "Dense", name, arguments={"units": units, **more})


def with_blocks(count: int, **changes: object) -> Project:
    """A chain of blocks of one form with other numbers."""
    project = Project()
    blocks = []
    for number in range(count):
        inside = [
            dense(f"a{number}", f"block_{number}_wide", 8 * (number + 1)),
            dense(f"b{number}", f"block_{number}_back", 8, activation="relu"),
        ]
        project = block(project, f"g{number}", *inside)
        blocks.append(
            Layer(
                f"k{number}", "Functional", f"block_{number}", module="keras.models",
                graph=f"g{number}", **changes,  # type: ignore[arg-type]
            )
        )  # fmt: skip
    outer = block(project, "main", *blocks, name="model")
    return msgspec.structs.replace(outer, root="main")


def test_blocks_of_one_form_are_one_function_with_parameters() -> None:
    code = assert_same(with_blocks(3))
    assert code.count("def build_") == 2
    assert "def build_block(units, name) -> keras.Model:" in code
    assert 'name=f"{name}_wide"' in code
    assert "for " in code


def test_frozen_blocks_are_set_so_after_they_are_made() -> None:
    code = assert_same(with_blocks(1, trainable=False))
    assert "    block_0.trainable = False\n" in code


def test_shared_block_is_made_once() -> None:
    project = with_blocks(1)
    graph = project.graph
    again = Node("again", "k0")
    wires = {
        **graph.wires,
        "again:inputs": Wire("nk0", "again", "inputs"),
        "nmaino:inputs": Wire("again", "nmaino", "inputs"),
    }
    changed = msgspec.structs.replace(graph, nodes={**graph.nodes, "again": again}, wires=wires)
    code = assert_same(msgspec.structs.replace(project, graphs={**project.graphs, "main": changed}))
    assert "    block_0 = build_block_0()\n" in code
    assert code.count("build_block_0()") == 2  # the function, and the one call


def test_layer_of_several_graphs_is_handed_to_the_functions() -> None:
    project = with_blocks(1)
    graph = project.graph
    nodes = {**graph.nodes, "own": Node("own", "a0")}
    layers = {**project.layers, "a0": dense("a0", "both", 8)}
    wires = {
        **graph.wires,
        "own:inputs": Wire("nk0", "own", "inputs"),
        "nmaino:inputs": Wire("own", "nmaino", "inputs"),
    }
    changed = msgspec.structs.replace(graph, nodes=nodes, wires=wires)
    project = msgspec.structs.replace(
        project, layers=layers, graphs={**project.graphs, "main": changed}
    )
    code = assert_same(project)
    assert "def build_block_0(both) -> keras.Model:" in code
    assert code.count('name="both"') == 1


# ---------------------------------------------------------------------- what lines stand for


@pytest.mark.parametrize("seed", range(12))
def test_every_node_has_lines_and_lines_have_nodes(seed: int) -> None:
    project = Drawing(seed).project()
    script = write_script(project)
    lines = script.text.split("\n")
    for key, node in project.graph.nodes.items():
        layer = project.layers[node.layer]
        spans = script.spans_of({key}, "main")
        assert spans, layer.name
        for span in spans:
            assert ("main", key) in script.nodes_at(span.first)
            assert span.last < len(lines)
        if not layer.is_output:
            text = "\n".join(lines[span.first] for span in spans)
            assert layer.class_name.removesuffix("Layer") in text or "def " in script.text
    # The head of a loop stands for all that is in it, and is marked only with all of it.
    heads = [n for n, line in enumerate(lines) if line.strip().startswith("for ")]
    for number in heads:
        nodes = {node for _, node in script.nodes_at(number)}
        assert len(nodes) > 1
        some = script.spans_of({next(iter(nodes))}, "main")
        assert not any(span.first <= number <= span.last for span in some)
        assert any(span.first <= number <= span.last for span in script.spans_of(nodes, "main"))


def test_lines_of_blocks_stand_for_the_nodes_inside() -> None:
    script = write_script(with_blocks(3))
    lines = script.text.split("\n")
    inside = script.spans_of({"na1"}, "g1")
    assert ["_wide" in lines[span.first] for span in inside] == [True]
    assert {graph for graph, _ in script.nodes_at(inside[0].first)} == {"g0", "g1", "g2"}
    assert script.nodes_at(0) == ()
    assert script.spans_of({"nobody"}, "main") == []


# ---------------------------------------------------------------------- what people write

WORDS = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "a\"\n'''\nimport os; os.system(\"touch MARKER\") # \\",
        "{open('MARKER', 'w')}",
        "{{x}}",
        "\\",
        'x"""',
        "\u2028import os",
        "\x0cimport os",
        "'; raise SystemExit #",
        "name\r\nimport os",
        "%s %(x)s {0}",
        "__import__('os')",
        "ℌﬁ",
        "\ud800",
    ]
)
ALLOWED = (
    ast.Module, ast.Expr, ast.Import, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.arguments,
    ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.For, ast.If, ast.While, ast.Pass, ast.Try,
    ast.ExceptHandler, ast.With, ast.withitem, ast.Call, ast.keyword, ast.Starred, ast.Name,
    ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.JoinedStr, ast.FormattedValue,
    ast.List, ast.Tuple, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare,
    ast.IfExp, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.Load, ast.Store,
    ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip
MODULES = {"keras", "numpy", "csv", "sys", "pathlib"}
UNSAFE = {"open", "eval", "exec", "compile", "__import__", "getattr", "globals", "breakpoint"}


def assert_harmless(code: str) -> None:
    """Only what our own templates are made of: no name or path can add a statement or a call."""
    tree = ast.parse(code.encode("utf-8", "surrogatepass"))
    for node in ast.walk(tree):
        assert isinstance(node, ALLOWED), ast.dump(node)
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= MODULES
        if isinstance(node, ast.ImportFrom):
            assert node.module in MODULES
        if isinstance(node, ast.Name):
            assert node.id not in UNSAFE
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("system", "popen", "__class__")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr != "open" or isinstance(node.func.value, ast.Name)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(names=st.lists(WORDS, min_size=9, max_size=9, unique=True), title=WORDS)
def test_names_of_people_cannot_add_anything(names: list[str], title: str) -> None:
    sketch = Sketch()
    node = sketch.input(names[0], [4])
    for number in range(3):
        node = sketch.layer("Dense", node, name=f"{names[1]}{number}", units=4, activation=names[2])
    node = sketch.layer("StringLookup", node, name=names[5], vocabulary=list(names))
    sketch.output(names[3], node)
    data = DataSpec(
        sources=(Source("s1", f"/tmp/{names[6]}.csv", "csv", {"delimiter": names[7]}),),
        columns=(
            Column(names[4], "s1", "number"),
            Column(f"{names[8]}t", "s1", "category", "target", "index"),
        ),
    )
    project = sketch.project(data)
    graph = msgspec.structs.replace(
        project.graph,
        name=names[5],
        notes={"c1": Note("c1", names[6])},
        frames={"f1": Frame("f1", names[7])},
    )
    project = msgspec.structs.replace(
        project, graphs={"main": graph}, code={names[8]: "class Unused:\n    pass\n"}
    )
    code = python_code(project, title=title)
    assert_harmless(code)
    told = {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}
    assert {names[0], names[2], names[5]} <= told
    cells = json.loads(json.dumps(notebook(project, title=title)))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            assert_harmless("".join(cell["source"]))


def code_or_problem(project: Project) -> str | Problem:
    try:
        return python_code(project)
    except StudioError as error:
        return error.problem


@settings(max_examples=60, deadline=None, derandomize=True)
@given(name=WORDS, argument=WORDS, value=WORDS, module=WORDS, class_name=WORDS)
def test_classes_and_arguments_of_files_cannot_add_anything(
    name: str, argument: str, value: str, module: str, class_name: str
) -> None:
    for layer in (
        Layer("l1", class_name, name, module=module),
        Layer("l1", "Dense", name, arguments={argument: value}),
        Layer("l1", class_name, name, module="keras.src.layers", arguments={"units": value}),
        Layer("l1", class_name, name, module="keras.utils", arguments={"origin": value}),
        Layer("l1", "Dense", name, registered_name=f"{module}>{class_name}"),
    ):
        project = block(Project(), "main", layer)
        found = code_or_problem(project)
        if isinstance(found, str):
            assert_harmless(found)
        else:
            assert found.code.startswith("export.")


@pytest.mark.parametrize(
    ("module", "class_name"),
    [
        ("keras.utils", "get_file"),
        ("keras.saving", "load_model"),
        ("keras.src.saving.saving_api", "load_model"),
        ("keras.config", "set_floatx"),
        ("keras.src.utils.file_utils", "File"),
        ("keras.layers", "__class__"),
        ("keras.layers.os", "system"),
        ("kerasx.layers", "Dense"),
    ],
)
def test_only_classes_that_do_nothing_when_made_are_written(module: str, class_name: str) -> None:
    project = block(Project(), "main", Layer("l1", class_name, "x", module=module))
    with pytest.raises(StudioError) as caught:
        python_code(project)
    assert caught.value.problem.code == "export.class"
    assert caught.value.problem.place.layer == "l1"


# ---------------------------------------------------------------------- code of the project's own

OWN = '''
"""My layers."""
from __future__ import annotations

import math
import keras

SCALE = math.pi


@keras.saving.register_keras_serializable("mine")
class Twice(keras.layers.Layer):
    def call(self, x):
        return x * 2
'''


def test_own_classes_are_part_of_the_script() -> None:
    layer = Layer("l1", "Twice", "double", module="mine", registered_name="mine>Twice")
    project = block(Project(), "main", layer)
    with pytest.raises(StudioError, match="not part of the project"):
        python_code(project)
    code = python_code(
        msgspec.structs.replace(project, code={"my\nlayers.py": OWN, "other.py": "x = 1\n"})
    )
    assert "# my layers.py\n" in code
    assert code.index("from __future__ import annotations") < code.index("import keras")
    assert code.count("import keras\n") == 1
    assert "import math\n" in code
    assert 'Twice(name="double")' in code
    assert "x = 1" not in code  # nothing of it is used
    ast.parse(code)
    broken = msgspec.structs.replace(project, code={"my.py": "class Twice(:\n"})
    with pytest.raises(StudioError, match="no Python") as caught:
        python_code(broken)
    assert caught.value.problem.place.row == 1


# ---------------------------------------------------------------------- odds and ends


def test_long_constants_have_a_place_of_their_own() -> None:
    words = [f"word {number}" for number in range(60)]
    lookup = Layer("l1", "StringLookup", "lookup", arguments={"vocabulary": words})
    code = python_code(block(Project(), "main", lookup))
    assert "vocabulary=VOCABULARY" in code
    made: dict[str, object] = {}
    start = code.index("VOCABULARY = [")
    exec(code[start : code.index("\n]\n", start) + 3], made)
    assert made["VOCABULARY"] == words
    assert max(map(len, code.splitlines())) <= 88


def test_layers_called_like_operations_are_kept_apart() -> None:
    sketch = Sketch()
    x = sketch.input("x", [4])
    node = sketch.layer("Add", x, x, name="add_3")
    sketch.output("y", node)
    project = sketch.project()
    assert "get_uid" not in python_code(project)
    plus = Layer("l9", "Add", "add", module="keras.src.ops.numpy")
    call = {"args": [{"$port": "x1"}, {"$port": "x2"}], "kwargs": {}}
    ends = {layer.id for layer in project.layers.values() if layer.is_output}
    (output,) = (key for key, each in project.graph.nodes.items() if each.layer in ends)
    wires = {key: wire for key, wire in project.graph.wires.items() if wire.target != output}
    for wire in (Wire(node, "n9", "x1"), Wire(x, "n9", "x2"), Wire("n9", output, "inputs")):
        wires[wire.key] = wire
    graph = msgspec.structs.replace(
        project.graph, nodes={**project.graph.nodes, "n9": Node("n9", "l9", call=call)}, wires=wires
    )
    project = msgspec.structs.replace(
        project, layers={**project.layers, "l9": plus}, graphs={"main": graph}
    )
    code = python_code(project)
    assert 'while keras.backend.get_uid("add") <= 3:' in code
    assert " + x" in code


def test_very_deep_models_raise_the_limit_of_recursion() -> None:
    sketch = Sketch()
    node = sketch.input("x", [8])
    for number in range(400):
        node = sketch.layer("Dense", node, name=f"dense_{number}", units=8)
    sketch.output("y", node)
    code = python_code(sketch.project())
    assert "sys.setrecursionlimit(" in code
    assert len(code.splitlines()) < 40  # a loop
    _, recording = run(code)
    assert len(recording.layers) == 400


def test_notebook_has_the_program_in_cells() -> None:
    made = notebook(project_from("digits_cnn"), title="Digits *1*")
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    cells = made["cells"]
    assert isinstance(cells, list)
    assert [cell["cell_type"] for cell in cells[:2]] == ["markdown", "code"]
    assert "Digits \\*1\\*" in "".join(cells[0]["source"])
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        assert set(cell) == {"cell_type", "metadata", "source", "id"} | (
            {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        )
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tags = [cell["metadata"]["tags"][0] for cell in code]
    assert tags == ["imports", "data", "model", "summary", "training", "evaluation"]
    whole = "\n".join("".join(cell["source"]) for cell in code)
    names = {node.name for node in ast.walk(ast.parse(whole)) if isinstance(node, ast.FunctionDef)}
    assert {"load_data", "build_model", "compile_model"} <= names
    assert "main" not in names
    assert "model.fit(" in "".join(code[4]["source"])
