"""From raw predictions to classes, scores and errors, per Output."""

from __future__ import annotations

import math
from typing import Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from kerasstudio.runtime.evaluations import ClassScore, OutputEvaluation

Array = NDArray[Any]

# Above so many classes a matrix helps nobody and fills the file.
MAX_MATRIX = 200


class Verdict(msgspec.Struct):
    """Predictions of one Output in the form people look at.

    `kind` as in `OutputEvaluation`. "classes": `predicted` and `true` are class numbers, `scores`
    the probabilities (samples, ..., classes), of two classes only that of class 1. "labels":
    0 or 1 per label. "values": numbers."""

    kind: str
    predicted: Array
    true: Array | None = None
    scores: Array | None = None


def verdict(raw: Array, true: Array | None, loss: keras.losses.Loss | None) -> Verdict:
    """Read raw predictions as the loss reads them."""
    raw = np.asarray(raw)
    name = type(loss).__name__ if loss is not None else ""
    logits = bool(getattr(loss, "from_logits", False))
    if name == "SparseCategoricalCrossentropy":
        scores = _softmax(raw) if logits else raw
        if true is not None:
            true = np.asarray(true).reshape(scores.shape[:-1]).astype(np.int64)
        return Verdict("classes", scores.argmax(-1), true, scores)
    if name in {"CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge"}:
        scores = _softmax(raw) if logits else raw
        if true is not None:
            true = np.asarray(true).argmax(-1)
        return Verdict("classes", scores.argmax(-1), true, scores)
    if name in {"BinaryCrossentropy", "BinaryFocalCrossentropy"}:
        scores = 1 / (1 + np.exp(-raw.astype(np.float64))) if logits else raw
        predicted = (scores > 0.5).astype(np.int64)
        if true is not None:
            true = (np.asarray(true).reshape(predicted.shape) > 0.5).astype(np.int64)
        if raw.ndim == 1 or raw.shape[-1] == 1:
            flat = raw.shape[:-1] if raw.ndim > 1 else raw.shape
            return Verdict(
                "classes",
                predicted.reshape(flat),
                None if true is None else true.reshape(flat),
                scores.reshape(flat).astype(np.float32),
            )
        return Verdict("labels", predicted, true, scores.astype(np.float32))
    if raw.ndim > 1 and raw.shape[-1] == 1:
        raw = raw[..., 0]
    if true is not None:
        true = np.asarray(true)
        if true.size == raw.size:
            true = true.reshape(raw.shape)
    return Verdict("values", raw, true)


def judge(name: str, found: Verdict, classes: tuple[str, ...]) -> OutputEvaluation:
    """The evaluation of one Output; `found.true` must be there."""
    true = found.true
    assert true is not None  # noqa: S101 (callers have targets)
    if found.kind == "classes":
        return _judge_classes(name, found.predicted, true, _class_count(found), classes)
    if found.kind == "labels":
        return _judge_labels(name, found.predicted, true, classes)
    difference = np.asarray(found.predicted, np.float64) - np.asarray(true, np.float64)
    if difference.size == 0:
        return OutputEvaluation(name, "values")
    spread = float(np.square(true - np.mean(true, axis=0)).sum())
    return OutputEvaluation(
        name,
        "values",
        mean_absolute_error=_finite(np.abs(difference).mean()),
        root_mean_squared_error=_finite(math.sqrt(np.square(difference).mean())),
        r2=_finite(1 - np.square(difference).sum() / spread) if spread > 0 else None,
        bias=_finite(difference.mean()),
    )


def _class_count(found: Verdict) -> int:
    if found.scores is not None and found.scores.ndim > found.predicted.ndim:
        return int(found.scores.shape[-1])
    return 2


def _judge_classes(
    name: str, predicted: Array, true: Array, count: int, classes: tuple[str, ...]
) -> OutputEvaluation:
    predicted, true = predicted.reshape(-1), true.reshape(-1)
    count = max(count, int(true.max(initial=0)) + 1)
    known = (true >= 0) & (true < count)
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (true[known], predicted[known]), 1)
    hits, support, given = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
    names = [classes[i] if i < len(classes) else str(i) for i in range(count)]
    scores = tuple(
        _score(names[i], int(hits[i]), int(support[i]), int(given[i])) for i in range(count)
    )
    total = int(matrix.sum())
    return OutputEvaluation(
        name,
        "classes",
        classes=scores,
        matrix=tuple(tuple(row) for row in matrix.tolist()) if count <= MAX_MATRIX else (),
        accuracy=float(hits.sum()) / total if total else None,
    )


def _judge_labels(
    name: str, predicted: Array, true: Array, classes: tuple[str, ...]
) -> OutputEvaluation:
    count = predicted.shape[-1]
    predicted, true = predicted.reshape(-1, count), true.reshape(-1, count)
    scores = []
    for i in range(count):
        hits = int((predicted[:, i] & true[:, i]).sum())
        label = classes[i] if i < len(classes) else str(i)
        scores.append(_score(label, hits, int(true[:, i].sum()), int(predicted[:, i].sum())))
    accuracy = float((predicted == true).mean()) if predicted.size else None
    return OutputEvaluation(name, "labels", classes=tuple(scores), accuracy=accuracy)


def _score(name: str, hits: int, support: int, given: int) -> ClassScore:
    precision = hits / given if given else None
    recall = hits / support if support else None
    f1 = 2 * hits / (given + support) if given + support else None
    return ClassScore(name, support, precision, recall, f1)


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)  # type: ignore[no-any-return]


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
