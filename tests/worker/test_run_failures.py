"""However a run goes wrong, its folder says so in words and stays readable."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from projects import chain, digits_mlp

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining, TrainingSpec
from kerasstudio.runtime.protocol import Message, RunChanged, Train
from kerasstudio.runtime.runs import RunRecord, create_run, read_curves, read_run
from kerasstudio.runtime.states import RUN_ENDED
from kerasstudio.runtime.worker import feed, training
from kerasstudio.runtime.worker.checkpoints import read_state
from kerasstudio.runtime.worker.control import RunControl

pytestmark = pytest.mark.worker


def run(
    project: Project, base: Path, resume_from: Path | None = None
) -> tuple[RunRecord, list[Message]]:
    folder = create_run(base / "a.studio", project, base)
    sent: list[Message] = []
    resume = str(resume_from) if resume_from is not None else None
    training.train(Train(1, project, str(folder), str(base), resume), RunControl(), sent.append)
    record = read_run(folder)
    assert record.status in RUN_ENDED
    assert record.ended
    last = [message for message in sent if isinstance(message, RunChanged)][-1]
    assert (last.status, last.reason, last.problems) == (
        record.status,
        record.reason,
        record.problems,
    )
    return record, sent


def test_a_full_disk_while_writing_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    append = feed._append

    def full(file: Any, line: bytes) -> None:
        if len(written) > 6:
            file.write(line[:30])  # what fits, then nothing
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), file.name)
        written.append(line)
        append(file, line)

    monkeypatch.setattr(feed, "_append", full)
    record, _ = run(digits_mlp(epochs=50), tmp_path)
    assert record.status == "failed"
    assert record.problems[0].code == "file.disk_full"
    assert "disk is full" in record.reason
    assert len(read_curves(Path(record.folder)).batch["loss"]) > 0
    monkeypatch.undo()
    # What was saved before is whole: the run can be continued where there is space again.
    done = read_state(Path(record.folder)).epochs_done
    continued, _ = run(digits_mlp(epochs=done + 1), tmp_path, Path(record.folder))
    assert continued.status == "finished", continued.reason
    assert continued.epochs_done == done + 1


def test_a_full_disk_while_writing_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "checkpoint.npz")

    monkeypatch.setattr("kerasstudio.runtime.worker.fitting.write_checkpoint", full)
    record, _ = run(digits_mlp(epochs=3), tmp_path)
    assert record.status == "failed"
    assert record.problems[0].code == "file.disk_full"


def test_numbers_outside_an_embedding_are_refused(tmp_path: Path) -> None:
    words = np.random.default_rng(0).integers(0, 9, (60, 5))
    np.savez(tmp_path / "words.npz", words=words, kind=words[:, 0] % 2)
    data = DataSpec(
        sources=(Source("s1", "words.npz", "npz"),),
        columns=(
            Column("words", "s1", "array"),
            Column("kind", "s1", "integer", "target", "index"),
        ),
    )
    project = chain(
        [
            ("InputLayer", "words", {"shape": [5], "dtype": "int32"}),
            ("Embedding", "meaning", {"input_dim": 4, "output_dim": 3}),
            ("Flatten", "flat", {}),
            ("Dense", "scores", {"units": 2, "activation": "softmax"}),
            ("Output", "kind", {}),
        ],
        data,
        TrainingSpec(epochs=1),
    )
    record, _ = run(project, tmp_path)
    assert record.status == "refused"
    (problem, *_) = record.problems
    assert problem.code == "train.index_range"
    assert problem.place.layer == "l2"


def test_a_run_without_checkpoint_cannot_be_continued(tmp_path: Path) -> None:
    empty = create_run(tmp_path / "a.studio", digits_mlp(), tmp_path)
    record, _ = run(digits_mlp(), tmp_path, empty)
    assert record.status == "refused"
    assert record.problems[0].code == "file.no_checkpoint"


def test_a_changed_model_is_not_continued(tmp_path: Path) -> None:
    first, _ = run(digits_mlp(epochs=1), tmp_path)
    project = digits_mlp(epochs=3)
    layers = {
        key: msgspec.structs.replace(layer, arguments={**layer.arguments, "units": 48})
        if layer.name == "hidden"
        else layer
        for key, layer in project.layers.items()
    }
    record, _ = run(msgspec.structs.replace(project, layers=layers), tmp_path, Path(first.folder))
    assert record.status == "refused"
    assert record.problems[0].code == "train.other_model"
    assert "64 × 48" in record.problems[0].expected
    assert "64 × 32" in record.problems[0].received


def test_an_object_that_is_not_kerass_is_refused(tmp_path: Path) -> None:
    for optimizer, text in (
        (KerasObject("system", "os"), 'no optimizer "system" in os'),
        (KerasObject("Adam", "keras.optimizers", {"learning_rat": 1}), "cannot be made"),
    ):
        record, _ = run(digits_mlp(optimizer=optimizer), tmp_path)
        assert record.status == "refused"
        assert text in record.reason


def test_a_loss_that_does_not_fit_says_so(tmp_path: Path) -> None:
    output = digits_mlp()
    (node_layer,) = [layer for _, layer in output.outputs()]
    wrong = OutputTraining(KerasObject("CategoricalCrossentropy", "keras.losses"))
    record, _ = run(digits_mlp(outputs={node_layer.id: wrong}), tmp_path)
    assert record.status == "refused"
    assert "\n" not in record.reason
