"""How a model is trained: what the Train page edits and `fit` receives."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class KerasObject(msgspec.Struct, frozen=True, omit_defaults=True):
    """An optimizer, loss, metric or callback: class name, module, changed arguments.

    Encoded it is Keras's own serialisation form, `config` holding only non-default arguments."""

    class_name: str
    module: str
    config: dict[str, Any] = {}
    registered_name: str | None = None


class OutputTraining(msgspec.Struct, frozen=True, omit_defaults=True):
    """Loss and metrics of one Output. `loss` None means: chosen from the data and the last
    activation (`defaults.training_for_output`)."""

    loss: KerasObject | None = None
    loss_weight: float = 1.0
    metrics: tuple[KerasObject, ...] | None = None


class EarlyStopping(msgspec.Struct, frozen=True, omit_defaults=True):
    """Keras `EarlyStopping`. `patience` in epochs; `monitor` a name of `metric_names`."""

    monitor: str = "val_loss"
    patience: int = 5
    min_delta: float = 0.0
    mode: Literal["auto", "min", "max"] = "auto"
    restore_best_weights: bool = True


class Checkpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """Keep the weights of the best epoch by `monitor`. The last epoch is always kept."""

    monitor: str = "val_loss"
    mode: Literal["auto", "min", "max"] = "auto"


class Start(msgspec.Struct, frozen=True, omit_defaults=True):
    """What training starts from: a reference, never data.

    `weights` names a file of the project's weight store (`runtime.weight_store`); "" means fresh
    weights. `label` says where they come from ("run 3, best epoch", "resnet.keras"); `run` and
    `checkpoint` are set for those of a run. `anew` are the ids of layers that start with fresh
    weights all the same."""

    weights: str = ""
    label: str = ""
    run: int | None = None
    checkpoint: Literal["best", "last"] | None = None
    anew: tuple[str, ...] = ()

    @property
    def is_fresh(self) -> bool:
        """Whether no stored weights are taken."""
        return not self.weights

    @property
    def words(self) -> str:
        """Where the weights come from, for people."""
        return "fresh weights" if self.is_fresh else self.label or self.weights


class TrainingSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """`outputs` maps the layer id of an Output to its loss and metrics; an absent one means
    automatic. `batch_size` in samples. `seed` makes initial weights and shuffling repeatable."""

    optimizer: KerasObject = KerasObject("Adam", "keras.optimizers")
    outputs: dict[str, OutputTraining] = {}
    epochs: int = 20
    batch_size: int = 32
    seed: int = 42
    shuffle: bool = True
    validate: bool = True
    early_stopping: EarlyStopping | None = None
    checkpoint: Checkpoint | None = Checkpoint()
    start: Start = Start()
