"""Files that are no Keras models: what they are instead, and what a person can do with them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kerasstudio.graph.foreign import foreign_kind

LFS_MARK = b"version https://git-lfs"
_ASK = "Ask its author for a Keras file (.keras), or draw the model here."
_AGAIN = "Copy or download it again."
_SAVE_AGAIN = (
    "Load it with the TensorFlow that wrote it (2.15 or older, or the package tf_keras) and save "
    'the model again as "NAME.h5".'
)
_DATA = "It is data: choose it on the Data page, or drop it there."


@dataclass(frozen=True)
class ForeignFile:
    """`what` with its article ("a PyTorch model"), `advice` as sentences."""

    what: str
    advice: str = ""


def foreign_file(path: Path, head: bytes) -> ForeignFile:
    """What a file is that is neither zip, HDF5 nor JSON; `head` are its first bytes."""
    if not head:
        return ForeignFile("an empty file", _AGAIN)
    if head.startswith(LFS_MARK):
        return _pointer(head)
    for matches, found in _SIGNS:
        if matches(head):
            return found
    kind = foreign_kind(head)
    if kind is not None:
        return _plain(kind)
    by_name = _SUFFIXES.get(path.suffix.casefold())
    if by_name is not None:
        return by_name
    return _text(path, head) or ForeignFile("content of an unknown kind", _ASK)


def foreign_folder(path: Path) -> ForeignFile:
    """What a folder is."""
    try:
        names = {each.name for each in path.iterdir()}
    except OSError:
        return ForeignFile("a folder")
    if "saved_model.pb" in names:
        return ForeignFile(
            "a SavedModel folder, which keeps computations and not layers", _SAVE_AGAIN
        )
    if "config.json" in names and any(name.startswith("model.weights") for name in names):
        return ForeignFile(
            "an unpacked .keras file", "Pack what is in the folder into a zip file NAME.keras."
        )
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        return ForeignFile("a folder of TensorFlow checkpoints, weights without layers", _ASK)
    return ForeignFile("a folder", "Choose a file in it.")


def foreign_archive(names: list[str]) -> ForeignFile:
    """What a zip archive is that is no `.keras` file, by the names in it."""
    last = [name.rsplit("/", 1)[-1] for name in names]
    if "data.pkl" in last:
        return ForeignFile("a PyTorch file, which keeps weights and not layers of Keras", _ASK)
    if names and all(name.endswith(".npy") for name in names):
        return ForeignFile("a NumPy archive (.npz)", _DATA)
    if "config.json" in last:
        place = next(name for name in names if name.endswith("/config.json"))
        folder = place.removesuffix("config.json")
        return ForeignFile(
            f"a .keras file packed with its folder {folder}",
            "Unpack it, and pack again what is in the folder, without the folder itself.",
        )
    if "model.weights.h5" in names:
        return ForeignFile(
            "a .keras file that has lost its architecture (config.json): only weights are left",
            f"{_AGAIN} Else draw the model, unpack this file, and start training from its weights.",
        )
    models = [name for name in names if name.endswith((".keras", ".h5", ".hdf5"))]
    if models:
        return ForeignFile(f"a zip archive with {models[0][:60]} in it", "Unpack it first.")
    if "saved_model.pb" in last:
        return ForeignFile("a zip archive with a SavedModel in it", _SAVE_AGAIN)
    held = ", ".join(sorted(names)[:6])[:200] or "nothing"
    return ForeignFile(f"a zip archive that holds {held}", _ASK)


def foreign_json(value: object) -> ForeignFile:
    """What a JSON text is that is no architecture."""
    keys = list(value) if isinstance(value, dict) else []
    if "nbformat" in keys:
        return ForeignFile("a Jupyter notebook", "Run it and save its model with model.save().")
    if keys and isinstance(value, dict) and value.get("format") == "kerasstudio":
        return ForeignFile("a KerasStudio project", "Open it with File > Open.")
    if "layers" in keys and "class_name" not in keys:
        return ForeignFile(
            "what model.get_config() gives, which does not say what kind of model it is",
            "Write the file with model.to_json(), or save the model with model.save().",
        )
    if "modelTopology" in keys:
        return ForeignFile("a model of TensorFlow.js", _ASK)
    what = f"JSON with the keys {', '.join(map(str, keys[:6]))}"[:200] if keys else "other JSON"
    return ForeignFile(what, _ASK)


def foreign_hdf5(names: list[str]) -> ForeignFile:
    """What an HDF5 file is that holds neither a model nor weights of one."""
    held = ", ".join(sorted(names)[:6])[:200] or "nothing"
    return ForeignFile(f"an HDF5 file that holds {held}", _ASK)


def _pointer(head: bytes) -> ForeignFile:
    size = next((line[5:] for line in head.splitlines() if line.startswith(b"size ")), b"").strip()
    of = f" for a file of {_bytes(int(size))}" if size.isdigit() and len(size) < 16 else ""
    return ForeignFile(
        f"a Git LFS pointer{of}: the file itself was not downloaded",
        'Run "git lfs pull" in its repository, or download the file from its web page.',
    )


def _plain(kind: str) -> ForeignFile:
    if "picture" in kind or "NumPy" in kind or "database" in kind:
        return ForeignFile(kind, _DATA if "database" not in kind else _ASK)
    if "web page" in kind:
        return ForeignFile(
            "a web page instead of the file", "Use the download link of the file itself."
        )
    if "archive" in kind:
        return ForeignFile(kind, "Unpack it first.")
    if "zero bytes" in kind or kind == "blank":
        return ForeignFile(kind if "zero" in kind else "a blank file", _AGAIN)
    if "pickle" in kind:
        return _PICKLE
    return ForeignFile(kind, _ASK)


def _text(path: Path, head: bytes) -> ForeignFile | None:
    try:
        text = head[:-4].decode() if len(head) > 8 else head.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    if path.suffix.casefold() == ".py" or "import keras" in text or "import tensorflow" in text:
        return ForeignFile("a Python script", "Run it and save its model with model.save().")
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for mark in (",", ";", "\t"):
        counts = {line.count(mark) for line in lines[:-1] or lines}
        if len(counts) == 1 and 0 not in counts:
            return ForeignFile("a table of text (CSV)", _DATA)
    return ForeignFile("text", _ASK)


def _bytes(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _is_onnx(head: bytes) -> bool:
    """A protocol buffer whose first field is a small version, the next a text or the graph."""
    return head[:1] == b"\x08" and 0 < head[1] < 32 and head[2:3] in b"\x12\x1a\x22\x3a\x42"


def _is_safetensors(head: bytes) -> bool:
    size = int.from_bytes(head[:8], "little")
    if not 2 <= size <= 100 << 20 or head[8:9] != b"{":
        return False
    if size + 8 > len(head):
        return b'"dtype"' in head or b"__metadata__" in head
    try:
        return isinstance(json.loads(head[8 : 8 + size]), dict)
    except ValueError:
        return False


_PICKLE = ForeignFile(
    "a Python pickle",
    "Opening a pickle can run any code, so it is never read. Save the model with "
    'model.save("NAME.keras") where it was made.',
)
_PYTORCH = ForeignFile("a PyTorch file, which keeps weights and not layers of Keras", _ASK)
_SIGNS: tuple[tuple[Callable[[bytes], bool], ForeignFile], ...] = (
    (lambda head: head.startswith(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), _PYTORCH),
    (
        lambda head: head[4:8] == b"TFL3",
        ForeignFile("a TensorFlow Lite model, which keeps no layers of Keras", _ASK),
    ),
    (_is_safetensors, ForeignFile("a safetensors file, weights without layers", _ASK)),
    (lambda head: head[257:262] == b"ustar", ForeignFile("a tar archive", "Unpack it first.")),
    (
        lambda head: head.startswith((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")),
        ForeignFile("a packed archive", "Unpack it first."),
    ),
    (
        lambda head: head.startswith(b"MATLAB"),
        ForeignFile("a MATLAB file", _DATA),
    ),
    (
        lambda head: len(head) > 2 and _is_onnx(head),
        ForeignFile("an ONNX model, which keeps operations and not layers of Keras", _ASK),
    ),
)
_SUFFIXES = {
    ".pb": ForeignFile("a TensorFlow graph, which keeps computations and not layers", _SAVE_AGAIN),
    ".ckpt": ForeignFile("a TensorFlow checkpoint, weights without layers", _ASK),
    ".index": ForeignFile("part of a TensorFlow checkpoint, weights without layers", _ASK),
    ".mlmodel": ForeignFile("a Core ML model", _ASK),
    ".onnx": ForeignFile("an ONNX model, which keeps operations and not layers of Keras", _ASK),
    ".pt": _PYTORCH,
    ".pth": _PYTORCH,
    ".pkl": _PICKLE,
    ".pickle": _PICKLE,
    ".joblib": _PICKLE,
}


def archive_names(path: Path) -> list[str] | None:
    """The names in a zip archive; None for one whose end is missing."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return None
