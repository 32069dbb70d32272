"""How a model of Keras 1 or 2 was compiled, as Keras 3 says it: optimizer, losses, metrics.

A rate that decays (`decay`) is a schedule today: rate / (1 + decay · step).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.worker.legacy.accepted import accepted_arguments, object_type
from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.plain_values import plain

TODAY = "the name in Keras 3"
_OPTIMIZERS = {
    name.lower(): name
    for name in (
        "Adadelta",
        "Adafactor",
        "Adagrad",
        "Adam",
        "AdamW",
        "Adamax",
        "Ftrl",
        "Lion",
        "Nadam",
        "RMSprop",
        "SGD",
    )
}
_PREFIXES = ("Custom>", "Legacy", "Experimental")
_RATE = "learning_rate"
_WITHOUT_EFFECT = {"is_legacy_optimizer", "jit_compile", "name", "schedule_decay", "fn", "dtype"}
_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
}
_METRICS = {**_LOSSES, "acc": "accuracy"}
_GONE = {"fmeasure", "fbeta_score", "matthews_correlation", "precision", "recall"}
"""Metrics of Keras 1, computed batch by batch."""
_DECAY = "a rate that falls with every step is a schedule in Keras 3"


def upgrade_compiled(compiled: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """The `training_config` of an HDF5 file or the `compile_config` of a `.keras` file, in the
    spelling of Keras 3's `compile_config`."""
    changes.of("", "")
    compiled = plain(compiled)
    optimizer = compiled.get("optimizer_config", compiled.get("optimizer"))
    result = {
        "optimizer": _optimizer(optimizer, changes),
        "loss": _leaves(compiled.get("loss"), lambda each: _loss(each, changes)),
        "loss_weights": compiled.get("loss_weights"),
        "metrics": _leaves(compiled.get("metrics"), lambda each: _metric(each, changes)),
        "weighted_metrics": _leaves(
            compiled.get("weighted_metrics"), lambda each: _metric(each, changes)
        ),
    }
    if compiled.get("sample_weight_mode"):
        why = "Keras 3 weighs samples by the shape of their weights"
        changes.add("removed", "sample_weight_mode", why, compiled["sample_weight_mode"])
    return {key: value for key, value in result.items() if value is not None}


# ---------------------------------------------------------------- optimizer


def _optimizer(value: Any, changes: Changes) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return None
    config = value.get("config")
    config = config if isinstance(config, dict) else {}
    if value["class_name"].startswith("LossScaleOptimizer"):
        inner = config.get("inner_optimizer", config.get("optimizer"))
        return _optimizer(inner, changes)  # Keras 3 puts it around by itself
    written = plain_name = value["class_name"]
    for prefix in _PREFIXES:
        plain_name = plain_name.removeprefix(prefix)
    name = _OPTIMIZERS.get(plain_name.lower())
    found = object_type("optimizers", name) if name is not None else None
    if name is None or found is None:
        return value
    if name != written:
        changes.add("renamed", "optimizer", TODAY, written, name)
    given = _rate(config, name, changes)
    allowed = accepted_arguments(found)
    for key in [key for key in given if key not in allowed or key == "jit_compile"]:
        dropped = given.pop(key)
        if key not in _WITHOUT_EFFECT and dropped not in (None, False, 0):
            changes.add("removed", f"{name}.{key}", "Keras 3 has no such argument", dropped)
    return _serialized("keras.optimizers", name, given)


def _rate(config: dict[str, Any], name: str, changes: Changes) -> dict[str, Any]:
    """The arguments with the learning rate under its name of today, as a schedule if it decays."""
    given = dict(config)
    if "lr" in given and _RATE not in given:
        given[_RATE] = given.pop("lr")
        changes.add("renamed", f"{name}.lr", TODAY, after=_RATE)
    decay = given.pop("decay", None) or given.pop("initial_decay", None)
    if name == "Nadam":
        decay = None  # there it is of the momentum, a constant in Keras 3
    rate = given.get(_RATE)
    if isinstance(rate, dict):
        given[_RATE] = _schedule(rate, changes)
    elif isinstance(decay, int | float) and decay and isinstance(rate, int | float):
        arguments = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        given[_RATE] = _serialized("keras.optimizers.schedules", "InverseTimeDecay", arguments)
        changes.add("converted", f"{name}.decay", _DECAY, decay, "InverseTimeDecay")
    return given


def _schedule(value: dict[str, Any], changes: Changes) -> Any:
    name, config = value.get("class_name"), value.get("config")
    found = object_type("optimizers.schedules", str(name))
    if found is None or not isinstance(config, dict):
        return value
    allowed = accepted_arguments(found)
    given = {key: each for key, each in config.items() if key in allowed}
    return _serialized("keras.optimizers.schedules", str(name), given)


# ---------------------------------------------------------------- losses and metrics


def _leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    """Every loss or metric in lists and dictionaries of outputs changed; None is left out of
    lists of metrics."""
    if isinstance(value, list):
        return [
            changed
            for each in value
            if each is None or (changed := _leaves(each, change)) is not None
        ]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _leaves(each, change) for key, each in value.items()}
    return None if value is None else change(value)


def _loss(value: Any, changes: Changes) -> Any:
    if isinstance(value, str):
        return _renamed("loss", value, _LOSSES, changes)
    return _object("loss", "losses", value, changes)


def _metric(value: Any, changes: Changes) -> Any:
    if isinstance(value, str):
        if value in _GONE:
            why = "computed batch by batch in Keras 1, which Keras 3 does not do"
            changes.add("removed", "metrics", why, value)
            return None
        return _renamed("metrics", value, _METRICS, changes)
    config = value.get("config") if isinstance(value, dict) else None
    if isinstance(config, dict) and value.get("class_name") == "MeanMetricWrapper":
        function = config.get("fn")
        if isinstance(function, dict):
            function = function.get("config")
        return function if isinstance(function, str) else value
    return _object("metrics", "metrics", value, changes)


def _renamed(what: str, value: str, names: dict[str, str], changes: Changes) -> str:
    new = names.get(value, value)
    if new != value and value != "acc":
        changes.add("renamed", what, TODAY, value, new)
    return new


def _object(what: str, family: str, value: Any, changes: Changes) -> Any:
    """A loss or metric with a configuration; those that are not Keras's stay as they are."""
    name, config = value.get("class_name"), value.get("config")
    if name == "function" and isinstance(config, str):
        return config
    found = object_type(family, str(name))
    if found is None or not isinstance(config, dict):
        return value
    given = dict(config)
    if given.get("reduction") == "auto":
        given["reduction"] = "sum_over_batch_size"
        why = "what it came to, by another name"
        changes.add("converted", f"{name}.reduction", why, "auto", "sum_over_batch_size")
    allowed = accepted_arguments(found)
    for key in [key for key in given if key not in allowed]:
        dropped = given.pop(key)
        if key not in _WITHOUT_EFFECT and dropped is not None:
            changes.add("removed", f"{name}.{key}", "Keras 3 has no such argument", dropped)
    return _serialized(f"keras.{family}", str(name), given)


def _serialized(module: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }
