"""Code of files that the person trusts, in this worker: for what was said, and nothing else.

Trust is for fingerprints (`graph.placeholders`): of a layer with the code in it, and of a file of
the project's code. Files are run as modules `kstudio_project.NAME` once they are trusted; classes
and functions in them are then what layers of those names are made of."""

from __future__ import annotations

import base64
import binascii
import linecache
import sys
import traceback
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import keras
from keras.src.saving import serialization_lib

from kerasstudio.graph.edits.lambdas import PACKAGE
from kerasstudio.graph.lambda_code.decompiler import versions_of
from kerasstudio.graph.lambda_code.marshal_reader import MarshalError, read_code
from kerasstudio.graph.placeholders import LAMBDA, code_hash, foreign_reasons
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.vetting.known_objects import KnownObjects, known_objects


class TrustedCode:
    """What one worker may run. `serial` rises whenever that changes."""

    def __init__(self) -> None:
        self.serial = 0
        self.objects: dict[str, Any] = {}
        self._layers: frozenset[str] = frozenset()
        self.files: dict[str, str] = {}
        self.known: KnownObjects = known_objects()
        """What may be made: Keras's own, and what is trusted."""

    def trust(self, layers: Iterable[str], files: Mapping[str, str]) -> list[Problem]:
        """Trust these fingerprints of layers, and run these files of code (their texts by name);
        what was trusted before and is not among them is forgotten. Returns what went wrong."""
        self.serial += 1
        self._layers = frozenset(layers)
        self.files = dict(files)
        self.objects = {}
        problems: list[Problem] = []
        for name, text in files.items():
            try:
                module = _run(name, text)
            except Exception as error:  # noqa: BLE001 (code of a person may raise anything)
                problems.append(_failed(name, error))
                continue
            self.objects.update(_objects_of(module))
        self.known = _with_objects(known_objects(), self.objects)
        return problems

    def holds(self, layer: Layer) -> bool:
        """Whether a layer that is code may be made."""
        if code_hash(layer) in self._layers:
            return layer.class_name == LAMBDA or not self._missing(layer)
        return not foreign_reasons(layer, self.known)

    def untrusted_files(self, project: Project) -> list[str]:
        """The names of those files of a project's code that may not run."""
        known = set(self.files.values())
        return [name for name, text in project.code.items() if text not in known]

    def make(self, layer: Layer, name: str) -> Any:
        """The Keras layer itself. Raises `StudioError` for code that this Python cannot run, and
        whatever the code raises."""
        config = {key: given(value) for key, value in layer.arguments.items()}
        config = {**config, "name": name}
        if layer.class_name == LAMBDA:
            _to_keras_3(config)
            _check_python(layer, config)
        entry = {
            "module": layer.module or None,
            "class_name": layer.class_name,
            "registered_name": layer.registered_name,
            "config": config,
        }
        found = self._class_for(layer)
        if found is not None:
            entry |= {"module": found.__module__, "registered_name": found.__name__}
        with serialization_lib.SafeModeScope(False):
            return keras.saving.deserialize_keras_object(
                entry, custom_objects=self.objects, safe_mode=False
            )

    def _class_for(self, layer: Layer) -> type | None:
        found = self.objects.get(layer.registered_name or "") or self.objects.get(layer.class_name)
        return found if isinstance(found, type) else None

    def _missing(self, layer: Layer) -> bool:
        """Whether the class of a layer is nowhere."""
        known = self.known.is_class(layer.module or None, layer.class_name)
        code_layer = self.known.is_code_layer(layer.class_name)
        return not known and not code_layer and self._class_for(layer) is None


TRUSTED = TrustedCode()
"""That of this process: what is trusted is trusted for all that it builds."""


def _run(name: str, text: str) -> ModuleType:
    """Run a file of code as a module of its own. Raises whatever it raises."""
    stem = name.removesuffix(".py")
    module = ModuleType(f"{PACKAGE}.{stem}")
    module.__file__ = f"<{name}>"
    # So that errors in it show its lines.
    linecache.cache[module.__file__] = (len(text), None, text.splitlines(True), module.__file__)
    before = {
        key for key, value in keras.saving.get_custom_objects().items()
        if getattr(value, "__module__", None) == module.__name__
    }  # fmt: skip
    for key in before:  # an older text of the same file
        keras.saving.get_custom_objects().pop(key, None)
    sys.modules[module.__name__] = module
    exec(compile(text, module.__file__, "exec"), vars(module))  # noqa: S102 (trusted)
    return module


def _objects_of(module: ModuleType) -> dict[str, Any]:
    """Classes and functions that the module itself defines, by every name a file may use."""
    found: dict[str, Any] = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__ or not callable(value):
            continue
        found[name] = value
        registered = keras.saving.get_registered_name(value)
        found[registered] = value
        found[registered.rpartition(">")[2]] = value
    return found


def _with_objects(known: KnownObjects, objects: Mapping[str, Any]) -> KnownObjects:
    """What may be made with these classes and functions beside Keras's own."""
    if not objects:
        return known
    names = frozenset(name for name, value in objects.items() if isinstance(value, type))
    functions = frozenset(objects) - names
    return _Extended(**{field: getattr(known, field) for field in known.__struct_fields__},
                     own_classes=names, own_functions=functions)  # fmt: skip


class _Extended(KnownObjects, frozen=True, dict=True):
    own_classes: frozenset[str] = frozenset()
    own_functions: frozenset[str] = frozenset()

    def is_class(self, module: str | None, name: str) -> bool:
        return name in self.own_classes or super().is_class(module, name)

    def is_function(self, module: str | None, name: str) -> bool:
        return name in self.own_functions or super().is_function(module, name)

    def is_activation(self, name: str) -> bool:
        return name in self.own_functions or super().is_activation(name)

    def is_registered(self, name: str) -> bool:
        return name in self.own_classes


def _to_keras_3(config: dict[str, Any]) -> None:
    """A Lambda of Keras 2: its function is [code, defaults, closure]."""
    for key in ("function", "output_shape", "mask"):
        value = config.get(key)
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            parts = dict(zip(("code", "defaults", "closure"), value, strict=True))
            config[key] = {"class_name": "__lambda__", "config": parts}
    for key in ("function", "output_shape", "mask"):
        for suffix in ("_type", "_module"):
            config.pop(f"{key}{suffix}", None)
    config.pop("module", None)


def _check_python(layer: Layer, config: dict[str, Any]) -> None:
    """Compiled code is of one Python: in another it would end the process."""
    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for value in config.values():
        if not isinstance(value, dict) or value.get("class_name") != "__lambda__":
            continue
        try:
            code = read_code(base64.b64decode(str(value["config"]["code"])))
            versions = versions_of(code)
        except (MarshalError, binascii.Error, KeyError, TypeError):
            versions = frozenset()
        if running not in versions:
            of = " or ".join(sorted(versions)) or "an unknown version"
            raise StudioError(
                Problem(
                    code="placeholder.python",
                    message=f'The code in "{layer.name}" was compiled by Python {of}; '
                    f"Python {running} cannot run it.",
                    expected=f"code of Python {running}",
                    received=f"code of Python {of}",
                    place=Place(layer=layer.id),
                    advice="Draw it as operations, make it a class, or replace it by a layer.",
                )
            )


def given(value: Any) -> Any:
    """An argument as the file had it: projects write infinity as `{"$float": "inf"}`."""
    if isinstance(value, dict):
        if set(value) == {"$float"}:
            return float(value["$float"])
        return {key: given(each) for key, each in value.items()}
    if isinstance(value, list):
        return [given(each) for each in value]
    return value


def _failed(name: str, error: Exception) -> Problem:
    line = None
    if isinstance(error, SyntaxError):
        line = error.lineno
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == f"<{name}>":
                line = frame.lineno
    where = f", line {line}" if line else ""
    return Problem(
        code="code.failed",
        message=f"The code of the project in {name}{where} fails: "
        f"{type(error).__name__}: {str(error)[:200]}",
        expected="Python code that can be imported",
        place=Place(file=name, row=line),
        detail="".join(traceback.format_exception(error)),
    )
