"""Opening a Keras file of 1,041 layers (NASNetLarge, 356 MB): from the path to a project laid out,
against `keras.models.load_model` of the same file, both here and now, in turns.

The second figure adds what training on needs: the model built with all weights of the file."""

from __future__ import annotations

import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

from kerasstudio.runtime.protocol import ImportModel, ModelImported, decode_report, encode
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importing import import_model

RUNS = 3
LIMIT = 1.5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kerasstudio-bench-") as folder:
        path = Path(folder) / "nasnet.keras"
        keras.applications.NASNetLarge(weights=None).save(path)
        gc.collect()
        ours, theirs, weighted = [], [], []
        for _ in range(RUNS):
            seconds, model = timed(lambda: keras.models.load_model(path, compile=False))
            theirs.append(seconds)
            seconds, project = timed(lambda: opened(path))
            ours.append(seconds)
            places = {(node.x, node.y) for node in project.graph.nodes.values()}
            assert len(places) == len(project.graph.nodes) == 1042
            start = time.perf_counter()
            built = build_with_weights(project, path, "keras")
            more = time.perf_counter() - start
            weighted.append(seconds + more)
            for one, other in zip(built.model.weights, model.weights, strict=True):
                assert one.path == other.path
                assert np.array_equal(one.value, other.value)
            del model, built
            gc.collect()
    loading = statistics.median(theirs)
    figure("open 1,041 layers, drawn, to load_model", statistics.median(ours) / loading)
    figure(
        "open 1,041 layers, drawn and with weights, to load_model",
        statistics.median(weighted) / loading,
    )


def opened(path: Path) -> Any:
    """What the worker does, and its answer as the window receives it."""
    answer = import_model(ImportModel(1, str(path)), lambda *said: None)
    received = decode_report(encode(answer))
    assert isinstance(received, ModelImported)
    return received.project


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def figure(name: str, value: float) -> None:
    line = {"figure": name, "value": round(value, 3), "limit": LIMIT, "better": "lower"}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
