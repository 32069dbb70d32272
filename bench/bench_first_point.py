"""Train sent to a warm worker until the first points arrive: a small dense net on the digits."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.bench_training import project_of
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.protocol import Points, RunChanged, Train
from kerasstudio.runtime.runs import create_run
from kerasstudio.runtime.states import RUN_ENDED
from kerasstudio.runtime.worker_process import WorkerProcess

ROUNDS = 5
LIMIT = 1.5

MLP = [
    ("InputLayer", {"shape": [8, 8]}),
    ("Rescaling", {"scale": 0.0625}),
    ("Flatten", {}),
    ("Dense", {"units": 64, "activation": "relu"}),
    ("Dense", {"units": 10, "activation": "softmax"}),
]
DIGITS = DataSpec(
    sources=(Source("s1", "sample:digits.npz", "npz"),),
    columns=(
        Column("images", "s1", "array"),
        Column("labels", "s1", "integer", "target", "index"),
    ),
)


def main() -> None:
    shape = project_of("digits", MLP, 1)
    project = Project(
        layers=shape.layers,
        graphs=shape.graphs,
        data=DIGITS,
        training=TrainingSpec(epochs=2),
        serial=100,
    )
    with tempfile.TemporaryDirectory() as folder:
        seconds = [first_point(project, Path(folder)) for _ in range(ROUNDS)]
    print("first points:", *(f"{value:.2f}" for value in seconds), file=sys.stderr)
    figure = {
        "figure": "training: warm worker to the first point, digits MLP (s)",
        "value": round(statistics.median(seconds), 3),
        "limit": LIMIT,
        "better": "lower",
    }
    print(json.dumps(figure), flush=True)


def first_point(project: Project, base: Path) -> float:
    """Seconds from pressing Train (the run folder is made) to the first batch values."""
    with WorkerProcess() as worker:
        worker.wait_ready()
        time.sleep(4.0)  # the spare has waited for a while when a person presses Train
        begun = time.perf_counter()
        folder = create_run(base / "digits.studio", project, base)
        worker.send(Train(1, project, str(folder), str(base)))
        first = 0.0
        for message in worker.reports(60):
            if isinstance(message, Points) and not first:
                first = time.perf_counter() - begun
            if isinstance(message, RunChanged) and message.status in RUN_ENDED:
                if message.status != "finished":
                    raise SystemExit(f"{message.status}: {message.reason}")
                return first
    raise SystemExit("the run did not end")


if __name__ == "__main__":
    main()
