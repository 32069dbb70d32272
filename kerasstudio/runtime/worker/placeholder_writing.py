"""Layers that are code back into files, as they came: nothing of them is run to write them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py

from kerasstudio.graph.placeholders import weight_specs
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.model_files import CONFIG
from kerasstudio.runtime.worker.placeholder_layer import MARK
from kerasstudio.runtime.worker.trusted_code import given
from kerasstudio.runtime.worker.vetting.hdf5_files import name_attribute

HOLDING = ("keras", "h5", "weights", "json", "python", "notebook")
"""Formats that hold a layer without running it."""
_REWRITTEN = ("keras", "h5", "json")
_WITH_WEIGHTS = ("keras", "h5", "weights")


def refuse_format(layers: Iterable[Layer], format_id: str, path: Path) -> None:
    """Raises `StudioError` for a format that cannot hold these layers as they are."""
    layers = list(layers)
    names = ", ".join(f'"{layer.name}"' for layer in layers[:4])
    if format_id not in HOLDING:
        raise StudioError(
            Problem(
                code="placeholder.export",
                message=f"{names} is code that was not run, and this format has to run it.",
                expected="one of .keras, .h5, .weights.h5 and .json, or code that you trust",
                received=path.suffix,
                place=Place(layer=layers[0].id, file=str(path)),
                advice="Trust the code, replace the layer, or export as .keras.",
            )
        )
    for layer in layers:
        kept = [name for name, _, _ in weight_specs(layer)]
        by_place = all("vars" in name.split("/") for name in kept)
        if kept and format_id in _WITH_WEIGHTS and by_place == (format_id == "h5"):
            other = ".keras" if by_place else ".h5"
            raise StudioError(
                Problem(
                    code="placeholder.export",
                    message=f'The weights of "{layer.name}" go back into a {other} file only: '
                    "where they lie in another format its code decides, which was not run.",
                    expected=f"a {other} file",
                    received=path.suffix,
                    place=Place(layer=layer.id, file=str(path)),
                    advice=f"Export as {other}, or trust the code of the layer.",
                )
            )


def restore_code(path: Path, format_id: str, layers: Iterable[Layer]) -> None:
    """Put these layers into a written file in place of those that stood in for them."""
    by_id = {layer.id: layer for layer in layers}
    if format_id not in _REWRITTEN:
        return
    if format_id == "json":
        config = _restored(json.loads(path.read_text(encoding="utf-8")), by_id, old=False)
        path.write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    elif format_id == "keras":
        _rewrite_archive(path, by_id)
    else:
        with h5py.File(path, "a") as file:
            text = file.attrs["model_config"]
            config = _restored(json.loads(text), by_id, old=True)
            # Bytes, as Keras writes them: longer texts than an attribute takes are kept apart.
            file.attrs["model_config"] = json.dumps(config).encode()
            _rename_weights(file["model_weights"], by_id.values())


def _rewrite_archive(path: Path, by_id: Mapping[str, Layer]) -> None:
    other = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
            for info in source.infolist():
                if info.filename == CONFIG:
                    config = _restored(json.loads(source.read(info)), by_id, old=False)
                    target.writestr(CONFIG, json.dumps(config))
                    continue
                with source.open(info) as reading, target.open(info.filename, "w") as writing:
                    while data := reading.read(1 << 20):
                        writing.write(data)
        other.replace(path)
    finally:
        other.unlink(missing_ok=True)


def _restored(value: Any, by_id: Mapping[str, Layer], old: bool) -> Any:
    """A configuration with the layers themselves; `old`: as .h5 files write classes."""
    if isinstance(value, list):
        return [_restored(each, by_id, old) for each in value]
    if not isinstance(value, dict):
        return value
    config = value.get("config")
    if not isinstance(config, dict) or MARK not in config:
        return {key: _restored(each, by_id, old) for key, each in value.items()}
    layer = by_id[config[MARK]]
    kept = {
        "name": config["name"],
        "trainable": layer.trainable,
        **{key: given(each) for key, each in layer.arguments.items()},
    }
    made = {**value, "config": kept}
    registered = layer.registered_name
    if old and "module" not in value:
        made["class_name"] = registered or layer.class_name
        return made
    if registered is None and not layer.module.startswith("keras"):
        registered = layer.class_name
    made |= {
        "module": layer.module or None,
        "class_name": layer.class_name,
        "registered_name": registered,
    }
    built = (layer.build or {}).get("build_config")
    made.pop("build_config", None)
    return made if built is None else {**made, "build_config": built}


def _rename_weights(weights: Any, layers: Iterable[Layer]) -> None:
    """The names that weights had in the file they came from."""
    for layer in layers:
        names = [name for name, _, _ in weight_specs(layer)]
        if layer.name not in weights or not names:
            continue
        group = weights[layer.name]
        written = name_attribute(group, "weight_names")
        if len(written) != len(names):
            continue
        values = [group[name][()] for name in written]
        for name in list(group):
            del group[name]
        for name, each in zip(names, values, strict=True):
            group[name] = each
        group.attrs["weight_names"] = names
