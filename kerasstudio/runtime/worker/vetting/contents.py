"""Read what a model file says of its architecture: bounded, and with every failure explained."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.vetting.limits import MOST_CONFIG_BYTES, MOST_VALUES, UnsafeError
from kerasstudio.runtime.worker.foreign_models import (
    archive_names,
    foreign_archive,
    foreign_hdf5,
    foreign_json,
)
from kerasstudio.runtime.worker.model_files import (
    CONFIG,
    ModelKind,
    damaged,
    import_error,
    no_model,
)
from kerasstudio.runtime.worker.vetting.archives import read_small
from kerasstudio.runtime.worker.vetting.hdf5_files import text_attribute

_TRUNCATED = re.compile(r"eof = (\d+).*stored_eof = (\d+)")


def read_config(path: Path, kind: ModelKind) -> dict[str, Any]:
    """The architecture in the file, as it stands there. Raises `StudioError` or `UnsafeError`."""
    try:
        if kind == "json":
            size = path.stat().st_size
            if size > MOST_CONFIG_BYTES:
                raise UnsafeError(f"an architecture of {size >> 20:,} MiB")
            text = path.read_bytes()
        elif kind == "keras":
            with zipfile.ZipFile(path) as archive:
                text = read_small(archive, CONFIG)
        else:
            with h5py.File(path, "r") as file:
                text = _h5_config(path, file)
        config = read_json(text)
        if isinstance(config, str):
            config = read_json(config.encode())  # JSON inside a JSON text
    except RecursionError as error:
        raise UnsafeError("a configuration that is nested too deeply or too long") from error
    except json.JSONDecodeError as error:
        why = "ends in the middle of its architecture"
        if error.pos < len(text.rstrip()) - 1 and "Expecting" not in error.msg:
            why = f"holds an architecture that is no JSON ({error.msg})"
        raise damaged(path, why, error) from error
    except UnicodeDecodeError as error:
        raise damaged(path, "holds an architecture that is no text", error) from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise no_model(path, foreign_json(config))
    return config


def read_json(text: bytes) -> Any:
    """JSON of a bounded number of values. Raises `UnsafeError`, or what `json` raises."""
    # Counted before anything is made of them: each takes fifty times its letters.
    if text.count(b",") + text.count(b"[") + text.count(b"{") > MOST_VALUES:
        raise UnsafeError("a configuration of too many values")
    try:
        return json.loads(text.decode("utf-8-sig"))
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise UnsafeError("a number that is too long") from error


def explained(path: Path, error: BaseException) -> StudioError:
    """What a library said of a file that is not whole, in words."""
    text = str(error)
    cut = _TRUNCATED.search(text)
    if cut is not None:
        has, wanted = int(cut[1]), int(cut[2])
        return damaged(path, f"should have {wanted:,} bytes and has {has:,}", error)
    if isinstance(error, zipfile.BadZipFile) and archive_names(path) is None:
        return damaged(path, "ends before the list of its contents", error)
    if isinstance(error, NotImplementedError | zipfile.BadZipFile):
        return damaged(path, f"is no archive that can be unpacked ({text})", error)
    return damaged(path, f"cannot be read ({text.splitlines()[0] if text else error!r})", error)


def not_keras(path: Path) -> StudioError | None:
    """Why a zip archive is no `.keras` file, None when it is one (or is damaged)."""
    names = archive_names(path)
    if names is None or CONFIG in names:
        return None
    return no_model(path, foreign_archive(names))


def weights_only(path: Path, file: h5py.File) -> StudioError:
    """The error for an HDF5 file without an architecture: weights, or something else."""
    names = list(file)
    old = "layer_names" in file.attrs or "layer_names0" in file.attrs
    new = any(name in names for name in ("layers", "_layer_checkpoint_dependencies", "vars"))
    if not (old or new):
        return no_model(path, foreign_hdf5(names))
    count = (
        len(file.attrs["layer_names"])
        if "layer_names" in file.attrs
        else len(file["layers"] if "layers" in names else names)
    )
    return import_error(
        "import.weights_only",
        f"{path.name} holds the weights of {count} layers, but not the layers themselves.",
        path,
        expected="a whole model, as model.save() writes it",
        received="weights only, as model.save_weights() writes them",
        advice="Open or draw the model first, then choose Train > Start from the weights of a "
        "file.",
    )


def _h5_config(path: Path, file: h5py.File) -> bytes:
    text = text_attribute(file, "model_config")
    if text is None:
        raise weights_only(path, file)
    if len(text) > MOST_CONFIG_BYTES:
        raise UnsafeError(f"an architecture of {len(text) >> 20:,} MiB")
    return text.encode()
