"""Layers that are code: drawn with wires, arguments and weights, never run before they are trusted,
and written back as they came."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from malicious_files import make_all, saved_model, stored_lambda
from projects import digits_mlp

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.placeholders import code_hash, code_hashes, is_placeholder, placeholders
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.runtime.protocol import Export, ImportModel, Inspect, Inspected, Train
from kerasstudio.runtime.runs import RunRecord, create_run, read_run
from kerasstudio.runtime.worker import exporters
from kerasstudio.runtime.worker.build import build_model, build_saved
from kerasstudio.runtime.worker.control import RunControl
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.layer_weights import give_weights
from kerasstudio.runtime.worker.training import train
from kerasstudio.runtime.worker.trusted_code import TRUSTED

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
STORED = json.loads((Path(__file__).parents[1] / "graph" / "stored_lambdas.json").read_text())
"""Compiled code of eight Pythons (see `tests/graph/test_lambda_code.py`)."""
SOURCE = '''
import keras
from keras import ops

@keras.saving.register_keras_serializable("mine")
class Block(keras.layers.Layer):
    """Own weights, and layers inside whose order is not that of their names."""

    def __init__(self, units=3, **more):
        super().__init__(**more)
        self.units = units
        self.second = keras.layers.Dense(units)
        self.first = keras.layers.Dense(units)

    def build(self, shape):
        self.second.build(shape)
        self.first.build((*shape[:-1], self.units))
        self.scale = self.add_weight(shape=(2,), name="scale")

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def call(self, x, factor=1.0):
        return self.first(self.second(x)) * factor

    def get_config(self):
        return {**super().get_config(), "units": self.units}

class Split(keras.layers.Layer):
    """Not registered; gives two tensors."""

    def call(self, x, other=None):
        return x[:, :2], x[:, 2:]

@keras.saving.register_keras_serializable("mine")
def wobble(x):
    return ops.sin(x)
'''


@pytest.fixture(scope="module")
def mine() -> dict[str, Any]:
    """The classes as their author has them; Keras has forgotten that they were registered."""
    names: dict[str, Any] = {"__name__": "my_layers"}
    exec(compile(SOURCE, "my_layers.py", "exec"), names)
    keras.saving.get_custom_objects().clear()
    return names


@pytest.fixture(autouse=True)
def nothing_trusted() -> Iterator[None]:
    yield
    TRUSTED.trust((), {})
    keras.saving.get_custom_objects().clear()


def functional(mine: dict[str, Any]) -> keras.Model:
    x = keras.Input((4,), name="x")
    y = mine["Block"](5, name="swirl")(layers.Dense(6, name="before")(x), factor=2.0)
    y = layers.Lambda(lambda t: t * 2, name="twice")(y)
    return keras.Model(x, layers.Dense(2, name="after")(y), name="f")


def sequential(mine: dict[str, Any]) -> keras.Model:
    block = mine["Block"]
    chain = [block(5, name="first"), layers.Dense(3, name="middle"), block(7, name="last")]
    return keras.Sequential([keras.Input((4,)), *chain], name="s")


def nested(mine: dict[str, Any]) -> keras.Model:
    inner = keras.Sequential([keras.Input((4,)), mine["Block"](3), layers.Dense(4)], name="inner")
    x = keras.Input((4,))
    shared = mine["Block"](4, name="shared")
    return keras.Model(x, layers.Add()([inner(shared(x)), shared(inner(x))]), name="n")


def several(mine: dict[str, Any]) -> keras.Model:
    x = keras.Input((4,))
    one, other = mine["Split"](name="split")(x, other=layers.Dense(4)(x))
    return keras.Model(x, [layers.Dense(2)(one), layers.Dense(3)(other)], name="m")


def wrapped(mine: dict[str, Any]) -> keras.Model:
    x = keras.Input((5, 4))
    y = layers.TimeDistributed(mine["Block"](3), name="each")(x)
    y = layers.TimeDistributed(layers.Lambda(lambda t: t + 1), name="more")(y)
    y = layers.Dense(3, activation=mine["wobble"], name="waves")(y)
    return keras.Model(x, layers.GRU(2)(y), name="w")


MODELS = [functional, sequential, nested, several, wrapped]
Make = Callable[[dict[str, Any]], keras.Model]


def saved(make: Make, mine: dict[str, Any], path: Path) -> keras.Model:
    model = make(mine)
    generator = np.random.default_rng(3)
    model.set_weights([generator.normal(0, 0.4, w.shape) for w in model.weights])
    model.save(path)
    return model


def stored(path: Path) -> Path:
    """Where the weights of an opened file are kept."""
    return path.with_name(f"{path.name}.npz")


def opened(path: Path) -> Project:
    answer = import_model(ImportModel(1, str(path), str(stored(path))), lambda *said: None)
    assert any("not run" in note for note in answer.notes)
    return answer.project


def model_with_weights(project: Project, path: Path) -> keras.Model:
    """The model of a project with the weights that were kept when `path` was opened."""
    built = build_saved(project)
    give_weights(project, built.layers, built.model, stored(path))
    return built.model


def inspected(project: Project) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Statuses and shapes by layer name."""
    found: Inspected = Inspector().inspect(Inspect(1, 1, project, thorough=True))
    infos = {}
    for graph in project.graphs.values():
        for key, node in graph.nodes.items():
            layer = project.layers[node.layer]
            if not layer.is_output:
                infos[layer.name] = found.nodes[key]
    return infos, found.problems


def outputs(model: keras.Model, x: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(each) for each in keras.tree.flatten(model(x, training=False))]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_code_is_drawn_with_everything_but_its_doing(
    make: Make, mine: dict[str, Any], tmp_path: Path
) -> None:
    model = saved(make, mine, tmp_path / "m.keras")
    project = opened(tmp_path / "m.keras")
    assert list(placeholders(project))
    assert decode_project(encode_project(project)) == project
    infos, problems = inspected(project)
    assert {info.status for info in infos.values()} == {"ok"}
    assert {problem.code for problem in problems} == {"placeholder.code"}
    # Weights, those of code too, in the order of the file's own loader.
    built = model_with_weights(project, tmp_path / "m.keras")
    assert sorted(map(np.sum, built.get_weights())) == sorted(map(np.sum, model.get_weights()))
    assert built.count_params() == model.count_params()


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_trusted_code_gives_the_model_itself(
    make: Make, mine: dict[str, Any], tmp_path: Path
) -> None:
    model = saved(make, mine, tmp_path / "m.keras")
    project = opened(tmp_path / "m.keras")
    assert TRUSTED.trust(code_hashes(project), {"layers.py": SOURCE}) == []
    infos, problems = inspected(project)
    assert {problem.code for problem in problems} <= {"placeholder.lambda"}
    assert {info.status for info in infos.values()} == {"ok"}
    shape = (3, *model.input_shape[1:])
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    built = model_with_weights(project, tmp_path / "m.keras")
    for one, other in zip(outputs(model, x), outputs(built, x), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


def configs(path: Path) -> list[dict[str, Any]]:
    """The entries of all layers that are code, models inside included."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as file:
            config = json.loads(file.read("config.json"))
    else:
        with h5py.File(path) as file:
            config = json.loads(file.attrs["model_config"])
    found = []
    waiting = [config]
    while waiting:
        for entry in waiting.pop()["config"]["layers"]:
            if "layers" in entry["config"]:
                waiting.append(entry)
                continue
            text = json.dumps(entry)
            if any(word in text for word in ("mine>", "Split", "__lambda__")):
                found.append({k: v for k, v in entry.items() if k != "inbound_nodes"})
    return sorted(found, key=lambda entry: str(entry["config"]["name"]))


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_code_goes_back_into_files_as_it_came(
    make: Make, mine: dict[str, Any], tmp_path: Path
) -> None:
    model = saved(make, mine, tmp_path / "in.keras")
    project = opened(tmp_path / "in.keras")
    out = tmp_path / "out.keras"
    request = Export(
        1, "keras", str(out), project, str(tmp_path), weights=str(stored(tmp_path / "in.keras"))
    )
    answer = exporters.export(request, lambda *said: None)
    assert "not checked" in answer.checked
    assert configs(out) == configs(tmp_path / "in.keras")
    theirs = keras.models.load_model(out, custom_objects=custom(mine), safe_mode=False)
    shape = (3, *model.input_shape[1:])
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    for one, other in zip(outputs(model, x), outputs(theirs, x), strict=True):
        np.testing.assert_array_equal(other, one)


def custom(mine: dict[str, Any]) -> dict[str, Any]:
    names = ("Block", "Split", "wobble")
    return {name: mine[name] for name in names} | {f"mine>{name}": mine[name] for name in names}


@pytest.mark.filterwarnings("ignore:You are saving your model")
def test_hdf5_keeps_code_too(mine: dict[str, Any], tmp_path: Path) -> None:
    model = saved(functional, mine, tmp_path / "in.h5")
    project = opened(tmp_path / "in.h5")
    infos, _ = inspected(project)
    assert infos["after"].status == "ok"
    request = Export(1, "h5", str(tmp_path / "out.h5"), project, str(tmp_path),
                     weights=str(stored(tmp_path / "in.h5")))  # fmt: skip
    exporters.export(request, lambda *said: None)
    assert configs(tmp_path / "out.h5") == configs(tmp_path / "in.h5")
    theirs = keras.models.load_model(
        tmp_path / "out.h5", custom_objects=custom(mine), safe_mode=False, compile=False
    )
    x = np.ones((2, 4), "f4")
    np.testing.assert_array_equal(outputs(theirs, x)[0], outputs(model, x)[0])
    with h5py.File(tmp_path / "out.h5") as out, h5py.File(tmp_path / "in.h5") as given:
        names = [list(file["model_weights/swirl"].attrs["weight_names"]) for file in (out, given)]
        assert names[0] == names[1]
    request = Export(1, "keras", str(tmp_path / "out.keras"), project, str(tmp_path),
                     weights=str(stored(tmp_path / "in.h5")))  # fmt: skip
    with pytest.raises(StudioError, match=r"go back into a \.h5 file only"):
        exporters.export(request, lambda *said: None)


@pytest.mark.filterwarnings("ignore:You are saving your model")
def test_what_nobody_says_waits_for_an_answer(mine: dict[str, Any], tmp_path: Path) -> None:
    """A Sequential .h5 does not say what comes out of its layers."""
    saved(sequential, mine, tmp_path / "m.h5")
    project = opened(tmp_path / "m.h5")
    infos, problems = inspected(project)
    assert [infos[name].status for name in ("first", "middle", "last")] == [
        "error", "waiting", "waiting",
    ]  # fmt: skip
    (problem,) = [each for each in problems if each.code == "placeholder.shape"]
    assert "not known" in problem.message
    assert problem.advice
    same = next(fix for fix in problem.fixes if fix.kind == "set_outputs")
    mended = apply_fix(project, same, shipped())
    infos, _ = inspected(mended)
    assert infos["first"].outputs[0].shape == (None, 4)
    layer = next(layer for layer in project.layers.values() if layer.name == "first")
    from kerasstudio.graph.inspection import TensorSpec

    right = edits.set_placeholder_outputs(project, layer.id, [(None, 4)], [TensorSpec((None, 5))])
    infos, _ = inspected(right)
    assert infos["middle"].outputs[0].shape == (None, 3)
    with pytest.raises(StudioError, match="not known"):
        build_model(project)


def test_another_input_shape_makes_what_the_file_said_void(
    mine: dict[str, Any], tmp_path: Path
) -> None:
    saved(functional, mine, tmp_path / "m.keras")
    project = opened(tmp_path / "m.keras")
    before = next(layer for layer in project.layers.values() if layer.name == "before")
    changed = edits.set_argument(project, before.id, "units", 8)
    infos, problems = inspected(changed)
    assert infos["swirl"].status == "error"
    assert infos["after"].status == "waiting"
    assert "placeholder.shape" in {problem.code for problem in problems}


def test_a_lambda_is_mended_by_operations(mine: dict[str, Any], tmp_path: Path) -> None:
    model = saved(functional, mine, tmp_path / "m.keras")
    project = opened(tmp_path / "m.keras")
    _, problems = inspected(project)
    fixes = [fix for problem in problems for fix in problem.fixes]
    project = apply_fix(
        project, next(fix for fix in fixes if fix.kind == "lambda_to_operations"), shipped()
    )
    assert "Multiply" in {layer.class_name for layer in project.layers.values()}
    TRUSTED.trust((), {"layers.py": SOURCE})
    built = model_with_weights(project, tmp_path / "m.keras")
    x = np.ones((2, 4), "f4")
    np.testing.assert_allclose(outputs(built, x)[0], outputs(model, x)[0], atol=1e-6)


# ---------------------------------------------------------------- trust


def lambda_project(function: Any, **arguments: Any) -> Project:
    """Input → Lambda → Output."""
    chain = {
        "l1": Layer("l1", "InputLayer", "x", arguments={"shape": [4]}),
        "l2": Layer("l2", "Lambda", "f", arguments={"function": function, **arguments}),
        "l3": Layer("l3", "Output", "y", module="kerasstudio"),
    }
    return chain_of(chain)


def chain_of(chain: dict[str, Layer]) -> Project:
    ids = list(chain)
    nodes = {f"n{key}": Node(f"n{key}", key) for key in ids}
    wires = [Wire(f"n{a}", f"n{b}", "inputs") for a, b in pairwise(ids)]
    graph = Graph(ROOT, nodes=nodes, wires={wire.key: wire for wire in wires})
    return Project(layers=chain, graphs={ROOT: graph}, serial=99)


def test_trust_is_for_exactly_this_code(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    project = lambda_project(stored_lambda(marker))
    layer = project.layers["l2"]
    TRUSTED.trust({"0" * 64}, {})
    inspected(project)
    assert not marker.exists()
    TRUSTED.trust({code_hash(layer)}, {})
    other = lambda_project(stored_lambda(tmp_path / "another"))
    inspected(other)
    assert not (tmp_path / "another").exists()
    inspected(project)
    assert marker.exists(), "trusted code really runs"
    marker.unlink()
    TRUSTED.trust((), {})
    inspected(project)
    assert not marker.exists()


def test_a_trusted_lambda_is_warned_of_and_can_be_converted() -> None:
    config = {"code": STORED[VERSION]["norm"], "defaults": None, "closure": None}
    project = lambda_project({"class_name": "__lambda__", "config": config})
    TRUSTED.trust(code_hashes(project), {})
    infos, problems = inspected(project)
    assert infos["f"].status == "ok"
    (problem,) = [each for each in problems if each.code == "placeholder.lambda"]
    assert problem.severity == "warning"
    assert "safe mode" in problem.message
    kinds = [fix.kind for fix in problem.fixes]
    assert kinds == ["lambda_to_operations", "lambda_to_class"]
    for fix in problem.fixes:
        mended = apply_fix(project, fix, shipped())
        TRUSTED.trust((), mended.code)
        infos, problems = inspected(mended)
        assert [each for each in problems if each.code.startswith("placeholder")] == []
        assert build_model(mended).model.output_shape == (None, 4)


def test_code_of_another_python_is_not_run(tmp_path: Path) -> None:
    other = "3.13" if sys.version_info[:2] != (3, 13) else "3.12"
    for version in ("3.7", other):
        config = {"code": STORED[version]["mean"], "defaults": None, "closure": None}
        project = lambda_project({"class_name": "__lambda__", "config": config})
        TRUSTED.trust(code_hashes(project), {})
        _, problems = inspected(project)
        (problem,) = [each for each in problems if each.code == "placeholder.python"]
        assert "compiled by Python" in problem.message


def test_failing_code_names_its_line() -> None:
    problems = TRUSTED.trust((), {"a.py": "import keras\n\n1 / 0\n", "b.py": "def f(:\n"})
    assert [problem.place.row for problem in problems] == [3, 1]
    assert "a.py, line 3 fails: ZeroDivisionError" in problems[0].message
    assert problems[0].detail


def test_training_is_refused_in_words_and_begins_once_trusted(tmp_path: Path) -> None:
    function = {"class_name": "__lambda__", "config": {
        "code": STORED[VERSION]["norm"],
        "defaults": None, "closure": None}}  # fmt: skip
    project = digits_mlp(epochs=1)
    scale = next(layer for layer in project.layers.values() if layer.name == "scale")
    build = {"calls": [{"inputs": [[None, 8, 8]], "outputs": [[[None, 8, 8], "float32"]]}]}
    layer = Layer(scale.id, "Lambda", "scale", arguments={"function": function}, build=build)
    project = edits.values.with_layer(project, layer)  # type: ignore[attr-defined]

    def trained() -> RunRecord:
        folder = create_run(tmp_path / "a.studio", project, tmp_path)
        request = Train(1, project, str(folder), str(tmp_path))
        train(request, RunControl(), lambda _message: None)
        return read_run(folder)

    record = trained()
    assert record.status == "refused"
    assert record.problems[0].code == "placeholder.code"
    assert "not trained" in record.problems[0].advice
    TRUSTED.trust(code_hashes(project), {})
    assert trained().status == "finished"


# ---------------------------------------------------------------- projects of strangers


def test_a_project_file_runs_no_code(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    model = str(saved_model(tmp_path, marker))
    tfsm = {"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": None,
            "config": {"filepath": model, "call_endpoint": "serving_default"}}  # fmt: skip
    evil = [
        Layer("l2", "Lambda", "f", arguments={"function": stored_lambda(marker)}),
        Layer("l2", "TFSMLayer", "f", arguments=dict(tfsm["config"])),
        Layer("l2", "TimeDistributed", "f", arguments={"layer": tfsm}),
        Layer("l2", "Wrapper", "f", arguments={"layer": tfsm}),
        Layer("l2", "Pipeline", "f", arguments={"layers": [tfsm]}),
        Layer("l2", "Bidirectional", "f", arguments={"layer": tfsm}),
        Layer("l2", "RNN", "f", arguments={"cell": tfsm}),
        Layer("l2", "StringLookup", "f", arguments={"vocabulary": "/etc/passwd"}),
        Layer("l2", "get_file", "f", module="keras.utils", arguments={"fname": "x"}),
        Layer("l2", "Popen", "f", module="subprocess", arguments={"args": ["touch", str(marker)]}),
        Layer("l2", "KerasFileEditor", "f", module="keras.saving",
              arguments={"filepath": "/etc/passwd"}),
        Layer("l2", "Evil", "f", module="evil", registered_name="kerasstudio>Evil"),
    ]  # fmt: skip
    for layer in evil:
        assert is_placeholder(layer), layer.class_name
        chain = {
            "l1": Layer("l1", "InputLayer", "x", arguments={"shape": [4]}),
            "l2": layer,
            "l3": Layer("l3", "Output", "y", module="kerasstudio"),
        }
        project = chain_of(chain)
        project = edits.set_code(project, "evil.py", f"open({str(marker)!r}, 'a')")
        inspected(decode_project(encode_project(project)))
        with pytest.raises(StudioError):
            build_model(project)
    assert not marker.exists()


def test_a_script_with_code_of_strangers_is_written_and_not_run(tmp_path: Path) -> None:
    marker, path = tmp_path / "marker", tmp_path / "m.py"
    text = f"open({str(marker)!r}, 'a')\nclass Dense:\n    pass\n"
    project = edits.set_code(digits_mlp(epochs=1), "evil.py", text)
    export = Export(1, "python", str(path), project, str(tmp_path))
    answer = exporters.export(export, lambda *said: None)
    assert path.exists()
    assert "not checked: evil.py" in answer.checked
    assert not marker.exists()


def test_malicious_files_are_opened_without_harm(tmp_path: Path) -> None:
    """Unconfined, so that nothing but the vetting stands between them and the marker."""
    marker, folder = tmp_path / "marker", tmp_path / "files"
    folder.mkdir()
    before = (keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon())
    wrong = []
    for each in make_all(folder, marker):
        try:
            project = import_model(ImportModel(1, str(each.path)), lambda *said: None).project
            inspected(project)
            outcome = "placeholder" if list(placeholders(project)) else "opened"
        except StudioError:
            outcome = "refused"
        if outcome != each.outcome:
            wrong.append((each.name, outcome))
        assert not marker.exists(), each.name
    assert wrong == []
    after = (keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon())
    assert after == before
