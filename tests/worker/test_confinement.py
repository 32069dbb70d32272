"""A worker that reads foreign files can do nothing else, as far as it says so itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from malicious_files import make_all

from kerasstudio.runtime.confined import Confined, memory_for
from kerasstudio.runtime.confinement import Confinement
from kerasstudio.runtime.protocol import Failed, ImportModel, ModelImported
from kerasstudio.runtime.worker_process import WorkerProcess

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

PROBE = Path(__file__).with_name("confined_probe.py")
PLAIN_KERAS = PROBE.with_name("plain_keras_probe.py")
Probe = Callable[..., dict[str, Any]]


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Probe]:
    """Run the probe; it must not leave anything at `tmp_path / "outside"`."""
    file, secret, outside = tmp_path / "file", tmp_path / "secret", tmp_path / "outside"
    file.write_text("read me")
    secret.write_text("mine")
    monkeypatch.setenv("KERASSTUDIO_SECRET_OF_MINE", "no")
    monkeypatch.setenv("AWS_SECRET_OF_MINE", "no")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run(*fences: str) -> dict[str, Any]:
            with Confined(file) as confined:
                environment = confined.environment() | {
                    "PROBE_SECRET": str(secret),
                    "PROBE_OUTSIDE": str(outside),
                    "PROBE_PORT": str(server.getsockname()[1]),
                }
                done = subprocess.run(
                    [sys.executable, str(PROBE), str(file), *fences],
                    env=environment,
                    cwd=confined.folder,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, done.stderr
                answer: dict[str, Any] = json.loads(done.stdout)
                answer["folder"] = str(confined.folder)
            assert not confined.folder.exists()
            return answer

        yield run


def test_a_confined_process_can_do_its_work_and_nothing_else(probe: Probe, tmp_path: Path) -> None:
    answer = probe()
    did, held = answer["did"], answer["held"]
    assert did["read the file"]
    assert did["write in its folder"]
    assert did["take some memory"]
    for name in ("write outside", "rename outside", "connect", "run a program"):
        assert not did[name], name
    kernel = {part for part, how in held.items() if how == "kernel"}
    if "memory" in kernel:
        assert not did["take all memory"]
    if "network" in kernel:
        assert not did["connect natively"]
    if "programs" in kernel:
        assert not did["run a program natively"]
    if "writing" in kernel:
        assert not did["write outside natively"]
    if "reading" in kernel:
        assert not did["read a secret"]
        assert not did["look into its parent"]
    assert not (tmp_path / "outside.ran").exists() or "programs" not in kernel
    assert answer["home"].startswith(answer["folder"])
    assert "AWS_SECRET_OF_MINE" not in answer["private"]


def test_each_fence_holds_by_itself(probe: Probe) -> None:
    """Where the system lets one be put up. What it refuses must be refused."""
    refuses = {
        "hooks": ("write outside", "rename outside", "connect", "run a program"),
        "landlock": ("write outside natively", "read a secret", "connect natively"),
        "namespace": ("connect", "connect natively"),
        "system calls": ("connect natively", "run a program natively", "run a program"),
    }
    for fence, names in refuses.items():
        answer = probe(fence)
        if answer["held"][fence]:
            assert [name for name in names if answer["did"][name]] == [], fence
        assert answer["did"]["read the file"], fence
        assert answer["did"]["write in its folder"], fence


def test_without_fences_the_probe_can_do_everything(probe: Probe) -> None:
    """What the others refuse is possible here: the probe itself is right."""
    did = probe("none")["did"]
    refused = {name for name, done in did.items() if not done}
    assert refused <= {"signal its parent", "look into its parent"}


def test_what_holds_is_said_in_words() -> None:
    assert Confinement("kernel", "kernel", "kernel", "kernel", "kernel").is_complete
    partly = Confinement("watched", "python", "python", "python", "open")
    assert not partly.is_complete
    assert partly.parts()["network"] == "python"


def test_memory_grows_with_the_file_and_ends_below_that_of_the_machine() -> None:
    assert memory_for(100 << 20) > memory_for(0) >= 1 << 30
    assert memory_for(1 << 50) < 1 << 45


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import keras

    path = tmp_path_factory.mktemp("small") / "small.keras"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save(path)
    return path


def ask(worker: WorkerProcess, path: Path) -> ModelImported | Failed:
    worker.wait_ready(120)
    worker.send(ImportModel(worker.next_id(), str(path)))
    for report in worker.reports(120):
        if isinstance(report, ModelImported | Failed):
            return report
    raise worker.death()


def test_a_confined_worker_opens_a_model_and_says_what_keeps_it(small: Path) -> None:
    with Confined(small) as confined, WorkerProcess(confined=confined) as worker:
        answer = ask(worker, small)
        assert isinstance(answer, ModelImported)
        assert worker.ready is not None
        assert worker.ready.confinement is not None
        if sys.platform.startswith("linux"):
            assert worker.ready.confinement.memory == "kernel"


def test_a_confined_worker_reads_no_other_file(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.keras"
    other.write_bytes(small.read_bytes())
    with Confined(small) as confined, WorkerProcess(confined=confined) as worker:
        answer = ask(worker, other)
        assert worker.ready is not None
        assert worker.ready.confinement is not None
        if worker.ready.confinement.reading == "kernel":
            assert isinstance(answer, Failed)
            assert answer.problem.code == "import.unreadable"


def test_an_ordinary_worker_is_not_confined() -> None:
    with WorkerProcess() as worker:
        assert worker.wait_ready(120).confinement is None


def test_a_file_behind_a_link_is_readable(small: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.keras"
    os.symlink(small, link)
    with Confined(link) as confined, WorkerProcess(confined=confined) as worker:
        assert isinstance(ask(worker, link), ModelImported)


@pytest.mark.parametrize("confined", [False, True])
def test_code_that_plain_keras_would_run_does_nothing_in_a_confined_process(
    tmp_path: Path, confined: bool
) -> None:
    """The fences hold without the vetting; and the traps of these tests are real."""
    folder, marker = tmp_path / "files", tmp_path / "marker"
    folder.mkdir()
    names = {"lambda_keras", "lambda_h5", "lambda_old_h5", "lambda_in_model", "saved_model_layer"}
    files = [each.path for each in make_all(folder, marker) if each.name in names]
    assert len(files) == len(names)
    with Confined(*files) as cell:
        done = subprocess.run(
            [sys.executable, str(PLAIN_KERAS), str(marker), *map(str, files)],
            env=cell.environment() if confined else os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    touched = json.loads(done.stdout)
    assert not marker.exists()
    assert touched == ([] if confined else [str(path) for path in files])
