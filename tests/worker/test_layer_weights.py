"""Weights by layer: written with a run, taken into a changed model, exactly where they fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from projects import digits_mlp, wired

from kerasstudio.graph import edits
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.training_spec import KerasObject, Start, TrainingSpec
from kerasstudio.graph.warm_start import layer_starts
from kerasstudio.runtime.protocol import (
    Inspect,
    LogLine,
    Message,
    RunChanged,
    TakeWeights,
    Train,
    WeightsTaken,
)
from kerasstudio.runtime.run_weights import checkpoint_path, start_from_run
from kerasstudio.runtime.runs import create_run, read_run
from kerasstudio.runtime.weight_store import WeightStore, read_stored
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.checkpoints import restore_checkpoint
from kerasstudio.runtime.worker.control import RunControl
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.layer_weights import (
    describe,
    give_optimizer,
    give_weights,
    weight_specs,
    write_weights,
)
from kerasstudio.runtime.worker.restoring import restore_run
from kerasstudio.runtime.worker.taking_weights import take_weights
from kerasstudio.runtime.worker.training import train

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def run(project: Project, base: Path, weights: Path | None = None) -> tuple[Path, list[Message]]:
    """Train here; the run folder and what was said."""
    folder = create_run(base / "test.studio", project, base)
    said: list[Message] = []
    asked = Train(1, project, str(folder), str(base), weights=weights and str(weights))
    train(asked, RunControl(), said.append)
    return folder, said


def started(project: Project, folder: Path, which: str = "last") -> tuple[Project, Path]:
    """The project that starts from a run's weights, and their file in the store."""
    store = WeightStore(folder.parents[1])
    start = start_from_run(store, folder, which)
    return edits.set_start(project, start), store.path_of(start)


def named(built: BuiltModel, project: Project) -> dict[str, Any]:
    return {project.layers[key].name: layer for key, layer in built.layers.items()}


def inspected(project: Project) -> Inspection:
    report = Inspector().inspect(Inspect(0, 0, project))
    return Inspection(nodes=report.nodes, problems=report.problems)


def ids(project: Project) -> dict[str, str]:
    return {layer.name: key for key, layer in project.layers.items()}


def test_unchanged_layers_go_on_and_changed_ones_start_new(tmp_path: Path) -> None:
    project = digits_mlp(epochs=2)
    first, said = run(project, tmp_path)
    assert isinstance(said[-1], RunChanged)
    assert said[-1].status == "finished", said[-1].reason
    warm, path = started(project, first)
    trained = named(BuiltModel(restore_run(first, "last").model, {}), project)
    old = restore_run(first, "last").model

    key = ids(warm)["scores"]
    changed = edits.set_argument(warm, key, "use_bias", False)
    changed = edits.set_argument(changed, ids(warm)["flat"], "data_format", "channels_last")
    built = build_model(changed)
    given = give_weights(changed, built.layers, built.model, path)
    assert trained == {}
    assert {project.layers[key].name: told.state for key, told in given.starts.items()} == {
        "hidden": "kept",
        "scores": "kept",
    }
    for name in ("hidden", "scores"):
        ours = named(built, changed)[name].get_weights()
        theirs = old.get_layer(name).get_weights()[: len(ours)]
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)

    wider = edits.set_argument(warm, ids(warm)["hidden"], "units", 40)
    built = build_model(wider)
    fresh = [weight.numpy() for weight in built.model.weights]
    given = give_weights(wider, built.layers, built.model, path)
    states = {project.layers[key].name: told.state for key, told in given.starts.items()}
    assert states == {"hidden": "new", "scores": "partly"}
    kernel, bias = named(built, wider)["scores"].get_weights()
    np.testing.assert_array_equal(kernel, fresh[2])  # nothing of it was copied in part
    np.testing.assert_array_equal(bias, old.get_layer("scores").get_weights()[1])

    # The window says the same, from shapes alone.
    stored = read_stored(path)
    assert {
        project.layers[key].name: told.state
        for key, told in layer_starts(wider, inspected(wider), stored).items()
    } == states
    # And undo keeps all again.
    assert {told.state for told in layer_starts(warm, inspected(warm), stored).values()} == {"kept"}


def test_a_run_from_stored_weights_says_so_and_goes_on_from_them(tmp_path: Path) -> None:
    project = digits_mlp(epochs=3)
    first, _ = run(project, tmp_path)
    warm, path = started(digits_mlp(epochs=1), first)
    second, said = run(warm, tmp_path, path)
    record, before = read_run(second), read_run(first)
    assert record.status == "finished", record.reason
    assert record.started_from == "run 1, last epoch"
    assert record.start_summary == "Every layer keeps its weights."
    first_loss, last_loss = record.history["loss"][0], before.history["loss"][-1]
    assert first_loss is not None
    assert last_loss is not None
    assert first_loss < last_loss < before.history["loss"][0]  # type: ignore[operator]
    assert any("The optimizer goes on." in m.text for m in said if isinstance(m, LogLine))


def test_missing_weights_refuse_the_run_and_offer_a_fresh_start(tmp_path: Path) -> None:
    project = edits.set_start(digits_mlp(epochs=1), Start("gone-1", "resnet.keras"))
    folder, said = run(project, tmp_path)
    assert read_run(folder).status == "refused"
    (problem,) = said[-1].problems  # type: ignore[union-attr]
    assert problem.code == "weights.missing"
    assert "resnet.keras" in problem.message
    assert problem.fixes[0].kind == "set_training"


def compiled(project: Project) -> BuiltModel:
    keras.utils.set_random_seed(5)
    built = build_model(project)
    spec = project.training.optimizer
    optimizer = keras.saving.deserialize_keras_object(
        {"module": spec.module, "class_name": spec.class_name, "config": dict(spec.config)}
    )
    built.model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy())
    return built


def stored_after_fit(project: Project, path: Path) -> BuiltModel:
    built = compiled(project)
    x, y = np.random.default_rng(0).normal(size=(64, 8, 8)), np.arange(64) % 10
    built.model.fit(x, y, epochs=2, verbose=0)
    write_weights(path, built.model, describe(project, built.layers, built.model))
    return built


def test_the_optimizer_goes_on_only_where_its_state_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    project = edits.set_start(digits_mlp(), Start("w", "somewhere"))
    before = stored_after_fit(project, path)

    def kept(changed: Project) -> tuple[bool, BuiltModel]:
        built = compiled(changed)
        given = give_weights(changed, built.layers, built.model, path)
        return give_optimizer(changed, built.layers, built.model, path, given), built

    same, built = kept(project)
    assert same
    for one, two in zip(
        built.model.optimizer.variables, before.model.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    slower = KerasObject("Adam", "keras.optimizers", {"learning_rate": 1e-5})
    same, built = kept(edits.set_optimizer(project, slower))
    assert same
    assert float(built.model.optimizer.learning_rate) == pytest.approx(1e-5)
    assert int(built.model.optimizer.iterations) == 4
    for changed in (
        edits.set_optimizer(project, KerasObject("SGD", "keras.optimizers")),
        edits.set_argument(project, ids(project)["hidden"], "units", 33),
        edits.set_trainable(project, ids(project)["hidden"], False),
        edits.start_fresh(project, [ids(project)["scores"]]),
    ):
        same, built = kept(changed)
        assert not same
        assert int(built.model.optimizer.iterations) == 0


def preprocessing(base: Path) -> Project:
    """Words and numbers, all of whose layers learn from the data."""
    rows = ["text,size,kind"]
    words = ("good day", "bad night", "good night", "bad bad day")
    rows += [f"{words[index % 4]},{index * 1.5},{'ab'[index % 2]}" for index in range(60)]
    (base / "things.csv").write_text("\n".join(rows))
    data = DataSpec(
        sources=(Source("s1", "things.csv", "csv"),),
        columns=(
            Column("text", "s1", "text"),
            Column("size", "s1", "number"),
            Column("kind", "s1", "category", "target", "index"),
        ),
        split=Split(seed=1),
    )
    return wired(
        [
            ("InputLayer", "text", {"shape": [], "dtype": "string"}),
            ("TextVectorization", "tokens", {"max_tokens": 12, "output_mode": "tf_idf",
                                             "pad_to_max_tokens": True}),
            ("InputLayer", "size", {"shape": [1]}),
            ("Normalization", "scaled", {}),
            ("Discretization", "binned", {"num_bins": 3, "output_mode": "multi_hot"}),
            ("Concatenate", "joined", {}),
            ("Dense", "scores", {"units": 2, "activation": "softmax"}),
            ("Output", "kind", {}),
        ],
        {
            "tokens": ["text"],
            "scaled": ["size"],
            "binned": ["size"],
            "joined": ["tokens", "scaled", "binned"],
            "scores": ["joined"],
            "kind": ["scores"],
        },
        data,
        TrainingSpec(epochs=2, seed=3),
    )  # fmt: skip


def test_what_layers_learned_travels_with_the_weights(tmp_path: Path) -> None:
    project = preprocessing(tmp_path)
    first, said = run(project, tmp_path)
    assert said[-1].status == "finished", said[-1].reason  # type: ignore[union-attr]
    restored = restore_run(first, "last")
    warm, path = started(project, first)
    built = build_model(warm)
    given = give_weights(warm, built.layers, built.model, path)
    assert {warm.layers[key].name for key in given.learned} == {"tokens", "scaled", "binned"}
    assert given.same
    x = {"text": np.array(["good night", "strange"]), "size": np.array([[3.0], [50.0]], "float32")}
    given_x = {name: keras.ops.convert_to_tensor(value) for name, value in x.items()}
    np.testing.assert_array_equal(built.model(given_x), restored.model(given_x))
    # Another data set does not change what was learned, unless the layer is to start fresh.
    (tmp_path / "things.csv").write_text(
        (tmp_path / "things.csv").read_text().replace("good", "fine")
    )
    second, said = run(edits.set_training(warm, epochs=1), tmp_path, path)
    assert read_run(second).status == "finished", read_run(second).reason
    again = restore_run(second, "last").model
    assert "fine" not in again.get_layer("tokens").get_vocabulary()
    fresh = edits.start_fresh(warm, [ids(warm)["tokens"]])
    third, _ = run(edits.set_training(fresh, epochs=1), tmp_path, path)
    third_model = restore_run(third, "last").model
    assert "fine" in third_model.get_layer("tokens").get_vocabulary()
    np.testing.assert_array_equal(
        third_model.get_layer("scaled").get_weights()[0], restored.model.get_layer("scaled").mean[0]
    )


def test_shared_layers_blocks_and_wrappers_are_told_layer_by_layer(tmp_path: Path) -> None:
    from kerasstudio.runtime.worker.importer import import_keras

    i = keras.Input((5, 3), name="i")
    twin = keras.layers.Dense(3, name="twin")
    inner_in = keras.Input((3,))
    block = keras.Model(inner_in, keras.layers.Dense(2, name="in")(inner_in), name="block")
    recurrent = keras.layers.Bidirectional(keras.layers.LSTM(4, dropout=0.2), name="both")
    h = recurrent(twin(twin(i)))
    o = block(keras.layers.Dense(3, name="d")(h))
    project = import_keras(keras.Model(i, keras.layers.BatchNormalization(name="bn")(o)))[0]
    project = edits.set_start(project, Start("w", "somewhere"))
    built = build_model(project)
    for number, weight in enumerate(built.model.weights):
        weight.assign(np.full(weight.shape, number + 1.0))
    path = tmp_path / "w.npz"
    write_weights(path, built.model, describe(project, built.layers, built.model))
    stored = read_stored(path)
    have = {each.name: len(each.weights) for each in stored.layers.values()}
    assert have == {"twin": 2, "both": 6, "d": 2, "in": 2, "bn": 4}
    told = layer_starts(project, inspected(project), stored)
    assert {each.state for each in told.values()} == {"kept"}
    assert ids(project)["block"] in told
    again = build_model(project)
    given = give_weights(project, again.layers, again.model, path)
    assert given.same
    for one, two in zip(again.model.variables, built.model.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    # A frozen layer has its weights in another list of Keras's; it is still the same.
    frozen = edits.set_trainable(project, ids(project)["twin"], False)
    again = build_model(frozen)
    assert give_weights(frozen, again.layers, again.model, path).same
    assert again.model.weights[0].numpy().flat[0] == 1.0


def test_names_within_a_layer_do_not_depend_on_where_it_is() -> None:
    drawn = Layer("l1", "Dense", "a")
    layer = keras.layers.Dense(2, name="a")
    inside = keras.layers.Dense(2, name="a")
    i = keras.Input((3,))
    layer(i)
    keras.Model(i, keras.Sequential([keras.Input((3,)), inside], name="outer")(i))
    assert [spec.name for spec in weight_specs(drawn, layer)] == ["kernel", "bias"]
    assert [spec.name for spec in weight_specs(drawn, inside)] == ["kernel", "bias"]
    assert weight_specs(drawn, object()) == ()  # an operation


def taken(project: Project, source: Path, out: Path) -> WeightsTaken:
    return take_weights(TakeWeights(1, str(source), project, str(out)), lambda *said, **more: None)


def test_weights_come_from_files_and_other_runs_by_the_names_of_layers(tmp_path: Path) -> None:
    project = digits_mlp(epochs=1)
    run_folder, _ = run(project, tmp_path / "other")
    trained = restore_run(run_folder, "last").model
    trained.save(tmp_path / "whole.keras")
    trained.save_weights(tmp_path / "alone.weights.h5")
    # Another project with the same names under other ids, and one layer of another name.
    layers = {f"x{key}": msgspec.structs.replace(layer, id=f"x{key}")
              for key, layer in project.layers.items()}  # fmt: skip
    nodes = {
        key: msgspec.structs.replace(node, layer=f"x{node.layer}")
        for key, node in project.graph.nodes.items()
    }
    graph = msgspec.structs.replace(project.graph, nodes=nodes)
    other = msgspec.structs.replace(project, layers=layers, graphs={"main": graph})
    renamed = edits.rename_layer(other, ids(other)["hidden"], "concealed")
    out = tmp_path / "w.npz"
    for source, whole in (
        (tmp_path / "whole.keras", False),
        (run_folder, False),
        (tmp_path / "alone.weights.h5", True),
    ):
        answer = taken(renamed, source, out)
        assert (answer.matched, answer.layers) == ((2, 2) if whole else (1, 2))
        assert answer.start.weights == "w"
        warm = edits.set_start(renamed, answer.start)
        built = build_model(warm)
        given = give_weights(warm, built.layers, built.model, out)
        states = {warm.layers[key].name: told.state for key, told in given.starts.items()}
        assert states == {"concealed": "kept" if whole else "new", "scores": "kept"}
        np.testing.assert_array_equal(
            named(built, warm)["scores"].get_weights()[0],
            trained.get_layer("scores").get_weights()[0],
        )


def test_weights_of_another_model_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    i = keras.Input((3,))
    model = keras.Model(i, keras.layers.Dense(2, name="alien")(i))
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "m.json").write_text(model.to_json())
    out = tmp_path / "w.npz"
    for name, code in (
        ("m.keras", "weights.no_match"),
        ("m.weights.h5", "weights.no_match"),
        ("m.json", "weights.none"),
    ):
        with pytest.raises(StudioError) as caught:
            taken(digits_mlp(), tmp_path / name, out)
        assert caught.value.problem.code == code
        assert not out.exists()


def test_broken_files_are_told(tmp_path: Path) -> None:
    project = edits.set_start(digits_mlp(), Start("w"))
    path = tmp_path / "w.npz"
    stored_after_fit(project, path)
    whole = path.read_bytes()
    built = build_model(project)
    for damage in (whole[: len(whole) // 2], b"", b"PK\x03\x04 nothing"):
        path.write_bytes(damage)
        with pytest.raises(StudioError):
            give_weights(project, built.layers, built.model, path)
        with pytest.raises(StudioError) as caught:
            read_stored(path)
        assert caught.value.problem.code == "weights.unreadable"
        assert caught.value.problem.fixes
    np.savez(path, other=np.ones(3))
    with pytest.raises(StudioError):
        read_stored(path)
    path.unlink()
    with pytest.raises(StudioError) as caught:
        give_weights(project, built.layers, built.model, path)
    assert caught.value.problem.code == "weights.missing"


def test_checkpoints_without_names_of_layers_still_restore(tmp_path: Path) -> None:
    """Runs of the first version: by number, vocabularies by their place in `model.layers`."""
    project = digits_mlp(epochs=1)
    folder, _ = run(project, tmp_path)
    path = checkpoint_path(folder, "last")
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    state = msgspec.json.decode(arrays["state"].tobytes())
    for name in ("layers", "variables", "optimizer", "learned"):
        state.pop(name, None)
    arrays["state"] = np.frombuffer(msgspec.json.encode(state), np.uint8)
    np.savez(path, **arrays)  # type: ignore[arg-type]
    assert restore_checkpoint(build_model(project).model, folder, optimizer=False).epochs_done == 1
    assert read_stored(path).layers == {}
