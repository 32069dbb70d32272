"""Does a written file give the same predictions in its own runtime, in a fresh process?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kerasstudio.runtime.worker.sampling import structured

CHECKED_SAMPLES = 32
SECONDS = 300
TOLERANCE = 1e-4
"""Differences up to this share of the largest prediction are rounding (other kernels, threads)."""

SCRIPT = Path(__file__).with_name("plain_check.py")
_UNABLE = 3


@dataclass(frozen=True)
class Verdict:
    """What the fresh process said: in words, whether it agrees (None: not checked), the largest
    difference."""

    text: str
    agrees: bool | None
    difference: float | None = None


def check_file(
    recipe: dict[str, Any],
    model: keras.Model,
    samples: dict[str, np.ndarray],
    folder: Path,
    runtime: str = "plain Keras",
    tolerance: float = TOLERANCE,
) -> Verdict:
    """Predict here and there. `recipe` says how the file becomes a model (see `plain_check`);
    `folder` is for what the processes exchange."""
    if "unchecked" in recipe:
        return Verdict(f"not checked: {recipe['unchecked']}", None)
    expected = predictions(model, samples)
    _save_samples(samples, [tensor.name for tensor in model.inputs], folder)
    task = {**recipe, "samples": str(folder / "samples.npz"), "out": str(folder / "theirs.npz")}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), str(folder / "task.json")],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            env=environment,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Verdict(f"not checked: {runtime} was not done within {SECONDS} seconds", None)
    if done.returncode == _UNABLE:
        return Verdict(f"not checked: {_reason(done.stderr)}", None)
    if done.returncode != 0:
        return Verdict(f"{runtime} cannot use the file: {_reason(done.stderr)}", False)
    with np.load(folder / "theirs.npz") as file:
        count = len(file.files) - 1
        theirs = [np.asarray(file[str(index)], np.float64) for index in range(count)]
        used = str(file["runtime"])
    return compare(expected, theirs, len(next(iter(samples.values()))), used, tolerance)


def predictions(model: keras.Model, samples: dict[str, np.ndarray]) -> list[np.ndarray]:
    """What the model predicts, as doubles, its outputs in the order in which Keras flattens them.

    Layers with names that TensorFlow refuses in graphs are called one after the other."""
    given = keras.tree.map_structure(tf.constant, structured(model, samples))
    try:
        found = model.predict(given, verbose=0)
    except ValueError as error:
        if "scope name" not in str(error):
            raise
        found = model(given, training=False)
    return [np.asarray(value, np.float64) for value in keras.tree.flatten(found)]


def compare(
    ours: list[np.ndarray],
    theirs: list[np.ndarray],
    samples: int,
    runtime: str = "plain Keras",
    tolerance: float = TOLERANCE,
) -> Verdict:
    """The verdict on two lists of predictions."""
    shapes = [value.shape for value in ours], [value.shape for value in theirs]
    if shapes[0] != shapes[1]:
        return Verdict(f"other outputs: {shapes[1]} instead of {shapes[0]}", False)
    difference, scale = 0.0, 0.0
    for mine, other in zip(ours, theirs, strict=True):
        unequal = np.isfinite(mine) != np.isfinite(other)
        if unequal.any():
            return Verdict("other predictions: not the same numbers are finite", False)
        both = np.isfinite(mine)
        if both.any():
            difference = max(difference, float(np.abs(mine - other)[both].max()))
            scale = max(scale, float(np.abs(mine[both]).max()))
    counted = f"{samples} sample{'' if samples == 1 else 's'}"
    limit = max(1.0, scale)
    if difference <= TOLERANCE * limit:
        return Verdict(
            f"checked: same predictions on {counted} in {runtime}, "
            f"largest difference {small(difference)}",
            True,
            difference,
        )
    if difference <= tolerance * limit:
        return Verdict(
            f"checked: nearly the same predictions on {counted} in {runtime}, "
            f"largest difference {small(difference)} of {scale:.3g}{_choices(ours, theirs)}",
            True,
            difference,
        )
    return Verdict(
        f"other predictions in {runtime}: they differ by up to {difference:.3g} on {counted}",
        False,
        difference,
    )


def small(number: float) -> str:
    """ "6e-8", "0.012", "0"."""
    if number == 0:
        return "0"
    return f"{number:.2g}" if number >= 1e-3 else f"{number:.0e}".replace("e-0", "e-")


def _choices(ours: list[np.ndarray], theirs: list[np.ndarray]) -> str:
    """How often the largest of several scores is the same, where there are scores."""
    told = []
    for mine, other in zip(ours, theirs, strict=True):
        if mine.ndim == 2 and mine.shape[1] > 1:
            same = int((mine.argmax(axis=1) == other.argmax(axis=1)).sum())
            told.append(f"the same highest score on {same} of {len(mine)}")
    return f"; {told[0]}" if told else ""


def _save_samples(samples: dict[str, np.ndarray], order: list[str], folder: Path) -> None:
    arrays = {}
    for index, name in enumerate(order):
        values = samples[name]
        # Objects would need pickle; words travel as fixed-width text.
        arrays[str(index)] = values.astype(str) if values.dtype == object else values
    np.savez(folder / "samples.npz", names=np.array(order), **arrays)  # type: ignore[arg-type]


def _reason(stderr: str) -> str:
    """The line in which Python names the exception, without the pages after it."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith("plain_check: ")]
    chosen = marked[-1].removeprefix("plain_check: ") if marked else (lines or ["no reason"])[-1]
    return chosen[:300]
