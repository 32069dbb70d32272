"""Run folders: numbered, replaced as a whole, readable whatever happened to them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.liveness import is_running, process_start
from kerasstudio.runtime.protocol import EpochEnded, Points, encode
from kerasstudio.runtime.runs import (
    create_run,
    list_runs,
    read_curves,
    read_project,
    read_run,
    studio_folder,
    update_run,
)

PROJECT = Project(
    layers={"l1": Layer("l1", "Dense", "dense", arguments={"units": 3})},
    training=TrainingSpec(epochs=7, seed=5),
)


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    return studio_folder(tmp_path / "wine.kstudio")


def test_a_new_run_keeps_the_project(studio: Path, tmp_path: Path) -> None:
    folder = create_run(studio, PROJECT, tmp_path, resumed_from="runs/0001")
    record = read_run(folder)
    assert studio.name == "wine.studio"
    assert folder == studio / "runs" / "0001"
    assert (record.number, record.status, record.seed, record.epochs) == (1, "preparing", 5, 7)
    assert record.resumed_from == "runs/0001"
    assert read_project(folder) == PROJECT


def test_numbers_are_given_once_even_in_a_race(studio: Path, tmp_path: Path) -> None:
    folders: list[Path] = []
    threads = [
        threading.Thread(target=lambda: folders.append(create_run(studio, PROJECT, tmp_path)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(folder.name) for folder in folders) == list(range(1, 9))


def test_update_replaces_only_what_is_named(studio: Path, tmp_path: Path) -> None:
    folder = create_run(studio, PROJECT, tmp_path)
    update_run(folder, status="finished", reason="done", history={"loss": [1.0, None]})
    record = read_run(folder)
    assert (record.status, record.reason, record.seed) == ("finished", "done", 5)
    assert record.history == {"loss": [1.0, None]}
    assert [entry.name for entry in folder.iterdir() if entry.name.endswith(".tmp")] == []


def test_a_run_of_a_process_that_is_gone_reads_as_killed(studio: Path, tmp_path: Path) -> None:
    folder = create_run(studio, PROJECT, tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    update_run(folder, status="running", pid=gone.pid, pid_start="")
    assert read_run(folder).status == "killed"
    assert read_run(folder).reason
    # The same id in another life of the system is not the same process.
    update_run(folder, pid=os.getpid(), pid_start="another boot:1")
    assert read_run(folder).status == "killed"
    update_run(folder, pid=os.getpid(), pid_start=process_start(os.getpid()))
    assert read_run(folder).status == "running"


def test_a_zombie_is_not_running() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    start = process_start(child.pid)
    assert child.stdout is not None
    child.stdout.read()  # its end: the process is over, but nobody has waited for it
    child.stdout.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_running(child.pid, start)
    child.wait()


def test_broken_and_foreign_folders_do_not_spoil_the_list(studio: Path, tmp_path: Path) -> None:
    create_run(studio, PROJECT, tmp_path)
    runs = studio / "runs"
    (runs / "notes").mkdir()
    (runs / "0002").mkdir()
    (runs / "0003").mkdir()
    (runs / "0003" / "run.json").write_bytes(b"\xff\xfe{")
    (runs / "0004").mkdir()
    (runs / "0004" / "run.json").write_text('{"status": "dancing"}')
    (runs / "0005").write_text("a file")
    records = list_runs(studio)
    assert [record.number for record in records] == [1, 2, 3, 4]
    assert not records[0].unreadable
    assert all(record.unreadable and record.reason for record in records[1:])


def test_no_runs_at_all(studio: Path) -> None:
    assert list_runs(studio) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.studio").write_text("in the way")
    with pytest.raises(StudioError, match=r"a\.studio"):
        create_run(tmp_path / "a.studio", PROJECT, tmp_path)


def test_curves_are_read_back_without_torn_lines(tmp_path: Path) -> None:
    lines = [
        encode(Points(1, 0, {"loss": [3.0, 2.0], "accuracy": [0.1, 0.2]}, 0, 2)),
        encode(Points(1, 2, {"loss": [1.0, None]}, 1, 2)),
        encode(Points(1, 4, {"loss": [9.0]}, 1, 3))[:-20],
    ]
    (tmp_path / "points.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "epochs.jsonl").write_bytes(
        encode(EpochEnded(1, 0, {"loss": 2.5}, 0.1, 2))
        + encode(EpochEnded(1, 1, {"loss": 1.0, "val_loss": 1.5}, 0.1, 4))
    )
    curves = read_curves(tmp_path)
    np.testing.assert_array_equal(curves.batch["loss"], [3.0, 2.0, 1.0, np.nan])
    np.testing.assert_array_equal(curves.batch["accuracy"], [0.1, 0.2, np.nan, np.nan])
    np.testing.assert_array_equal(curves.epoch["val_loss"], [np.nan, 1.5])
    np.testing.assert_array_equal(curves.epoch_ends, [2, 4])


def test_curves_of_a_run_without_points_are_empty(tmp_path: Path) -> None:
    curves = read_curves(tmp_path)
    assert curves.batch == {}
    assert len(curves.epoch_ends) == 0
