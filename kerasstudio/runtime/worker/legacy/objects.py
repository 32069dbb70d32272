"""Initializers, regularizers, constraints and dtype policies in the spelling of Keras 3."""

from __future__ import annotations

import re
from typing import Any

from kerasstudio.runtime.worker.legacy.accepted import accepted_arguments, object_type
from kerasstudio.runtime.worker.legacy.changes import Changes

FAMILIES = {
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
}
"""By the last word of the argument ("kernel_initializer")."""

_RENAMED = {
    # Keras 1 classes
    "WeightRegularizer": "L1L2",
    "ActivityRegularizer": "L1L2",
    "maxnorm": "MaxNorm",
    "nonneg": "NonNeg",
    "unitnorm": "UnitNorm",
    # tf.keras 1
    "RadialConstraint": "",
    "random_uniform_initializer": "RandomUniform",
    "random_normal_initializer": "RandomNormal",
    "truncated_normal_initializer": "TruncatedNormal",
    "glorot_uniform_initializer": "GlorotUniform",
    "glorot_normal_initializer": "GlorotNormal",
}
_ARGUMENTS = {"MaxNorm": {"m": "max_value"}}
_GONE = {"EigenvalueRegularizer", "RadialConstraint", "ConvolutionDeltaOrthogonal", "LocalPooling"}
_OWN_CONFIG_KEYS = {"name", "class_name"}
_VERSION = re.compile(r"V[12]$")
_NO_DTYPE = "initializers take the type of their layer"
_TRAINING_ONLY = "Keras 3 has none; it works in training only, predictions stay the same"


def upgrade_object(argument: str, value: Any, changes: Changes) -> Any:
    """The value of an argument such as "kernel_initializer". Names and None stay as they are;
    classes that are not Keras's stay too."""
    family = FAMILIES[argument.rsplit("_", 1)[-1]]
    if not isinstance(value, dict):
        return value
    name, config = _name_and_config(value)
    if name is None or value.get("registered_name") not in (None, name) or ">" in name:
        return value
    if name in _GONE:
        changes.add("lost", argument, _TRAINING_ONLY, before=value)
        return None
    found_name = _RENAMED.get(name, _VERSION.sub("", name))
    found = object_type(family, found_name)
    if found is None:
        return value
    if found_name != name:
        changes.add("renamed", argument, "the name in Keras 3", name, found_name)
    allowed = accepted_arguments(found)
    result: dict[str, Any] = {}
    for key, each in config.items():
        new = _ARGUMENTS.get(found_name, {}).get(key, key)
        if new in allowed:
            result[new] = each
            if new != key:
                changes.add("renamed", f"{argument}.{key}", "the name in Keras 3", after=new)
        elif key == "dtype":
            changes.add("removed", f"{argument}.{key}", _NO_DTYPE, each)
        elif key not in _OWN_CONFIG_KEYS:
            changes.add("removed", f"{argument}.{key}", f"{found_name} has no such argument", each)
    return {
        "module": f"keras.{family}",
        "class_name": found_name,
        "config": result,
        "registered_name": None,
    }


def _name_and_config(value: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Class name and arguments. Keras 1 wrote regularizers and constraints as one flat
    dictionary, with the class under "name"."""
    if isinstance(value.get("class_name"), str):
        config = value.get("config")
        return value["class_name"], config if isinstance(config, dict) else {}
    if isinstance(value.get("name"), str):
        return value["name"], {key: each for key, each in value.items() if key != "name"}
    return None, {}


def upgrade_dtype(value: Any) -> Any:
    """The name of a dtype or of a policy, None where the file leaves it to a default."""
    if isinstance(value, dict):
        config = value.get("config")
        value = config.get("name") if isinstance(config, dict) else None
    if not isinstance(value, str) or value in ("infer", "_infer"):
        return None
    return value.removesuffix("_ref")
