"""From an edit to new shapes, the worker's side: the message decoded, shapes inferred, the answer
encoded and decoded again. A ResNet50 with 177 nodes; every edit is one not made before, so that
nothing is remembered. The first pass over the model does not count."""

from __future__ import annotations

import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

from kerasstudio.graph.edits import set_argument
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Inspect, decode_report, decode_request, encode
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.inspector import Inspector

EDITS = 40


def main() -> None:
    model = keras.applications.ResNet50(weights=None)
    project = import_keras(model)[0]
    inspector = Inspector()
    first = answer(inspector, project)
    check(first, model)
    names = {layer.name: layer.id for layer in project.layers.values()}
    (image,) = (layer.id for _, layer in project.inputs())

    near_output = [
        set_argument(project, names["predictions"], "units", 10 + number) for number in range(EDITS)
    ]
    near_input = [
        set_argument(project, image, "shape", [64 + 32 * number, 96 + 32 * number, 3])
        for number in range(EDITS)
    ]
    figure("edit to new shapes, ResNet50, near the output: p95 ms", near_output, inspector, 40)
    figure("edit to new shapes, ResNet50, near the input: p95 ms", near_input, inspector, 350)


def figure(name: str, projects: list[Project], inspector: Inspector, limit: float) -> None:
    times = []
    for project in projects:
        start = time.perf_counter()
        answer(inspector, project)
        times.append((time.perf_counter() - start) * 1e3)
    value = round(float(np.percentile(times, 95)), 1)
    print(json.dumps({"figure": name, "value": value, "limit": limit, "better": "lower"}))


def answer(inspector: Inspector, project: Project) -> object:
    line = encode(Inspect(id=1, revision=1, project=project))
    request = decode_request(line)
    assert isinstance(request, Inspect)
    report = inspector.inspect(request)
    return decode_report(encode(report))


def check(report: object, model: keras.Model) -> None:
    """A fast wrong answer would be worth nothing."""
    total, problems = report.total, report.problems  # type: ignore[attr-defined]
    assert not problems, problems[0]
    assert total == model.count_params(), (total, model.count_params())


if __name__ == "__main__":
    main()
