"""What a model file may name: classes and functions of Keras that compute, and nothing else.

The list is generated from the installed Keras (`listing`); this module only reads it."""

from __future__ import annotations

from functools import cached_property, lru_cache

import msgspec

from kerasstudio.graph.resources import resource


class OpFunction(msgspec.Struct, frozen=True):
    """A function of `keras.ops` and the operation it makes on symbolic tensors: `parameters` of
    the function in their order, and those of them that the operation's call takes."""

    module: str
    class_name: str
    parameters: tuple[str, ...]
    call: tuple[str, ...]


class KnownObjects(msgspec.Struct, frozen=True, dict=True):
    """`classes` and `functions` by module. `unnamed` are classes that files of Keras 2 name
    without a module; `code_layers` are layers of Keras that run code or open files. `operations`
    are functions of `keras.ops` by name."""

    keras_version: str
    classes: dict[str, tuple[str, ...]]
    functions: dict[str, tuple[str, ...]]
    unnamed: tuple[str, ...]
    code_layers: tuple[str, ...]
    activations: tuple[str, ...]
    operations: dict[str, OpFunction]

    @cached_property
    def _classes(self) -> frozenset[tuple[str | None, str]]:
        found = {(module, name) for module, names in self.classes.items() for name in names}
        return frozenset(found | {(None, name) for name in self.unnamed})

    @cached_property
    def _functions(self) -> frozenset[tuple[str, str]]:
        found = {(module, name) for module, names in self.functions.items() for name in names}
        # Keras writes its own functions as "builtins" and looks them up in these modules.
        named = ("keras.activations", "keras.losses", "keras.metrics")
        return frozenset(
            found | {("builtins", name) for module in named for name in self.functions[module]}
        )

    @cached_property
    def _code_layers(self) -> frozenset[str]:
        return frozenset(self.code_layers)

    @cached_property
    def _activations(self) -> frozenset[str]:
        return frozenset(self.activations)

    def is_class(self, module: str | None, name: str) -> bool:
        """Whether this class may be made. `module` None: the file names none (Keras 2)."""
        return (module, name) in self._classes

    def is_function(self, module: str | None, name: str) -> bool:
        """Whether this function may be looked up and called."""
        return (module, name) in self._functions

    def is_code_layer(self, name: str) -> bool:
        return name in self._code_layers

    def is_registered(self, name: str) -> bool:
        """Whether a class of that registered name is the person's own, and trusted."""
        return False

    def is_activation(self, name: str) -> bool:
        """Whether a layer may name its activation so."""
        return name in self._activations


@lru_cache(maxsize=1)
def known_objects() -> KnownObjects:
    """The shipped list."""
    path = max(resource("catalogue").glob("known-*.json"))
    return msgspec.json.decode(path.read_bytes(), type=KnownObjects)
