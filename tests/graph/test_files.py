"""Project files: round trips, every kind of bad file, and saving that never loses the old one."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import pickle
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawings import chain, drawn, random_edges

from kerasstudio.graph import atomic, edits, files
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Window
from kerasstudio.graph.foreign import content_kind
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.training_spec import EarlyStopping, KerasObject, OutputTraining, TrainingSpec


def full_project() -> Project:
    """Something in every field."""
    drawing, nodes = chain("InputLayer", "Dense", "LSTM", "Output")
    project = edits.set_argument(
        drawing.project, drawing.layer(nodes[1]).id, "name with ü", [1, None, {"a": [True, 0.1]}]
    )
    project, _ = edits.add_frame(project, "Block", 1, 2, 3, 4)
    project, _ = edits.add_note(project, "**Nota** ≤ 5 µm", 5, 6)
    project = edits.set_literal(project, nodes[2], "training", False)
    project = edits.set_data(
        project,
        DataSpec(
            sources=(Source("s1", "sample:digits.npz", "npz"),),
            columns=(Column("pixels", "s1", "array"), Column("label", "s1", "category", "target")),
            window=Window(3, 2),
            bindings={"l1": ("pixels",)},
        ),
    )
    project = edits.set_training(
        project,
        TrainingSpec(
            optimizer=KerasObject("SGD", "keras.optimizers", {"learning_rate": 1e-3}),
            outputs={"l7": OutputTraining(metrics=())},
            early_stopping=EarlyStopping(),
            checkpoint=None,
        ),
    )
    return edits.set_code(edits.set_flow(project, "down"), "a.py", "x = 1\n")


def test_round_trip(tmp_path: Path) -> None:
    project = full_project()
    path = tmp_path / "a.kstudio"
    files.write_project(path, project)
    again = files.read_project(path)
    assert again == project
    assert files.encode_project(again) == path.read_bytes()


def test_order_of_nodes_is_kept() -> None:
    project = drawn(30, random_edges(30))
    turned = dict(reversed(project.graph.nodes.items()))
    graph = Graph("main", nodes=turned, wires=project.graph.wires)
    project = Project(layers=project.layers, graphs={"main": graph})
    assert list(files.decode_project(files.encode_project(project)).graph.nodes) == list(turned)


def test_equal_projects_give_equal_bytes() -> None:
    project = drawn(12, random_edges(12))
    graph = Graph(
        "main",
        nodes=project.graph.nodes,
        wires=dict(reversed(project.graph.wires.items())),
    )
    other = Project(
        layers=dict(reversed(project.layers.items())), graphs={"main": graph}, serial=12
    )
    assert other == project
    assert files.encode_project(other) == files.encode_project(project)


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, x=np.zeros(3))
    return file.getvalue()


def keras_file() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", "")
    return file.getvalue()


GOOD = files.encode_project(full_project())
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
CONFLICT = GOOD.replace(b'\n "version"', b'\n<<<<<<< HEAD\n=======\n>>>>>>> other\n "version"')


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "file.foreign", "is empty"),
        (b" \n", "file.foreign", "is blank"),
        (bytes(4096), "file.foreign", "zero bytes"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "file.foreign", "HDF5 file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), "file.foreign", "PNG picture"),
        (keras_file(), "file.foreign", "Keras model (.keras)"),
        (npz(), "file.foreign", "NumPy archive"),
        (npz()[:60], "file.foreign", "damaged zip"),
        (gzip.compress(GOOD), "file.foreign", "gzip"),
        (pickle.dumps({"a": 1}), "file.foreign", "pickle"),
        (LFS, "file.foreign", "Git LFS pointer"),
        ("{}".encode("utf-16"), "file.foreign", "UTF-16"),
        (b"<!DOCTYPE html><html></html>", "file.foreign", "web page"),
        (b"a,b\n1,2\n", "file.foreign", "no KerasStudio project"),
        (b"[1, 2]", "file.foreign", "JSON, but"),
        (b'{"class_name": "Functional", "config": {}}', "file.foreign", "architecture"),
        (b'{"format": "kerasstudio"', "file.damaged", "cut off"),
        (GOOD[: len(GOOD) // 2], "file.damaged", "cut off"),
        (GOOD[:-3], "file.damaged", "cut off"),
        (GOOD.replace(b'"nodes"', b'"nodes', 1), "file.damaged", "damaged"),
        (GOOD.replace(b"\xc3\xbc", b"\xfc"), "file.damaged", "damaged"),
        (CONFLICT, "file.conflict", "Git could not merge"),
        (b'{"format": "kerasstudio", "version": 99}', "file.newer", "newer KerasStudio"),
        (b'{"format": "kerasstudio", "version": true}', "file.version", "does not say"),
        (b'{"format": "kerasstudio"}', "file.version", "does not say"),
        (b'{"format": "kerasstudio", "version": 1}', "file.damaged", "holds no project"),
        (b"[" * 200_000, "file.foreign", "no KerasStudio project"),
    ],
)
def test_bad_content(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    path = tmp_path / "bad.kstudio"
    path.write_bytes(data)
    with pytest.raises(StudioError) as error:
        files.read_project(path)
    problem = error.value.problem
    assert problem.code == code
    assert words in problem.message
    assert "bad.kstudio" in problem.message
    assert problem.place.file == str(path)


def changed(**changes: Any) -> bytes:
    document = json.loads(GOOD)
    document["project"].update(changes)
    return json.dumps(document).encode()


def graph_with(**changes: Any) -> dict[str, Any]:
    graph = json.loads(GOOD)["project"]["graphs"]["main"]
    return {"main": {**graph, **changes}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(layers={}), "which is not there"),
        (changed(layers=3), "Expected `object`"),
        (changed(graphs=[]), "damaged"),
        (changed(graphs={"main": 3}), "damaged"),
        (changed(graphs={}), "main graph"),
        (changed(root="other"), "main graph"),
        (changed(serial="x"), "Expected `int`"),
        (changed(graphs=graph_with(nodes=[])), "is not there"),
        (changed(graphs=graph_with(nodes=[{"layer": "l1"}])), "damaged"),
        (changed(graphs=graph_with(nodes=[{"id": "n", "layer": "l1"}] * 2)), "same id"),
        (changed(graphs=graph_with(wires=[{"source": "n2", "target": "n4"}])), "port"),
        (
            changed(graphs=graph_with(wires=[{"source": "n2", "target": "n4", "port": "x"}] * 2)),
            "same port",
        ),
        (
            changed(graphs=graph_with(wires=[{"source": "n9", "target": "n4", "port": "x"}])),
            '"n9"',
        ),
        (changed(graphs=graph_with(id="x")), "calls itself"),
    ],
)
def test_dangling_references(data: bytes, words: str) -> None:
    with pytest.raises(StudioError) as error:
        files.decode_project(data, "a.kstudio")
    assert error.value.problem.code == "file.damaged"
    assert words in error.value.problem.message


def test_a_graph_inside_itself_is_refused() -> None:
    project = Project(
        layers={"b": Layer("b", "Functional", "block", graph="main")},
        graphs={"main": Graph("main", nodes={"n": Node("n", "b")})},
    )
    with pytest.raises(StudioError, match="inside itself"):
        files.decode_project(files.encode_project(project))


def test_every_cut_of_a_file_is_refused() -> None:
    small = files.encode_project(chain("InputLayer", "Output")[0].project)
    for length in range(len(small.rstrip())):
        with pytest.raises(StudioError):
            files.decode_project(small[:length])


def test_places_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is a folder"):
        files.read_project(tmp_path)
    with pytest.raises(StudioError, match="no such file"):
        files.read_project(tmp_path / "none.kstudio")
    with pytest.raises(StudioError, match="is a device"):
        files.read_project(Path("/dev/null"))
    (tmp_path / "a").write_text("")
    with pytest.raises(StudioError, match="a part of its path is no folder"):
        files.read_project(tmp_path / "a" / "b")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.kstudio"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(StudioError, match="too big"):
        files.read_project(path)


def test_the_backup_is_the_content_before(tmp_path: Path) -> None:
    path = tmp_path / "a.kstudio"
    first, second = Project(), full_project()
    files.write_project(path, first)
    assert not files.backup_path(path).exists()
    files.write_project(path, second)
    assert files.read_project(files.backup_path(path)) == first
    files.write_project(path, second)
    assert files.read_project(files.backup_path(path)) == first
    path.write_bytes(b"")
    with pytest.raises(StudioError, match=r"a\.kstudio\.bak"):
        files.read_project(path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.kstudio"
    files.write_project(path, Project())
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(StudioError, match="the disk is full") as error:
        files.write_project(path, full_project())
    assert error.value.problem.code == "file.unwritable"
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.kstudio", "a.kstudio.bak"]


def test_a_real_full_disk() -> None:
    with pytest.raises(OSError, match="No space left"):
        Path("/dev/full").write_bytes(b"x")
    with pytest.raises(StudioError):
        files.write_project(Path("/proc/none.kstudio"), Project())


def test_write_into_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no such file or folder"):
        files.write_project(tmp_path / "none" / "a.kstudio", Project())
    with pytest.raises(StudioError, match="it is a folder"):
        files.write_project(tmp_path, Project())


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "a.kstudio", tmp_path / "link.kstudio"
    files.write_project(path, Project())
    path.chmod(0o600)
    link.symlink_to(path)
    files.write_project(link, full_project())
    assert link.is_symlink()
    assert files.read_project(path) == full_project()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", object()])
def test_values_that_json_cannot_hold(value: Any) -> None:
    drawing, nodes = chain("InputLayer", "Dense")
    layer = drawing.layer(nodes[1]).id
    project = edits.set_argument(drawing.project, layer, "x", value)
    with pytest.raises(StudioError) as error:
        files.encode_project(project)
    assert error.value.problem.code == "file.value"
    assert error.value.problem.place.layer == layer


def test_an_older_version_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "VERSION", 3)
    steps = {1: lambda body: {**body, "flow": "down"}, 2: lambda body: {**body, "serial": 77}}
    monkeypatch.setattr(files, "_MIGRATIONS", steps)
    project = files.decode_project(GOOD)
    assert (project.flow, project.serial) == ("down", 77)


def test_unknown_fields_of_a_file_are_no_error() -> None:
    assert files.decode_project(changed(extra=1)) == full_project()


def test_wires_are_sorted_by_number() -> None:
    project = drawn(13, [(i, 12) for i in range(12)])
    wires = json.loads(files.encode_project(project))["project"]["graphs"]["main"]["wires"]
    assert [wire["port"] for wire in wires] == [f"inputs.{i}" for i in range(12)]
    assert Wire("n0", "n12", "inputs.0") in project.graph.wires.values()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (GOOD, "project"),
        (b"\xef\xbb\xbf" + GOOD, "project"),
        (keras_file(), "model"),
        (b"\x89HDF\r\n\x1a\n" + bytes(90), "model"),
        (b'{"module": "keras", "class_name": "Sequential", "config": {}}', "model"),
        (npz(), "other"),
        (b"a,b\n1,2\n", "other"),
        (b"", "other"),
        (b'{"other": 1}', "other"),
    ],
)
def test_content_tells_what_a_file_is(data: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    assert content_kind(path) == kind


def test_what_is_no_file_is_nothing(tmp_path: Path) -> None:
    assert content_kind(tmp_path) == content_kind(tmp_path / "none") == "other"
