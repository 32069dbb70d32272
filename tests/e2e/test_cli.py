"""The command line on wine.csv, from data to a file that plain Keras loads."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from legacy_zoo.keras1 import KINDS as KERAS_1

from kerasstudio.cli import main
from kerasstudio.runtime.runs import read_run

pytestmark = pytest.mark.e2e

WINE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "wine.csv"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command: (exit code, standard output, standard error)."""

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


def good(answer: tuple[int, str, str]) -> dict[str, Any]:
    """The one JSON object of a command that went well."""
    code, out, err = answer
    assert code == 0, err
    assert out.count("\n") == 1
    value: dict[str, Any] = json.loads(out)
    assert value["ok"] is True
    return value


def test_from_wine_to_files_that_plain_keras_loads(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "wine.kstudio"
    made = good(run("new", project, "--data", WINE, "--json"))
    assert made["targets"] == ["cultivar"]
    assert made["rows"] == 178
    checked = good(run("check", project, "--json"))
    assert checked["errors"] == 0
    assert checked["parameters"] > 100
    runs = tmp_path / "elsewhere"
    trained = good(
        run("train", project, "--epochs", 15, "--seed", 3, "--batch-size", 16, "--out", runs,
            "--json")
    )  # fmt: skip
    folder = Path(trained["run"])
    assert folder.parent == runs
    assert trained["status"] == "finished"
    assert trained["epochs"] == 15
    assert len(trained["history"]["loss"]) == len(trained["history"]["val_accuracy"]) == 15
    assert trained["test"]["accuracy"] > 0.85
    assert trained["steps_per_second"] > 0
    assert trained["parameters"] == checked["parameters"]
    measured = good(run("evaluate", folder, "--json"))
    assert measured["metrics"]["accuracy"] == pytest.approx(trained["test"]["accuracy"])
    table = tmp_path / "predictions.csv"
    assert good(run("predict", folder, "--data", WINE, "--out", table, "--json"))["rows"] == 178
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 178
    # A target that is new or empty in the file does not hinder a prediction.
    lines = WINE.read_text().splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",unheard_of"
    other = tmp_path / "other.csv"
    other.write_text("\n".join(lines))
    assert run("evaluate", folder, "--data", other)[0] == 2
    again = good(run("predict", folder, "--data", other, "--out", tmp_path / "o.csv", "--json"))
    assert again["rows"] == 178
    right = sum(row["true"] == row["predicted"] for row in rows)
    assert right > 0.85 * 178
    for name in ("wine.h5", "wine.py"):
        written = good(run("export", folder, tmp_path / name, "--json"))
        assert written["checked"].startswith(
            "checked: same predictions on 32 samples in plain Keras"
        )
    assert (tmp_path / "wine.py").read_text().startswith('"""wine: a Keras model')
    with h5py.File(tmp_path / "wine.h5") as file:
        assert set(file) == {"model_weights", "kerasstudio"}
        assert set(file["kerasstudio"]) >= {"project", "state", "weights", "optimizer", "compile"}
    good(run("convert", tmp_path / "wine.h5", tmp_path / "wine.keras", "--json"))
    back = good(run("convert", tmp_path / "wine.keras", tmp_path / "again.kstudio", "--json"))
    assert back["nodes"] == checked["nodes"]
    script = "import keras; keras.models.load_model('wine.h5').summary()"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_weights_travel_from_run_to_file_and_back(run: Run, tmp_path: Path) -> None:
    """Train, go on from the run, measure, write for other runtimes, import, train on."""
    project = tmp_path / "wine.kstudio"
    good(run("new", project, "--data", WINE, "--json"))
    first = good(run("train", project, "--epochs", 8, "--seed", 3, "--json"))
    assert first["started_from"] == "fresh weights"
    second = good(run("train", project, "--epochs", 2, "--start", 1, "--json"))
    assert (second["started_from"], second["kept"]) == (
        "run 1, best epoch",
        "Every layer keeps its weights.",
    )
    assert second["history"]["loss"][0] < first["history"]["loss"][0]
    measured = good(run("train", project, "--epochs", 0, "--start", 1, "--json"))
    assert measured["test"] == pytest.approx(first["test"], abs=1e-5)
    for name, runtime in (
        ("wine", "TensorFlow 2"),
        ("wine.tflite", "TensorFlow Lite"),
        ("wine.onnx", "ONNX Runtime"),
    ):
        written = good(run("export", first["run"], tmp_path / name, "--json"))
        assert f"same predictions on 32 samples in {runtime}" in written["checked"]
    assert (tmp_path / "wine" / "saved_model.pb").is_file()

    model = tmp_path / "wine.keras"
    good(run("export", first["run"], model, "--json"))
    imported = tmp_path / "moved" / "imported.kstudio"
    imported.parent.mkdir()
    good(run("convert", model, imported, "--json"))
    (stored,) = (tmp_path / "moved" / "imported.studio" / "weights").iterdir()
    # The project and its folder go elsewhere together.
    imported.parent.rename(tmp_path / "elsewhere")
    imported = tmp_path / "elsewhere" / "imported.kstudio"
    checked = good(run("check", imported, "--json"))
    assert checked["starts_from"] == "wine.keras"
    assert checked["kept"] == "Every layer keeps its weights."
    again = good(run("convert", imported, tmp_path / "again.keras", "--json"))
    assert again["difference"] == 0
    assert "weights of wine.keras. Every layer keeps its weights." in again["notes"]
    (tmp_path / "elsewhere" / "imported.studio" / "weights" / stored.name).unlink()
    three_parts(run("export", imported, tmp_path / "none.keras"), "wine.keras", "fresh")
    assert not (tmp_path / "none.keras").exists()
    three_parts(run("train", project, "--start", 9), "no run 9")
    three_parts(run("train", project, "--start", WINE))


def test_ctrl_c_stops_in_order_and_keeps_the_checkpoint(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "wine.kstudio"
    assert run("new", project, "--data", WINE)[0] == 0
    command = [sys.executable, "-m", "kerasstudio", "train", str(project), "--epochs", "1000000"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        folder = tmp_path / "wine.studio" / "runs" / "0001"
        end = time.monotonic() + 120
        while not (folder / "checkpoints" / "last" / "checkpoint.npz").exists():
            assert time.monotonic() < end, "no checkpoint appeared"
            assert process.poll() is None
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to every process
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1
    assert "Stopping after this batch" in err
    assert "Traceback" not in err
    assert out.startswith("stopped")
    record = read_run(folder)
    assert record.status == "stopped"
    assert record.epochs_done >= 1


def test_a_killed_worker_is_told_and_its_curves_are_kept(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "wine.kstudio"
    assert run("new", project, "--data", WINE)[0] == 0
    command = [sys.executable, "-m", "kerasstudio", "train", str(project), "--json"]
    process = subprocess.Popen(
        [*command, "--epochs", "1000000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        folder = tmp_path / "wine.studio" / "runs" / "0001"
        end = time.monotonic() + 120
        while not (folder / "checkpoints" / "last" / "checkpoint.npz").exists():
            assert time.monotonic() < end, "no checkpoint appeared"
            assert process.poll() is None
            time.sleep(0.1)
        os.kill(read_run(folder).pid, signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1
    told = json.loads(out)
    assert told["status"] == read_run(folder).status == "killed"
    assert told["epochs"] > 0
    assert "SIGKILL" in err
    assert "Traceback" not in err


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from kerasstudio.cli import main; main(['--version']);"
        "bad = {'PySide6', 'tensorflow', 'keras', 'h5py', 'pyqtgraph'} & set(sys.modules);"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def three_parts(answer: tuple[int, str, str], *words: str) -> None:
    """Exit code 2, nothing on standard output, and what, expected, received on the other."""
    code, out, err = answer
    assert code == 2, err
    assert out == ""
    assert "error" in err
    assert "expected" in err
    for word in words:
        assert word in err


def test_bad_input_is_answered_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = tmp_path / "words.kstudio"
    text.write_text("no project")
    (tmp_path / "empty").mkdir()
    (tmp_path / "code.py").write_text("x = 1")
    three_parts(run("chek", "x.kstudio"), "chek", "check")
    three_parts(run("chek"), "did you mean check?")
    three_parts(run("check", "none.kstudio"), "none.kstudio")
    three_parts(run("check", text), "words.kstudio")
    three_parts(run("check", tmp_path / "empty"), "folder")
    three_parts(run("train", "none.kstudio"))
    three_parts(run("train", text, "--epochs", "-1"), "whole number")
    three_parts(run("train", text, "--seed", "x"), "whole number")
    three_parts(run("evaluate", tmp_path / "empty"), "run folder")
    three_parts(run("predict", "none", "--data", WINE, "--out", "p.csv"), "none")
    three_parts(run("export", tmp_path / "empty", "out.keras"), "run folder")
    three_parts(run("export", text, "out.tfjs"), ".keras", ".tfjs")
    three_parts(run("export", text, "out.onnx", "--quantise", "dynamic"), ".tflite")
    three_parts(run("export", text, tmp_path / "no" / "out.keras"), "folder")
    three_parts(run("convert", "code.py", "a.kstudio"), "Python code")
    code, out, err = run("train", "--json", "--epoch", "none")
    assert code == 2
    assert json.loads(out)["problems"][0]["code"] == "cli.arguments"
    code, out, err = run("export", text, tmp_path / ("n" * 300 + ".keras"), "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["code"] == "file.system"
    assert "too long" in err
    three_parts(run("convert", text, "words.kstudio"), "same file")
    three_parts(run("new", "a.txt", "--data", WINE), ".kstudio")
    three_parts(run("new", text, "--data", WINE), "--force")
    three_parts(run("new", "a.kstudio", "--data", "none.csv"), "none.csv")
    three_parts(run("new", "a.kstudio", "--data", WINE, "--template", "x"), "iris_mlp")
    code, out, err = run("check", "none.kstudio", "--json")
    assert code == 2
    value = json.loads(out)
    assert value["ok"] is False
    assert "none.kstudio" in value["problems"][0]["message"]
    assert "none.kstudio" in err


def test_bad_data_and_models_are_answered_in_words(run: Run, tmp_path: Path) -> None:
    three_parts(
        run("new", tmp_path / "a.kstudio", "--data", WINE, "--target", "colour"), "colour", "hue"
    )
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    three_parts(run("convert", broken, tmp_path / "b.kstudio"), "broken.keras")
    assert not (tmp_path / "b.kstudio").exists()


def test_a_model_of_keras_1_is_brought_up_and_says_so(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "old.h5"
    KERAS_1[0].write(source)
    written = good(run("convert", source, tmp_path / "new.keras", "--json"))
    assert written["checked"].startswith("checked: same predictions on 32 samples in plain Keras")
    assert written["upgrade"]["wrote"] == "Keras 1.2.2"
    names = {change["what"] for change in written["upgrade"]["changes"]}
    assert {"output_dim", "p", "SGD.decay"} <= names
    code, out, err = run("convert", source, tmp_path / "new.kstudio")
    assert code == 0
    assert "Written by Keras 1.2.2, brought up to Keras 3" in err
    assert "SGD.decay=0.0001 → InverseTimeDecay" in err
    assert "new.kstudio" in out


def test_doctor_and_help_speak(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("doctor", "--json")
    value = json.loads(out)
    assert value["versions"]["keras"].startswith("3.")
    assert value["ok"] is (code == 0)
    assert "CPU" in value["device"] or "GPU" in value["device"]
    monkeypatch.setattr("kerasstudio.cli.libraries._is_there", lambda name: name != "libEGL.so.1")
    monkeypatch.setattr("kerasstudio.cli.doctor._worker", lambda console, problems: None)
    code, out, err = run("doctor")
    assert code == 1
    assert "apt-get install -y libegl1" in err
    assert "Something is missing" in out
    assert run("--version")[1].startswith("kerasstudio ")
    code, out, _ = run("train", "--help")
    assert code == 0
    assert "--batch-size" in out


def test_no_display_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform == "linux":
        code, out, err = run()
        assert code == 1
        assert out == ""
        assert "no display" in err
