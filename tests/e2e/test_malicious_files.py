"""Files made to run code, opened as a person opens files: by the command line and in the window.

The vetting alone is tried on every kind (tests/worker/test_vetting.py), the whole program on every
kind by bench/bench_malicious.py; here some of each sort."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hand import pump, wait_for
from malicious_files import Malicious, make_all
from PySide6.QtWidgets import QMessageBox

from kerasstudio.cli import main
from kerasstudio.graph.placeholders import placeholders

pytestmark = pytest.mark.e2e

PLACEHOLDERS = ("lambda_keras", "lambda_h5", "lambda_in_wrapper", "saved_model_layer")
REFUSED = (
    "activation_eval",
    "lambda_class_of_layer",
    "lambda_download_called",
    "lambda_floatx",
    "own_layers_name",
    "zip_outside",
    "zip_bomb",
    "config_bomb",
    "deep_config",
    "units",
)
SAMPLE = {*PLACEHOLDERS, *REFUSED}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Malicious], Path]:
    folder = tmp_path_factory.mktemp("malicious")
    (folder / "files").mkdir()
    made = {each.name: each for each in make_all(folder / "files", folder / "marker")}
    assert set(made) >= SAMPLE
    return made, folder / "marker"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Keras would put what it downloads."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("KERAS_HOME", str(path))
    return path


def cells() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"kerasstudio-confined-{os.getpid()}-*"))


def is_read(studio: Any, path: Path, failures: list[object]) -> bool:
    return bool(failures) or studio.documents.name == path.stem


def test_no_code_runs_from_the_command_line(
    corpus: tuple[dict[str, Malicious], Path],
    home: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (files, marker), before = corpus, cells()
    for name in (*PLACEHOLDERS, *REFUSED):
        out = tmp_path / f"{name}.kstudio"
        code = main(["convert", str(files[name].path), str(out)])
        said = "".join(capfd.readouterr())
        assert "Traceback" not in said, name
        assert not marker.exists(), name
        assert out.exists() == (name in PLACEHOLDERS), (name, said)
        if out.exists():
            assert code == 0, name
        else:
            assert code != 0, name
            assert "what to do" in said, (name, said)
    main(["check", str(tmp_path / f"{PLACEHOLDERS[0]}.kstudio")])
    assert not marker.exists()
    assert {each.name for each in home.iterdir()} <= {"keras.json"}  # written at every start
    assert cells() == before


def test_no_code_runs_in_the_window(
    studio: Any, corpus: tuple[dict[str, Malicious], Path], home: Path
) -> None:
    (files, marker), before = corpus, cells()
    wait_for(lambda: studio.pool.analysis.ready is not None, "a worker", 120)
    for name in (*PLACEHOLDERS[:3], *REFUSED[:4]):
        failures: list[object] = []
        studio.importing.failed.connect(failures.append)
        studio.importing.open_paths([files[name].path])
        wait_for(partial(is_read, studio, files[name].path, failures), name)
        studio.importing.failed.disconnect(failures.append)
        assert bool(failures) == (name in REFUSED), name
        if not failures:
            project = studio.store.project
            wait_for(lambda: studio.pool.analysis.state != "busy", "shapes")
            pump(0.2)
            assert len(list(placeholders(project))) == 1
            studio.store.mark_saved(project, marker.with_name("saved.kstudio"))
        for box in studio.window.findChildren(QMessageBox):
            assert box.isVisible()
            box.close()
        assert not marker.exists(), name
    assert {each.name for each in home.iterdir()} <= {"keras.json"}  # written at every start
    wait_for(lambda: cells() == before, "the reader to be gone")
