"""The catalogue: every public Keras layer and its arguments, generated from the installed Keras.

The JSON behind it is written by `runtime.worker.cataloguing` and shipped as
`resources/catalogue/keras-VERSION.json`; this module only reads it. Where another Keras is
installed, a worker writes the catalogue of that one to the user's cache folder.
"""

from __future__ import annotations

import logging
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from platformdirs import user_cache_path

from kerasstudio import __version__
from kerasstudio.graph.project import OUTPUT_CLASS, STUDIO_MODULE, Layer
from kerasstudio.graph.resources import resource

ArgumentKind = Literal[
    "int", "float", "bool", "text", "choice", "shape", "int_or_tuple", "object", "list", "any"
]
Family = Literal[
    "optimizers",
    "schedules",
    "losses",
    "metrics",
    "callbacks",
    "initializers",
    "regularizers",
    "constraints",
    "activations",
]


class Argument(msgspec.Struct, frozen=True, omit_defaults=True):
    """One constructor argument.

    `kind` picks the editor. `optional` means None is allowed. `rank` is the tuple length of
    "int_or_tuple" where fixed (2 for Conv2D.kernel_size). `choices` are the legal texts of
    "choice". `family` names the list of objects an "object" argument picks from (for example
    "initializers"; "layers" for a wrapper's inner layer). `default` is JSON; it is meaningless
    when `required`. `advanced` arguments are folded away at first. `minimum` and `maximum` are
    the least and the greatest legal number, where there are any.
    """

    name: str
    kind: ArgumentKind
    required: bool = False
    default: Any = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    rank: int | None = None
    family: str | None = None
    help: str = ""
    advanced: bool = False
    minimum: float | None = None
    maximum: float | None = None


class Port(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tensor input of a layer call.

    `name` is the call argument ("inputs", "query", "initial_state"). `many` ports take a list:
    wires use "inputs.0", "inputs.1". `ranks` (batch axis included) and `dtypes` are what the
    layer really accepted when it was executed on data; empty means anything.
    """

    name: str
    role: Literal["tensor", "mask", "state"] = "tensor"
    required: bool = True
    many: bool = False
    minimum: int = 1
    ranks: tuple[int, ...] = ()
    dtypes: tuple[str, ...] = ()


class LayerType(msgspec.Struct, frozen=True, omit_defaults=True):
    """A class of layers. `aliases` are other names people search by ("fc", "fully connected").

    `outputs` names the output tensors where there can be several. `hidden` types can be opened
    and drawn but are not offered in the palette (cells, abstract classes); `needs` says which
    extra package a foreign layer wants.
    """

    class_name: str
    module: str
    category: str
    summary: str = ""
    help: str = ""
    arguments: tuple[Argument, ...] = ()
    ports: tuple[Port, ...] = ()
    outputs: tuple[str, ...] = ("output",)
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    needs: str | None = None
    example: dict[str, Any] = {}

    def argument(self, name: str) -> Argument | None:
        return next((argument for argument in self.arguments if argument.name == name), None)


OUTPUT_TYPE = LayerType(
    class_name=OUTPUT_CLASS,
    module=STUDIO_MODULE,
    category="Input & output",
    summary="Marks what the model returns; has a loss and metrics of its own.",
    ports=(Port("inputs"),),
    outputs=(),
    aliases=("target", "result", "head"),
)
"""Ours, not Keras's: known to every catalogue, whether or not its JSON lists it."""


class ObjectType(msgspec.Struct, frozen=True, omit_defaults=True):
    """An optimizer, loss, metric, callback, initializer, regularizer, constraint, activation."""

    class_name: str
    module: str
    family: str
    summary: str = ""
    arguments: tuple[Argument, ...] = ()
    example: dict[str, Any] = {}


class Catalogue(msgspec.Struct, frozen=True, dict=True):
    """Everything the installed Keras offers. `example` of a type holds sensible values for its
    required arguments, used when a layer is dropped on the canvas."""

    keras_version: str
    layers: tuple[LayerType, ...]
    objects: tuple[ObjectType, ...]

    @cached_property
    def _by_class(self) -> dict[tuple[str, str], LayerType]:
        kinds = (OUTPUT_TYPE, *self.layers)
        return {(kind.module, kind.class_name): kind for kind in kinds}

    @cached_property
    def _by_name(self) -> dict[str, LayerType]:
        return {kind.class_name: kind for kind in (OUTPUT_TYPE, *self.layers)}

    @cached_property
    def _families(self) -> dict[str, tuple[ObjectType, ...]]:
        families: dict[str, list[ObjectType]] = {}
        for kind in self.objects:
            families.setdefault(kind.family, []).append(kind)
        return {family: tuple(kinds) for family, kinds in families.items()}

    def layer_type(self, layer: Layer) -> LayerType | None:
        """The type of a layer, or None for a class this Keras does not have."""
        return self._by_class.get((layer.module, layer.class_name))

    def named(self, class_name: str) -> LayerType | None:
        """The type with this class name ("Dense")."""
        return self._by_name.get(class_name)

    def family(self, family: str) -> tuple[ObjectType, ...]:
        """All objects of one family, by name."""
        return self._families.get(family, ())

    def object_type(self, family: str, class_name: str) -> ObjectType | None:
        return next((kind for kind in self.family(family) if kind.class_name == class_name), None)


def decode(data: bytes) -> Catalogue:
    """Read catalogue JSON. Raises `msgspec.DecodeError` when it is not one."""
    return msgspec.json.decode(data, type=Catalogue)


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The catalogue of the pinned Keras, from the package's resources; where another Keras is
    installed and a worker has written its catalogue, that one."""
    other = _generated()
    return other or load(max(resource("catalogue").glob("keras-*.json")))


def generated_path(keras_version: str) -> Path:
    """Where a worker writes the catalogue of a Keras that is not the pinned one."""
    return _cache_folder() / f"keras-{keras_version}-{__version__}.json"


def docs_path(catalogue: Path) -> Path:
    """Where the full docstrings lie that go with a catalogue file."""
    return catalogue.with_name(catalogue.name.replace("keras-", "docs-", 1))


@lru_cache(maxsize=2)
def keras_docs(keras_version: str) -> dict[str, str]:
    """The full docstrings of a catalogued Keras by public name ("keras.layers.Dense"), read when
    the first one is wanted; empty where there is no such file."""
    paths = (
        docs_path(generated_path(keras_version)),
        resource("catalogue") / f"docs-{keras_version}.json",
    )
    for path in paths:
        if path.is_file():
            return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return {}


def _cache_folder() -> Path:
    return Path(user_cache_path("kerasstudio", appauthor=False)) / "catalogue"


def _generated() -> Catalogue | None:
    if not _cache_folder().is_dir():  # the usual case costs one look
        return None
    from importlib import metadata  # 30 ms that the window's start can do without

    try:
        path = generated_path(metadata.version("keras"))
        return load(path) if path.is_file() else None
    except (metadata.PackageNotFoundError, OSError, msgspec.DecodeError) as error:
        logging.getLogger(__name__).warning("the generated catalogue is not used: %s", error)
        return None


def load(path: Path) -> Catalogue:
    """Read a catalogue file. Raises `OSError`, or `msgspec.DecodeError` when it is not one."""
    return decode(path.read_bytes())
