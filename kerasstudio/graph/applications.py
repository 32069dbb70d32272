"""The ready-made networks of `keras.applications`, each of which can be put into a drawing as a
block.

The JSON is written by `runtime.worker.applications` and shipped, so that they can be offered before
TensorFlow is loaded."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from kerasstudio.graph.catalogue import Argument
from kerasstudio.graph.resources import resource


class Application(msgspec.Struct, frozen=True, omit_defaults=True):
    """`arguments` are those that shape the network ("include_top", "input_shape"). `size` is the
    side of the images it is made for, `parameters` counts all weights with its top, `layers` how
    many there are. `family` is the module ("resnet")."""

    name: str
    family: str
    arguments: tuple[Argument, ...] = ()
    size: int = 224
    parameters: int = 0
    layers: int = 0


@lru_cache(maxsize=1)
def applications() -> tuple[Application, ...]:
    """All of the pinned Keras, by name."""
    data = resource("catalogue/applications.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[Application, ...])


def application(name: str) -> Application | None:
    return next((each for each in applications() if each.name == name), None)
