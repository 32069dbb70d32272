"""Networks of `keras.applications` as drawings; they are built without a single variable.

`python -m kerasstudio.runtime.worker.applications OUT.json` writes the list that is shipped; a test
holds both equal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import msgspec

from kerasstudio.graph.applications import Application, application, applications
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.atomic import write_atomic
from kerasstudio.runtime.protocol import DrawApplication, ModelImported
from kerasstudio.runtime.worker.cataloguing import described_arguments
from kerasstudio.runtime.worker.docstrings import read_docs
from kerasstudio.runtime.worker.failures import first_lines
from kerasstudio.runtime.worker.importer import Said, import_config
from kerasstudio.runtime.worker.model_in_memory import model_in_memory
from kerasstudio.runtime.worker.stateless import symbolic

_LEFT_OUT = ("weights", "input_tensor", "name")
_KINDS: dict[str, dict[str, Any]] = {
    "input_shape": {"kind": "shape"},
    "pooling": {"kind": "choice", "choices": ("avg", "max")},
}
"""What their help does not tell in the way of other arguments."""


def draw_application(request: DrawApplication, said: Said) -> ModelImported:
    """Answer `DrawApplication`. Raises `StudioError` for an unknown name, and for arguments that
    Keras refuses."""
    known = application(request.name)
    if known is None:
        raise StudioError(
            Problem(
                code="application.unknown",
                message=f'Keras has no ready-made network "{request.name}".',
                expected=", ".join(each.name for each in applications()),
                received=request.name,
            )
        )
    names = {argument.name for argument in known.arguments}
    arguments = {key: value for key, value in request.arguments.items() if key in names}
    shape = arguments.get("input_shape")
    if isinstance(shape, list):
        arguments["input_shape"] = tuple(shape)
    said(f"Building {request.name}")
    try:
        with symbolic():
            model = _made(request.name, arguments)
    except Exception as error:  # Keras raises errors of every class
        raise StudioError(
            Problem(
                code="application.refused",
                message=f"Keras does not make {request.name} so: {first_lines(error)}",
                expected=f"arguments that suit {request.name}",
                received=", ".join(f"{key} {value}" for key, value in arguments.items()),
                detail=str(error),
            )
        ) from error
    imported = import_config(model_in_memory(model), said)
    return ModelImported(request.id, imported.project, imported.notes)


def describe_applications(names: Iterable[str] | None = None) -> tuple[Application, ...]:
    """The list of the installed Keras, each built once (a minute for all of them)."""
    chosen = [name for name in dir(keras.applications) if name[0].isupper()]
    return tuple(_described(name) for name in chosen if names is None or name in names)


def _described(name: str) -> Application:
    function = getattr(keras.applications, name)
    with symbolic():
        model = _made(name, {})
    helps = read_docs(function.__doc__).arguments
    arguments = described_arguments(function, helps, drop=_LEFT_OUT)
    return Application(
        name,
        function.__module__.rsplit(".", 1)[-1],
        tuple(msgspec.structs.replace(each, **_KINDS.get(each.name, {})) for each in arguments),
        model.input_shape[1] or 224,
        model.count_params(),
        len(model.layers),
    )


def _made(name: str, arguments: dict[str, Any]) -> keras.Model:
    return getattr(keras.applications, name)(weights=None, **arguments)


if __name__ == "__main__":
    data = msgspec.json.format(msgspec.json.encode(describe_applications()), indent=1)
    write_atomic(Path(sys.argv[1]), data + b"\n")
