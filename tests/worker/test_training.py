"""Whole runs through a real worker process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from projects import digits_cnn, digits_mlp, wired

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Checkpoint, EarlyStopping, KerasObject, TrainingSpec
from kerasstudio.runtime.evaluations import load_evaluation
from kerasstudio.runtime.protocol import (
    Control,
    EpochEnded,
    Evaluate,
    Evaluated,
    Failed,
    LogLine,
    Points,
    Predict,
    Predicted,
    Report,
    RunChanged,
    Train,
)
from kerasstudio.runtime.runs import create_run, read_curves, read_run
from kerasstudio.runtime.states import RUN_ENDED
from kerasstudio.runtime.worker_process import WorkerProcess

pytestmark = pytest.mark.worker

SECONDS = 120


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    with WorkerProcess() as process:
        process.wait_ready(SECONDS)
        yield process


def start(
    worker: WorkerProcess, project: Project, base: Path, resume_from: Path | None = None
) -> Path:
    folder = create_run(base / "test.studio", project, base, str(resume_from or ""))
    resume = str(resume_from) if resume_from is not None else None
    worker.send(Train(worker.next_id(), project, str(folder), str(base), resume))
    return folder


def follow(
    worker: WorkerProcess, react: Callable[[Report], None] = lambda report: None
) -> list[Report]:
    """Reports until the run has ended."""
    seen: list[Report] = []
    for report in worker.reports(SECONDS):
        seen.append(report)
        react(report)
        if isinstance(report, RunChanged) and report.status in RUN_ENDED:
            return seen
    raise AssertionError(f"the run did not end: {seen[-3:]} {worker.exit_reason}")


def values_of(reports: list[Report], name: str) -> list[float | None]:
    """A metric's batch values; asserts that the messages leave no gap."""
    values: list[float | None] = []
    for report in reports:
        if isinstance(report, Points):
            assert report.first == len(values)
            values.extend(report.values[name])
    return values


def statuses(reports: list[Report]) -> list[str]:
    return [report.status for report in reports if isinstance(report, RunChanged)]


def test_a_run_from_train_to_predictions(worker: WorkerProcess, tmp_path: Path) -> None:
    folder = start(worker, digits_mlp(epochs=4), tmp_path)
    reports = follow(worker)
    assert statuses(reports) == ["preparing", "running", "finished"]
    record = read_run(folder)
    steps = record.steps
    assert steps > 10
    losses = values_of(reports, "loss")
    assert len(losses) == 4 * steps
    assert all(value is not None for value in losses)
    ended = [report for report in reports if isinstance(report, EpochEnded)]
    assert [report.epoch for report in ended] == [0, 1, 2, 3]
    assert [report.batches for report in ended] == [steps * n for n in (1, 2, 3, 4)]
    assert set(ended[0].values) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    # Own values, not running means: their mean is the epoch's value (batches of equal size).
    assert np.mean(losses[:steps]) == pytest.approx(ended[0].values["loss"], rel=0.02)
    assert ended[-1].values["loss"] < ended[0].values["loss"]

    assert record.history["loss"] == [report.values["loss"] for report in ended]
    assert record.data_fingerprint
    assert record.parameters == 64 * 32 + 32 + 32 * 10 + 10
    assert record.versions["keras"]
    curves = read_curves(folder)
    np.testing.assert_allclose(curves.batch["loss"], losses)
    assert list(curves.epoch_ends) == [report.batches for report in ended]

    evaluation = load_evaluation(folder)
    assert evaluation.metrics == record.test
    (output,) = evaluation.outputs
    assert output.kind == "classes"
    assert output.accuracy == pytest.approx(record.test["accuracy"], abs=1e-6)
    assert np.sum(output.matrix) == evaluation.rows
    with np.load(folder / "predictions.npz") as arrays:
        assert arrays["digit.scores"].shape == (evaluation.rows, 10)
        hits = (arrays["digit.true"] == arrays["digit.predicted"]).mean()
        assert hits == pytest.approx(output.accuracy)
        rows = arrays["row"]
    assert len(set(rows.tolist())) == evaluation.rows

    worker.send(Evaluate(50, str(folder)))
    evaluated = next(r for r in worker.reports(SECONDS) if isinstance(r, Evaluated | Failed))
    assert isinstance(evaluated, Evaluated), evaluated
    assert evaluated.values == pytest.approx(record.test)

    with np.load(Path(__file__).parents[2] / "resources/samples/digits.npz") as digits:
        np.savez(tmp_path / "other.npz", images=digits["images"][:40])
    table = tmp_path / "out.csv"
    worker.send(Predict(51, str(folder), str(tmp_path / "other.npz"), str(table)))
    predicted = next(r for r in worker.reports(SECONDS) if isinstance(r, Predicted | Failed))
    assert isinstance(predicted, Predicted), predicted
    lines = table.read_text().splitlines()
    assert lines[0] == "row,predicted,score"
    assert len(lines) == 41 == predicted.rows + 1


def test_the_weights_kept_are_the_weights_measured(worker: WorkerProcess, tmp_path: Path) -> None:
    """The worst epoch is asked for as the best one here: it is the first."""
    project = digits_mlp(epochs=3, checkpoint=Checkpoint("val_loss", "max"))
    folder = start(worker, project, tmp_path)
    assert statuses(follow(worker))[-1] == "finished"
    record = read_run(folder)
    assert (record.evaluated, record.best_epoch) == ("best", 0)
    assert record.measured == "weights of epoch 1, the best"
    found = {}
    for number, which in enumerate(("last", "best")):
        worker.send(Evaluate(number, str(folder), checkpoint=which))  # type: ignore[arg-type]
        answer = next(r for r in worker.reports(SECONDS) if isinstance(r, Evaluated | Failed))
        assert isinstance(answer, Evaluated), answer
        assert answer.checkpoint == which == read_run(folder).evaluated
        found[which] = answer.values
    assert found["best"] == pytest.approx(record.test)
    assert found["last"]["loss"] < 0.9 * found["best"]["loss"]
    # Continuing goes on from the last weights, also when they are not the best.
    more = digits_mlp(epochs=4, checkpoint=Checkpoint("val_loss", "max"))
    second = start(worker, more, tmp_path, resume_from=folder)
    assert statuses(follow(worker))[-1] == "finished"
    continued = read_run(second)
    assert continued.history["loss"][3] < record.history["loss"][2]  # type: ignore[operator]
    assert (continued.evaluated, continued.best_epoch) == ("best", 0)
    assert continued.test == pytest.approx(record.test)


def test_changed_data_is_noticed(worker: WorkerProcess, tmp_path: Path) -> None:
    project = two_by_two(tmp_path, epochs=1)
    folder = start(worker, project, tmp_path)
    follow(worker)
    before = read_run(folder).data_fingerprint[:8]
    with np.load(tmp_path / "two.npz") as file:
        fewer = {name: file[name][:390] for name in file.files}
    np.savez(tmp_path / "two.npz", **fewer)
    worker.send(Evaluate(3, str(folder)))
    failed = next(r for r in worker.reports(SECONDS) if isinstance(r, Evaluated | Failed))
    assert isinstance(failed, Failed)
    assert before in failed.problem.expected
    more = replace(project, training=replace(project.training, epochs=2))
    second = start(worker, more, tmp_path, resume_from=folder)
    warnings = [r.text for r in follow(worker) if isinstance(r, LogLine) and r.level == "warning"]
    now = read_run(second).data_fingerprint[:8]
    assert now != before
    (warning,) = [text for text in warnings if before in text]
    assert f"now {now}" in warning


def test_a_run_repeats_itself(tmp_path: Path) -> None:
    """The same seed gives the same run, in a worker that has warmed up and in one that has not."""
    found = []
    for wait in (0.0, 3.0):
        with WorkerProcess() as worker:
            worker.wait_ready(SECONDS)
            assert worker.next_report(wait) is None
            folder = start(worker, digits_mlp(epochs=2), tmp_path)
            follow(worker)
        found.append(read_curves(folder).batch["loss"])
    assert len(found[0]) > 50
    np.testing.assert_array_equal(*found)


def test_the_digits_are_learnt(worker: WorkerProcess, tmp_path: Path) -> None:
    folder = start(worker, digits_cnn(epochs=25), tmp_path)
    assert statuses(follow(worker))[-1] == "finished"
    assert read_run(folder).test["accuracy"] >= 0.96


def test_pause_resume_and_stop_after_a_batch(worker: WorkerProcess, tmp_path: Path) -> None:
    folder = start(worker, digits_mlp(epochs=100_000), tmp_path)
    batches_at_pause = []

    def react(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.epoch == 3:
            worker.send(Control(90, "pause"))
        if isinstance(report, RunChanged) and report.status == "paused":
            assert worker.next_report(0.5) is None  # nothing is trained now
            batches_at_pause.append(read_run(folder).batches_done)
            worker.send(Control(91, "resume"))
        if isinstance(report, Points) and batches_at_pause and report.step > 2:
            worker.send(Control(92, "stop_batch"))

    reports = follow(worker, react)
    assert statuses(reports) == ["preparing", "running", "paused", "running", "stopped"]
    record = read_run(folder)
    assert "Stopped by you" in record.reason
    assert record.batches_done == len(values_of(reports, "loss"))
    assert record.epochs_done == sum(isinstance(report, EpochEnded) for report in reports)
    # A stopped model is evaluated and saved like a finished one.
    assert record.test["accuracy"] > 0.5
    assert (folder / "checkpoints" / "last" / "checkpoint.npz").exists()


def test_stop_after_the_epoch(worker: WorkerProcess, tmp_path: Path) -> None:
    folder = start(worker, digits_mlp(epochs=100_000), tmp_path)

    def react(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.epoch == 1:
            worker.send(Control(90, "stop_epoch"))

    assert statuses(follow(worker, react))[-1] == "stopped"
    record = read_run(folder)
    assert record.batches_done == record.epochs_done * record.steps
    assert len(record.history["val_loss"]) == record.epochs_done


def test_killed_then_continued(tmp_path: Path) -> None:
    """kill -9 in the middle: curves are kept, and a new worker goes on from the checkpoint."""
    project = digits_mlp(epochs=100_000)
    with WorkerProcess() as worker:
        worker.wait_ready(SECONDS)
        first = start(worker, project, tmp_path)
        checkpoint = first / "checkpoints" / "last" / "checkpoint.npz"
        for report in worker.reports(SECONDS):
            if isinstance(report, EpochEnded) and report.epoch >= 5 and checkpoint.exists():
                os.kill(read_run(first).pid, signal.SIGKILL)
                break
        remaining = list(worker.reports(SECONDS))
        assert not any(isinstance(report, RunChanged) for report in remaining)
        assert "SIGKILL" in worker.death().problem.message
    killed = read_run(first)
    assert killed.status == "killed"
    assert killed.epochs_done >= 6  # from epochs.jsonl, though run.json is older
    assert len(read_curves(first).batch["loss"]) >= 6 * killed.steps

    wanted = killed.epochs_done + 3
    with WorkerProcess() as worker:
        worker.wait_ready(SECONDS)
        second = start(worker, digits_mlp(epochs=wanted), tmp_path, resume_from=first)
        reports = follow(worker)
    assert statuses(reports)[-1] == "finished", reports[-1]
    record = read_run(second)
    assert record.resumed_from == str(first)
    assert record.epochs_done == wanted
    epochs = [report.epoch for report in reports if isinstance(report, EpochEnded)]
    assert epochs == list(range(epochs[0], wanted))
    assert 0 < epochs[0] <= killed.epochs_done
    # One unbroken curve of which the first part is the earlier run's.
    curves = read_curves(second)
    assert len(curves.batch["loss"]) == wanted * record.steps
    assert not np.isnan(curves.batch["loss"]).any()
    before = epochs[0] * record.steps
    np.testing.assert_array_equal(
        curves.batch["loss"][:before], read_curves(first).batch["loss"][:before]
    )
    # It goes on learning where it was instead of beginning anew.
    losses = np.array(record.history["loss"], float)
    assert (np.diff(losses) < 0).all()
    assert record.history["loss"][: epochs[0]] == killed.history["loss"][: epochs[0]]

    with WorkerProcess() as worker:
        worker.wait_ready(SECONDS)
        third = start(worker, digits_mlp(epochs=2), tmp_path, resume_from=second)
        follow(worker)
    assert read_run(third).status == "refused"
    assert read_run(third).problems[0].fixes


def two_by_two(tmp_path: Path, **training: object) -> Project:
    """Two Inputs, two Outputs: a class from one, a number from both."""
    chance = np.random.default_rng(0)
    a = chance.normal(size=(400, 4)).astype("float32")
    b = chance.normal(size=(400, 3)).astype("float32")
    np.savez(
        tmp_path / "two.npz",
        a=a,
        b=b,
        kind=(a.sum(1) > 0).astype("int64") + (a[:, 0] > 1),
        amount=(a[:, 0] + b[:, 0]).astype("float32"),
    )
    data = DataSpec(
        sources=(Source("s1", "two.npz", "npz"),),
        columns=(
            Column("a", "s1", "array"),
            Column("b", "s1", "array"),
            Column("kind", "s1", "integer", "target", "index"),
            Column("amount", "s1", "number", "target"),
        ),
    )
    return wired(
        [
            ("InputLayer", "a", {"shape": [4]}),
            ("InputLayer", "b", {"shape": [3]}),
            ("Concatenate", "both", {}),
            ("Dense", "hidden", {"units": 16, "activation": "relu"}),
            ("Dense", "scores", {"units": 3, "activation": "softmax"}),
            ("Dense", "value", {"units": 1}),
            ("Output", "kind", {}),
            ("Output", "amount", {}),
        ],
        {
            "both": ["a", "b"],
            "hidden": ["both"],
            "scores": ["hidden"],
            "value": ["hidden"],
            "kind": ["scores"],
            "amount": ["value"],
        },
        data,
        TrainingSpec(**{"epochs": 3, "seed": 1, **training}),  # type: ignore[arg-type]
    )


def test_several_inputs_and_outputs(worker: WorkerProcess, tmp_path: Path) -> None:
    folder = start(worker, two_by_two(tmp_path), tmp_path)
    reports = follow(worker)
    assert statuses(reports)[-1] == "finished", reports[-1]
    record = read_run(folder)
    names = {"loss", "kind_loss", "amount_loss", "kind_accuracy", "amount_mean_absolute_error"}
    assert names <= set(record.history)
    for name in names:
        assert len(values_of(reports, name)) == record.batches_done
    losses = np.array(values_of(reports, "kind_loss")) + values_of(reports, "amount_loss")
    np.testing.assert_allclose(losses, values_of(reports, "loss"), rtol=1e-4)
    kinds = {output.name: output.kind for output in load_evaluation(folder).outputs}
    assert kinds == {"kind": "classes", "amount": "values"}


def test_a_loss_that_explodes_stops_with_a_reason(worker: WorkerProcess, tmp_path: Path) -> None:
    optimizer = KerasObject("SGD", "keras.optimizers", {"learning_rate": 1e30})
    folder = start(worker, digits_mlp(optimizer=optimizer), tmp_path)
    reports = follow(worker)
    last = reports[-1]
    assert isinstance(last, RunChanged)
    assert last.status == "failed"
    assert last.problems[0].code == "train.not_finite"
    assert "epoch 1" in last.reason
    losses = values_of(reports, "loss")
    assert losses[-1] is None
    assert None not in losses[:-1]
    assert read_run(folder).problems == last.problems


def test_a_label_without_a_unit_is_refused(worker: WorkerProcess, tmp_path: Path) -> None:
    project = digits_mlp()
    layers = dict(project.layers)
    (scores,) = [layer for layer in layers.values() if layer.name == "scores"]
    arguments = {**scores.arguments, "units": 5}
    layers[scores.id] = type(scores)(scores.id, "Dense", "scores", arguments=arguments)
    project = Project(
        layers=layers,
        graphs=project.graphs,
        data=project.data,
        training=project.training,
        serial=project.serial,
    )
    folder = start(worker, project, tmp_path)
    reports = follow(worker)
    assert statuses(reports) == ["preparing", "refused"]
    record = read_run(folder)
    assert record.problems
    assert record.reason == record.problems[0].message
    assert not any(isinstance(report, Points) for report in reports)


def test_early_stopping_goes_back_to_the_best_epoch(worker: WorkerProcess, tmp_path: Path) -> None:
    project = digits_mlp(
        epochs=500,
        optimizer=KerasObject("Adam", "keras.optimizers", {"learning_rate": 0.05}),
        early_stopping=EarlyStopping("val_loss", patience=3),
        checkpoint=None,
    )
    folder = start(worker, project, tmp_path)
    assert statuses(follow(worker))[-1] == "finished"
    record = read_run(folder)
    assert "Early stopping" in record.reason
    losses = record.history["val_loss"]
    assert record.epochs_done == len(losses) < 500
    assert record.best_epoch == int(np.argmin(np.array(losses, float)))
    assert record.epochs_done == record.best_epoch + 1 + 3
    assert record.evaluated == "best"
    best = folder / "checkpoints" / "best" / "checkpoint.npz"
    last = folder / "checkpoints" / "last" / "checkpoint.npz"
    with np.load(best) as one, np.load(last) as other:
        for name in one.files:
            if name.startswith("weight."):
                np.testing.assert_array_equal(one[name], other[name])
