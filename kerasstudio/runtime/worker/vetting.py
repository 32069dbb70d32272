"""Is a model file safe to hand to Keras? Our own allow-list; neither Keras nor TensorFlow is used.

Keras's safe mode is a list of what is forbidden, and files are known that get around it. Here
only what is known to be harmless passes: Keras's own classes and functions, no code, no paths,
no links out of the file, no sizes that fill the memory.
"""

from __future__ import annotations

import builtins
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.worker.model_files import (
    CONFIG,
    WEIGHTS,
    ModelKind,
    import_error,
    read_config,
)
from kerasstudio.runtime.worker.stored_member import open_member

_MODULES = {
    "keras",
    "keras.layers",
    "keras.models",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.losses",
    "keras.metrics",
    "keras.random",
    "keras.quantizers",
    "keras.dtype_policies",
}
_INNER_MODULES = (
    "keras.src.ops.",
    "keras.src.models.functional",
    "keras.src.models.sequential",
    "keras.src.applications.",
)
_FUNCTIONS = {"keras.activations", "keras.losses", "keras.metrics", "keras.ops", "builtins"}
_CODE_LAYERS = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "Pipeline"}
_MARKERS = {
    "__keras_tensor__",
    "__tensor__",
    "__numpy__",
    "__slice__",
    "__ellipsis__",
    "__bytes__",
}
_SIZES = ("units", "filters", "input_dim", "output_dim", "num_tokens", "num_bins", "max_tokens")
_MOST = 1 << 24
_MOST_UNITS = 1 << 20
_DEEPEST = 200
_MOST_NODES = 5_000_000
_BIG = 64 << 20


def vet(path: Path, kind: ModelKind) -> dict[str, Any]:
    """The configuration of a file that may be loaded. Raises `StudioError` for every other."""
    config = read_config(path, kind)
    try:
        _walk(config, path)
        if kind == "keras":
            _vet_archive(path)
        elif kind == "h5":
            with h5py.File(path, "r") as file:
                compiled = file.attrs.get("training_config")
                if compiled is not None:
                    _walk(json.loads(compiled), path)
                _vet_group(file, "", path)
    except StudioError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise import_error(
            "import.damaged",
            f"{path.name} is damaged or cut short.",
            path,
            expected="a whole model file",
            detail=str(error),
        ) from error
    return config


# ---------------------------------------------------------------- configuration


def _walk(config: Any, path: Path) -> None:
    """Look at every value, without recursion: depth is something a file can lie about."""
    waiting: list[tuple[Any, str, int]] = [(config, "", 0)]
    seen = 0
    while waiting:
        value, where, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_NODES:
            raise _unsafe(path, where, "the configuration is nested too deeply or too long")
        if isinstance(value, dict):
            _vet_object(value, where, path)
            waiting.extend((each, f"{where}.{key}", depth + 1) for key, each in value.items())
        elif isinstance(value, list):
            waiting.extend((each, f"{where}[{i}]", depth + 1) for i, each in enumerate(value))


def _vet_object(value: dict[str, Any], where: str, path: Path) -> None:
    name = value.get("class_name")
    if not isinstance(name, str):
        if "class_name" in value and "config" in value:
            raise _unsafe(path, where, "a class name that is no text")
        return
    for reason in _reasons(name, value):
        raise _unsafe(path, where, reason)


def _reasons(name: str, value: dict[str, Any]) -> Iterator[str]:
    """Why this object must not be made."""
    config, module = value.get("config"), value.get("module")
    if name in _MARKERS:
        return
    if name in ("__lambda__", "__typespec__"):
        yield "stored Python code"
    if name in _CODE_LAYERS:
        yield f"the layer {name}, which can run code or open files"
    if name == "function":
        if module not in _FUNCTIONS:
            yield f"the function {str(module)[:60]}.{str(config)[:60]}"
        if not isinstance(config, str) or not config.isidentifier():
            yield "a function whose name is none"
        elif module == "builtins" and hasattr(builtins, config):
            # Keras means its own functions by this module; Python's would run (eval, exec).
            yield f"Python's function {config}"
    elif module is None:
        # Files of Keras 2 name no module: those classes are Keras's own unless registered.
        if value.get("registered_name") not in (None, name):
            yield f"the custom class {str(value.get('registered_name'))[:60]}"
        if not name.isidentifier():
            yield "a class whose name is none"
    elif not isinstance(module, str) or not (
        module in _MODULES or module.startswith(_INNER_MODULES)
    ):
        yield f"the custom class {str(module)[:60]}.{name[:60]}"
    elif not name.isidentifier():
        yield "a class whose name is none"
    if isinstance(config, dict):
        yield from _config_reasons(config)


def _config_reasons(config: dict[str, Any]) -> Iterator[str]:
    if isinstance(config.get("vocabulary"), str):
        yield "a vocabulary that is read from a path"
    for key in _SIZES:
        size = config.get(key)
        if isinstance(size, int | float) and not isinstance(size, bool):
            limit = _MOST_UNITS if key in ("units", "filters") else _MOST
            if not 0 <= size <= limit:
                yield f"{key} of {size:g}"
    name = config.get("name")
    if isinstance(name, str) and (".." in name or "\\" in name or name.startswith("/")):
        yield f"the name {name[:60]!r}, which is a path"


# ---------------------------------------------------------------- containers


def _vet_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = set()
        for info in archive.infolist():
            parts = info.filename.split("/")
            if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
                raise _unsafe(path, info.filename, "a file that wants to lie outside")
            if info.filename in names:
                raise _unsafe(path, info.filename, "two files of one name")
            names.add(info.filename)
            if info.file_size > _BIG and info.compress_size * 200 < info.file_size:
                raise _unsafe(path, info.filename, "a file that unpacks to a huge one")
        if CONFIG not in names or WEIGHTS not in names:
            raise import_error(
                "import.damaged",
                f"{path.name} is not a whole .keras file.",
                path,
                expected=f"{CONFIG} and {WEIGHTS} in it",
                received=", ".join(sorted(names)[:6]),
            )
        with open_member(archive, WEIGHTS) as member, h5py.File(member, "r") as file:
            _vet_group(file, "", path)


def _vet_group(group: Any, where: str, path: Path) -> None:
    """Links and data sets of an HDF5 file, group by group."""
    waiting = [(group, where, 0)]
    while waiting:
        current, place, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _unsafe(path, place, "groups nested too deeply")
        for name in current:
            here = f"{place}/{name}"
            if not isinstance(current.get(name, getlink=True), h5py.HardLink):
                raise _unsafe(path, here, "a link")
            item = current[name]
            if isinstance(item, h5py.Group):
                waiting.append((item, here, depth + 1))
            elif isinstance(item, h5py.Dataset):
                _vet_dataset(item, here, path)


def _vet_dataset(item: Any, where: str, path: Path) -> None:
    if item.external:
        raise _unsafe(path, where, "values that lie in another file")
    if item.is_virtual:
        raise _unsafe(path, where, "values that are taken from elsewhere")
    if item.nbytes > _BIG and item.id.get_storage_size() * 1000 < item.nbytes:
        raise _unsafe(path, where, f"a tiny data set that claims the shape {item.shape}")


def _unsafe(path: Path, where: str, what: str) -> StudioError:
    return import_error(
        "import.unsafe",
        f"{path.name} is not opened: it holds {what}.",
        path,
        expected="Keras's own layers and functions, without code or paths",
        received=f"{what}, at {where.lstrip('.') or 'the top'}"[:300],
    )
