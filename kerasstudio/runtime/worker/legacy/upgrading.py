"""A model of Keras 1 or 2 brought up to Keras 3: a new configuration, where its weights go, and a
report of what was changed. Nothing of the file is run; its configuration is only rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.channel_axes import put_channels_last
from kerasstudio.runtime.worker.legacy.compile_settings import upgrade_compiled
from kerasstudio.runtime.worker.legacy.hard_sigmoids import keep_hard_sigmoids
from kerasstudio.runtime.worker.legacy.layer_table import APPLICATION_CLASSES
from kerasstudio.runtime.worker.legacy.layer_upgrade import class_of_today, upgrade_arguments
from kerasstudio.runtime.worker.legacy.layouts import layout_of
from kerasstudio.runtime.worker.legacy.malformed import not_upgraded
from kerasstudio.runtime.worker.legacy.model_graph import (
    Call,
    Entry,
    ModelGraph,
    Tensor,
    leaves,
    tensors_of,
)
from kerasstudio.runtime.worker.legacy.origin import Origin
from kerasstudio.runtime.worker.legacy.plain_values import plain
from kerasstudio.runtime.worker.legacy.reading import MODELS, is_model, read_model
from kerasstudio.runtime.worker.legacy.recurrent_calls import separate_states
from kerasstudio.runtime.worker.legacy.replacements import (
    REPLACEMENTS,
    is_hard_sigmoid,
    replacement_of,
)
from kerasstudio.runtime.worker.legacy.shapes import Shapes
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.stored_weights import Stored
from kerasstudio.runtime.worker.legacy.tensor_sizes import plain_sizes
from kerasstudio.runtime.worker.legacy.writing import Spec, write_model

_HELD = ("layer", "backward_layer", "cell")
"""Arguments that are a layer; the weights of `forward_layer` are those of `layer`."""
OPERATION_CLASSES = {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"}
_UNTOUCHED = {"Lambda"}
"""Code of the file: it stays as it is, the person decides about it."""
_OWN_MODEL = "a class of its own: what it does beside its graph is not in the file"


@dataclass(frozen=True)
class Upgraded:
    """`config` is what `keras.saving.deserialize_keras_object` takes, `compiled` a
    `compile_config`, `stored` the top model's weights, layer by layer."""

    config: dict[str, Any]
    compiled: dict[str, Any] | None
    stored: Stored
    report: UpgradeReport


def upgrade(
    value: dict[str, Any],
    origin: Origin,
    compiled: dict[str, Any] | None = None,
    has_weights: bool = True,
    is_harmless: Callable[[dict[str, Any]], bool] = lambda config: True,
) -> Upgraded:
    """Bring up the model `{"class_name", "config"}` of a file, and how it was compiled.

    `has_weights` says whether the file brings weights for it. Keras is asked for the shape of a
    tensor where a layer is replaced; `is_harmless` tells of a configuration whether it may be.
    Raises `StudioError` where the model cannot be brought up."""
    upgrader = _Upgrader(origin, has_weights, Shapes(is_harmless))
    model = read_model(plain(value))
    class_name = str(value.get("class_name"))
    stored = Stored(model.name, class_name, model.trainable, is_model=True)
    if class_name not in MODELS:
        upgrader.changes.add("lost", "", _OWN_MODEL, class_name, "Functional")
    upgrader.upgrade_model(model, stored)
    upgrader.name_homes()
    settings = upgrade_compiled(compiled, upgrader.changes) if compiled else None
    report = upgrader.changes.report(origin.words)
    return Upgraded(write_model(model, upgrader.spec), settings, stored, report)


class _Upgrader:
    """One upgrade. Homes of weights are entries until all names are final."""

    def __init__(self, origin: Origin, has_weights: bool, shapes: Shapes) -> None:
        self.changes = Changes()
        self._origin, self._has_weights = origin, has_weights
        self._shapes = shapes
        self._homes: list[tuple[Stored, list[Entry]]] = []
        self._specs: dict[Tensor, Spec] = {}

    def spec(self, tensor: Tensor) -> Spec:
        """What is known of a tensor: only where a layer that is not Keras's takes it."""
        return self._specs.get(tensor, (None, "float32"))

    def name_homes(self) -> None:
        for stored, entries in self._homes:
            kept = entries[:1] if not stored.is_model else []
            stored.is_foreign = any(each.module is None for each in kept)
            stored.homes = [entry.name for entry in entries if not entry.loose]

    # ------------------------------------------------------------------ models

    def upgrade_model(self, model: ModelGraph, stored: Stored, in_time: bool = False) -> None:
        """Upgrade all layers in place; `stored` gets the parts. `in_time`: it is what a
        TimeDistributed layer holds, which is replaced as a whole where that is elementwise."""
        model.name = model.name.replace("/", "_")
        for entry in model.entries:
            self._rename(model, entry)
            if entry in model.added_inputs:
                self._tell_input(entry)
        for entry in list(model.entries):
            part = entry.stored
            if part is not None:
                stored.parts.append((entry.name, part))
            if entry.part is not None:
                self.upgrade_model(entry.part, part or Stored(entry.name, entry.class_name))
                self._keep_homes(entry)
            else:
                self._upgrade_entry(entry)
        for entry in model.in_call_order():
            if not (in_time and is_hard_sigmoid(entry)):
                self._replace(model, entry)
        model.renew(lambda leaf: plain_sizes(model.today(leaf)))
        _drop_loose_ends(model)
        put_channels_last(model, self.changes)
        for entry in list(model.entries):
            separate_states(model, entry, self._shapes, self.changes)
            if entry.part is None and (entry.module is None or entry.class_name in _UNTOUCHED):
                for call in entry.calls:
                    for tensor in tensors_of(call):
                        self._specs[tensor] = self._shapes.spec(model, tensor)

    def _rename(self, model: ModelGraph, entry: Entry) -> None:
        if "/" not in entry.name:
            return
        before = entry.name
        entry.name = model.free_name(before.replace("/", "_"))
        entry.config["name"] = entry.name
        if entry.part is not None:
            entry.part.name = entry.name
        self.changes.of(entry.name, entry.class_name)
        self.changes.add("renamed", "name", "names have no / in Keras 3", before, entry.name)

    def _tell_input(self, entry: Entry) -> None:
        self.changes.of(entry.name, "")
        shape = entry.config["batch_shape"]
        why = "the file says the shape with its first layer only"
        self.changes.add("added", "", why, after=f"Input of shape {shape}")

    # ------------------------------------------------------------------ layers

    def _upgrade_entry(self, entry: Entry) -> None:
        self.changes.of(entry.name, entry.class_name)
        if entry.class_name in _UNTOUCHED or entry.class_name in REPLACEMENTS.untouched:
            self._keep_homes(entry)
            return
        if _of_applications(entry):
            self._keep_homes(entry)
            return
        today = class_of_today(entry.class_name)
        if today is None and entry.class_name not in REPLACEMENTS.layers:
            entry.module = None  # somebody's own class
            self._keep_homes(entry)
            return
        stored = entry.stored or Stored(entry.name, entry.class_name)
        entry.time_major = entry.config.pop("time_major", None) is True
        entry.config = self._arguments(entry.class_name, today, entry.config, stored)
        entry.config["name"] = entry.name
        if today is not None and today != entry.class_name:
            self.changes.of(entry.name, entry.class_name)
            self.changes.add("renamed", "", "the name in Keras 3", entry.class_name, today)
            entry.class_name = today
        self._keep_homes(entry)

    def _keep_homes(self, entry: Entry) -> None:
        if entry.stored is not None:
            self._homes.append((entry.stored, [entry]))

    def _arguments(
        self, class_name: str, today: str | None, config: dict[str, Any], stored: Stored
    ) -> dict[str, Any]:
        """Constructor arguments of one layer, those of layers that it holds too."""
        layer, called = self.changes.layer, today or class_name
        new = upgrade_arguments(class_name, called, config, self.changes)
        stored.layout = layout_of(class_name, called, new, config, self._origin, self.changes)
        keep_hard_sigmoids(called, new, stored, self._has_weights, self.changes)
        for key in _HELD:
            if isinstance(new.get(key), dict):
                new[key], held = self._held(new[key], called == "TimeDistributed")
                stored.parts += [(name, held) for name in _attributes(called, key, new)]
        if called == "Bidirectional":
            self._turned_copy(new, stored)
        if isinstance(new.get("cells"), list):
            for number, cell in enumerate(new["cells"]):
                new["cells"][number], held = self._held(cell)
                stored.parts.append((f"cells.{number}", held))
        activation = new.get("activation")
        if isinstance(activation, dict) and isinstance(activation.get("config"), dict):
            new["activation"], _ = self._held(activation)
        self.changes.of(layer, class_name)
        return new

    def _turned_copy(self, config: dict[str, Any], stored: Stored) -> None:
        """Of a layer that goes backwards, Keras 2 made its partner go forwards by itself."""
        inner = config["layer"]["config"]
        if inner.get("go_backwards") and "backward_layer" not in config:
            partner = {**inner, "go_backwards": False, "name": f"forward_{inner['name']}"}
            config["backward_layer"] = {**config["layer"], "config": partner}
            stored.parts.append(("backward_layer", stored.parts[0][1]))
            why = "Keras 3 makes none for a layer that goes backwards itself"
            self.changes.add("added", "backward_layer", why, after="backward_layer")

    def _held(self, value: Any, in_time: bool = False) -> tuple[Any, Stored]:
        """A layer that another one holds: a wrapper's, a cell, an activation that is a layer."""
        if is_model(value):
            model = read_model(value)
            stored = Stored(model.name, value["class_name"], model.trainable, is_model=True)
            self.upgrade_model(model, stored)
            return write_model(model, self.spec), stored
        wrapped = {"class_name": "Sequential", "config": {"name": "held", "layers": [value]}}
        model = read_model(wrapped)
        entry = next(each for each in model.entries if not each.is_input)
        model.entries, model.inputs, model.outputs = [entry], None, None
        entry.calls = [Call([None])]
        outer = Stored("held", "Sequential", is_model=True)
        self.upgrade_model(model, outer, in_time)
        if len(model.entries) == 1:
            config = write_model(model)["config"]["layers"][0]
            ((_, stored),) = outer.parts
            stored.homes = []
            return config, stored
        if not all(each.is_layer for each in model.entries):
            why = "inside another layer there is no room for the operations that replace it"
            raise not_upgraded(entry.name, value["class_name"], why)
        model.name = entry.name
        return write_model(model, self.spec), outer

    # ------------------------------------------------------------------ replaced

    def _replace(self, model: ModelGraph, entry: Entry) -> None:
        recipe, before = replacement_of(entry), entry.name
        if recipe is None:
            return
        if entry.class_name in OPERATION_CLASSES:
            entry.name = ""
            entry.name = model.free_name(_short(before))
        self.changes.of(entry.name, entry.class_name)
        steps = Steps(model, entry, self._shapes, self.changes)
        homes = recipe(steps)
        if entry.stored is not None:
            self._homes.append((entry.stored, homes))


def _attributes(class_name: str, key: str, config: dict[str, Any]) -> tuple[str, ...]:
    """Where a wrapper of Keras 3 has the layer that it was given as `key`."""
    if class_name != "Bidirectional" or key != "layer":
        return (key,)
    inner = config["layer"]["config"]
    if isinstance(config.get("backward_layer"), dict) or inner.get("go_backwards"):
        return ("forward_layer",)
    return ("forward_layer", "backward_layer")


def _drop_loose_ends(model: ModelGraph) -> None:
    """Take out layers that lead to no output (losses and metrics inside the model)."""
    if model.outputs is None:
        return
    waiting = [leaf.entry for leaf in leaves(model.outputs) if isinstance(leaf, Tensor)]
    used = set(waiting)
    while waiting:
        for call in waiting.pop().calls:
            for tensor in tensors_of(call):
                if tensor.entry not in used:
                    used.add(tensor.entry)
                    waiting.append(tensor.entry)
    for entry in model.entries:
        entry.loose = entry not in used and not entry.is_input
    model.entries = [entry for entry in model.entries if not entry.loose]


def _of_applications(entry: Entry) -> bool:
    """Whether it is a layer that a model of keras.applications brings along; told its module."""
    name = entry.class_name.removeprefix("Custom>")
    module, arguments = APPLICATION_CLASSES.get(name, (None, set()))
    if module is None or entry.config.keys() - {"name", "trainable", "dtype"} != arguments:
        return False
    entry.class_name, entry.module = name, module
    return True


def _short(name: str) -> str:
    """ "tf.math.multiply_1" is multiply_1 among operations of Keras."""
    plain = name.rsplit(".", 1)[-1].removeprefix("tf_op_layer_")
    return plain.replace("/", "_").strip("_") or name
