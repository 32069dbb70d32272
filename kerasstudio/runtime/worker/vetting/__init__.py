"""Is a model file safe to hand to Keras? Our own allow-list; neither Keras nor TensorFlow is used.

Keras's safe mode is a list of what is forbidden, and files are known that get around it. Here
only what is known to be harmless passes: Keras's own classes and functions, no code, no paths,
no links out of the file, no sizes that fill the memory. See `configs` for what becomes of layers
that are code.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.vetting.known_objects import known_objects
from kerasstudio.graph.vetting.limits import DamagedError, UnsafeError
from kerasstudio.graph.vetting.models import (
    ForeignLayer,
    VettedConfig,
    vet_compiled,
    vet_config,
)
from kerasstudio.runtime.worker.model_files import WEIGHTS, ModelKind, damaged, import_error
from kerasstudio.runtime.worker.stored_member import open_member
from kerasstudio.runtime.worker.vetting.archives import vet_archive, whole_weights
from kerasstudio.runtime.worker.vetting.contents import (
    explained,
    not_keras,
    read_config,
    read_json,
)
from kerasstudio.runtime.worker.vetting.hdf5_files import text_attribute, vet_hdf5

__all__ = ["ForeignLayer", "VettedConfig", "vet", "vet_container", "vet_model"]

TRAINING = "training_config"


def vet(path: Path, kind: ModelKind) -> VettedConfig:
    """What may be made of a file as it stands. Raises `StudioError` for one that must not be
    touched, or is none."""
    return vet_model(path, kind, vet_container(path, kind))


def vet_container(path: Path, kind: ModelKind) -> dict[str, Any]:
    """The configuration in a file whose container holds no traps. Raises `StudioError`."""
    with _told(path):
        if kind == "keras":
            other = not_keras(path)
            if other is not None:
                raise other
            with zipfile.ZipFile(path) as archive:
                vet_archive(archive)
                config = read_config(path, kind)
                whole_weights(archive)
                with open_member(archive, WEIGHTS) as member, h5py.File(member, "r") as file:
                    vet_hdf5(file, archive.getinfo(WEIGHTS).file_size)
            return config
        if kind == "h5":
            with h5py.File(path, "r") as file:
                vet_hdf5(file, path.stat().st_size)
        return read_config(path, kind)


def vet_model(path: Path, kind: ModelKind, config: dict[str, Any]) -> VettedConfig:
    """What may be made of a configuration; `config` is what Keras would be given (of an old file:
    brought up to today's Keras before). Raises `StudioError`."""
    with _told(path):
        vetted = vet_config(config, known_objects())
        if kind != "h5":
            return vetted
        with h5py.File(path, "r") as file:
            text = text_attribute(file, TRAINING)
        if text is None:
            return vetted
        compiled = read_json(text.encode())
        if not isinstance(compiled, dict):
            raise UnsafeError("a compilation that is none", TRAINING)
        found, notes = vet_compiled(compiled, known_objects(), TRAINING)
        return VettedConfig(
            vetted.model, vetted.foreign, found, (*vetted.notes, *notes), vetted.altered
        )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Every failure of reading becomes a `StudioError`."""
    try:
        yield
    except StudioError:
        raise
    except UnsafeError as error:
        raise unsafe(path, error) from error
    except DamagedError as error:
        raise damaged(path, error.why, error) from error
    except MemoryError as error:
        raise unsafe(path, UnsafeError("more than fits in the memory")) from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise explained(path, error) from error


def unsafe(path: Path, error: UnsafeError) -> StudioError:
    """The error for a file that must not be touched."""
    return import_error(
        "import.unsafe",
        f"{path.name} is not opened: it holds {error.what}.",
        path,
        expected="Keras's own layers and functions, and nothing that leads out of the file",
        received=f"{error.what}, at {error.where.lstrip('.') or 'the top'}"[:300],
        advice="Nothing of the file was run. Ask its author what this is for, or delete it.",
    )
