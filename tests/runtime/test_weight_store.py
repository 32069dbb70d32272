"""Where stored weights lie: found after saving, moving and recovering; swept when unnamed."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from kerasstudio.graph.files import write_project
from kerasstudio.graph.history import History
from kerasstudio.graph.journal import Journal
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.stored_weights import StoredLayer, StoredWeight, StoredWeights
from kerasstudio.graph.training_spec import Start, TrainingSpec
from kerasstudio.runtime.run_weights import checkpoint_path, start_from_run
from kerasstudio.runtime.runs import create_run, studio_folder
from kerasstudio.runtime.weight_store import (
    WeightStore,
    names_in,
    read_stored,
    shared_folder,
    sweep_shared,
)

LAYER = StoredLayer(
    "Dense", "keras.layers", "dense", (StoredWeight("kernel", (2, 3), "float32", 0),)
)


def write(path: Path, stored: StoredWeights | None = None) -> Path:
    """A small file of weights."""
    stored = stored or StoredWeights({"l1": LAYER}, variables=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer(msgspec.json.encode(stored), np.uint8)
    np.savez(path, **{"state": text, "weight.0": np.ones((2, 3), np.float32)})  # type: ignore[arg-type]
    return path


def starting(name: str) -> Project:
    return Project(training=TrainingSpec(start=Start(name, "somewhere")))


def aged(path: Path, days: float = 30) -> Path:
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))
    return path


def test_description_is_read_without_arrays(tmp_path: Path) -> None:
    path = write(tmp_path / "w.npz")
    assert read_stored(path).layers == {"l1": LAYER}


def test_a_project_without_a_file_uses_the_folder_of_the_user() -> None:
    store = WeightStore(None)
    path = write(store.new_path("ResNet 50.keras"))
    assert path.parent == shared_folder()
    assert path.stem.startswith("resnet-50-keras-")
    assert store.find(path.stem) == path


def test_saving_brings_the_weights_beside_the_file_and_they_travel_with_it(tmp_path: Path) -> None:
    unsaved = WeightStore(None)
    name = write(unsaved.new_path("a")).stem
    saved = WeightStore(studio_folder(tmp_path / "one" / "p.kstudio"))
    saved.bring([name, "gone"], unsaved)
    (shared_folder() / f"{name}.npz").unlink()
    assert saved.find(name) == tmp_path / "one/p.studio/weights" / f"{name}.npz"
    (tmp_path / "one").rename(tmp_path / "two")
    moved = WeightStore(studio_folder(tmp_path / "two" / "p.kstudio"))
    assert moved.find(name) is not None
    saved_as = WeightStore(studio_folder(tmp_path / "three.kstudio"))
    saved_as.bring([name], moved)
    saved_as.bring([name], moved)
    assert read_stored(saved_as.path_of(Start(name))).variables == 1


@pytest.mark.parametrize("name", ["", "../secret", "/etc/passwd", "a/b", "a.npz", ".hidden", "é"])
def test_names_lead_nowhere_else(name: str, tmp_path: Path) -> None:
    write(tmp_path / "secret.npz")
    assert WeightStore(tmp_path / "p.studio").find(name) is None


def test_missing_weights_are_told_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(StudioError) as caught:
        WeightStore(tmp_path / "p.studio").path_of(Start("w-1", "resnet.keras"))
    problem = caught.value.problem
    assert (problem.code, problem.fixes[0].label) == ("weights.missing", "start from fresh weights")
    assert "resnet.keras" in problem.message


def test_the_start_from_a_run_outlives_the_run(tmp_path: Path) -> None:
    studio = tmp_path / "p.studio"
    folder = create_run(studio, Project(), tmp_path)
    store = WeightStore(studio)
    with pytest.raises(StudioError, match="no weights yet"):
        start_from_run(store, folder)
    write(checkpoint_path(folder, "last"), StoredWeights({"l1": LAYER}, epochs_done=1))
    assert start_from_run(store, folder).checkpoint == "last"
    write(checkpoint_path(folder, "best"), StoredWeights({"l1": LAYER}, epochs_done=2))
    start = start_from_run(store, folder)
    assert (start.run, start.checkpoint, start.label) == (1, "best", "run 1, best epoch")
    # The run goes on: its file is replaced, not changed.
    new = write(folder / "new.npz", StoredWeights(epochs_done=9))
    new.replace(checkpoint_path(folder, "best"))
    assert read_stored(store.path_of(start)).epochs_done == 2
    with pytest.raises(StudioError, match="older version"):
        start_from_run(store, folder)


def test_other_disks_get_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_paths: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", refused)
    store = WeightStore(tmp_path / "p.studio")
    name = store.add(write(tmp_path / "w.npz"), "w")
    assert read_stored(store.path_of(Start(name))).variables == 1
    assert [path.suffix for path in store.folder.iterdir()] == [".npz"]


def test_only_old_files_that_nothing_names_are_swept(tmp_path: Path) -> None:
    file = tmp_path / "p.kstudio"
    store = WeightStore(studio_folder(file))
    kept = ["open", "saved", "backup", "run", "journal"]
    for name in [*kept, "nobody", "young"]:
        write(store.folder / f"{name}-0a.npz")
        if name != "young":
            aged(store.folder / f"{name}-0a.npz")
    write_project(file, starting("backup-0a"))
    write_project(file, starting("saved-0a"))
    create_run(store.folder.parent, starting("run-0a"), tmp_path)
    journal = Journal()
    journal.record(History(starting("journal-0a")), file)
    assert store.sweep(names_in([starting("open-0a"), Project()]), file) == ["nobody-0a"]
    left = {path.stem for path in store.folder.iterdir()}
    assert left == {f"{name}-0a" for name in [*kept, "young"]}
    journal.discard()
    assert store.sweep(["open-0a"], file) == ["journal-0a"]


def test_unreadable_files_may_name_anything(tmp_path: Path) -> None:
    file = tmp_path / "p.kstudio"
    store = WeightStore(studio_folder(file))
    aged(write(store.folder / "a-0a.npz"))
    file.mkdir()
    assert store.sweep([], file) == []


def test_the_folder_of_the_user_is_swept_after_a_week() -> None:
    folder = shared_folder()
    for name, days in (("old", 8), ("new", 2), ("recoverable", 9)):
        aged(write(folder / f"{name}-0a.npz"), days)
    journal = Journal()
    journal.record(History(starting("recoverable-0a")))
    assert sweep_shared() == ["old-0a"]
    # A project's own sweep leaves the shared folder alone.
    assert WeightStore(None).sweep([], None) == []
    assert {path.stem for path in folder.iterdir()} == {"new-0a", "recoverable-0a"}
