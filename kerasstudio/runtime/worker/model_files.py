"""What kind of model file a path is, told from its content; its configuration as JSON."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, Literal

import h5py

from kerasstudio.graph.problems import Place, Problem, StudioError

ModelKind = Literal["keras", "h5", "json"]

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
ZIP_MARK = b"PK\x03\x04"
LFS_MARK = b"version https://git-lfs"
CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
MOST_CONFIG_BYTES = 64 << 20
SUFFIX_OF: dict[ModelKind, str] = {"keras": ".keras", "h5": ".h5", "json": ".json"}


def sniff_model(path: Path) -> ModelKind:
    """The kind by the first bytes, whatever the name says. Raises `StudioError`."""
    if path.exists() and not path.is_file():
        raise import_error(
            "import.kind",
            f"{path.name} is no model file.",
            path,
            expected="a Keras model: .keras, .h5 or architecture JSON",
            received="a folder" if path.is_dir() else "a device or a pipe",
        )
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise import_error(
            "import.unreadable", f"{path.name} cannot be read: {error.strerror or error}.", path
        ) from error
    if start.startswith(HDF5_MARK):
        return "h5"
    if start.startswith(ZIP_MARK):
        return "keras"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b'"')):
        return "json"
    received = "other content"
    if not start:
        received = "an empty file"
    elif start.startswith(LFS_MARK):
        received = "a Git LFS pointer: the real file was not downloaded"
    raise import_error(
        "import.kind",
        f"{path.name} is no model file.",
        path,
        expected="a Keras model: .keras, .h5 or architecture JSON",
        received=received,
    )


def read_config(path: Path, kind: ModelKind) -> dict[str, Any]:
    """The architecture in the file, as Keras writes it. Raises `StudioError`."""
    try:
        if kind == "json":
            _limit(path.stat().st_size, path)
            text: str | bytes = path.read_bytes()
        elif kind == "keras":
            with zipfile.ZipFile(path) as archive:
                if CONFIG not in archive.namelist():
                    raise import_error(
                        "import.kind",
                        f"{path.name} is no Keras model.",
                        path,
                        expected=f"a .keras file, which has {CONFIG} in it",
                        received="a zip archive that holds "
                        + (", ".join(archive.namelist()[:6])[:200] or "nothing"),
                    )
                _limit(archive.getinfo(CONFIG).file_size, path)
                text = archive.read(CONFIG)
        else:
            text = _h5_config(path)
        config = json.loads(text)
        if isinstance(config, str):
            config = json.loads(config)  # JSON inside a JSON text
    except StudioError:
        raise
    except KeyError as error:
        raise _damaged(path, f"it holds no {error}", error) from error
    except RecursionError as error:
        raise _damaged(path, "it is nested too deeply", error) from error
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _damaged(path, str(error), error) from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise import_error(
            "import.kind",
            f"{path.name} holds no Keras architecture.",
            path,
            expected='an object with "class_name" and "config"',
            received=f"keys {', '.join(list(config)[:6])}"
            if isinstance(config, dict)
            else "no object",
        )
    return config


def _h5_config(path: Path) -> str | bytes:
    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
        if config is None:
            raise import_error(
                "import.weights_only",
                f"{path.name} holds weights without an architecture.",
                path,
                expected="a whole model, as model.save writes it",
                received="an HDF5 file without model_config",
            )
        _limit(len(config), path)
        return config if isinstance(config, str | bytes) else str(config)


def import_error(
    code: str, message: str, path: Path, *, expected: str = "", received: str = "", detail: str = ""
) -> StudioError:
    """An error of importing `path`."""
    return StudioError(
        Problem(
            code=code,
            message=message,
            expected=expected,
            received=received,
            place=Place(file=str(path)),
            detail=detail,
        )
    )


def _limit(size: int, path: Path) -> None:
    if size > MOST_CONFIG_BYTES:
        raise import_error(
            "import.too_big",
            f"The architecture in {path.name} is too big.",
            path,
            expected=f"at most {MOST_CONFIG_BYTES >> 20} MiB",
            received=f"{size >> 20} MiB",
        )


def _damaged(path: Path, why: str, error: BaseException) -> StudioError:
    return import_error(
        "import.damaged",
        f"{path.name} is damaged or cut short: {why[:200]}.",
        path,
        expected="a whole model file",
        detail=repr(error),
    )
