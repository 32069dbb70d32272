"""Vocabularies that lookup and text layers have learnt: they are arguments in a project.

Keras keeps them beside the configuration, in a file of words for each layer, and the weights of
words (tf-idf) with the weights of the model. As arguments they can be seen and edited, shapes
follow from them, and the layer need not learn anew.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from kerasstudio.runtime.worker.model_files import WEIGHTS
from kerasstudio.runtime.worker.stored_member import open_member

MOST_CHARACTERS = 4_000_000
"""A longer vocabulary would make every message about the project slow: it stays in the file."""
_ASSETS = "assets/"
_WORDS = "vocabulary.txt"


def learnt_words(layer: Any) -> dict[str, Any]:
    """`vocabulary` and `idf_weights` of a layer in memory; nothing when it has learnt none."""
    words = [_plain(word) for word in layer.get_vocabulary(include_special_tokens=False)]
    if not words or sum(len(str(word)) for word in words) > MOST_CHARACTERS:
        return {}
    lookup = getattr(layer, "_lookup_layer", layer)
    idf = getattr(lookup, "idf_weights", None) if lookup.output_mode == "tf_idf" else None
    if idf is None:
        return {"vocabulary": words}
    special = len(layer.get_vocabulary()) - len(words)
    weights = np.asarray(idf)[special:][: len(words)]
    return {"vocabulary": words, "idf_weights": [float(each) for each in weights]}


Learnt = Callable[[str, str, dict[str, Any]], dict[str, Any]]
"""The arguments of a layer, by its place in the file, its class name and its configuration, that
the file keeps elsewhere."""


def words_of_archive(path: Path) -> Learnt:
    """The vocabularies in a `.keras` file. Raises what reading a damaged archive raises."""
    words = _words_in(path)

    def arguments(place: str, class_name: str, config: dict[str, Any]) -> dict[str, Any]:
        found = words.get(place)
        if found is None or config.get("vocabulary") is not None:
            return {}
        mode = config.get("output_mode") or "int"
        idf = _word_weights(path, place) if mode == "tf_idf" else None
        return _as_arguments(class_name, config, mode, found, idf)

    return arguments


def _as_arguments(
    class_name: str, config: dict[str, Any], mode: str, words: list[str], idf: np.ndarray | None
) -> dict[str, Any]:
    """What a layer's file of words stands for: its special tokens are not arguments."""
    text = class_name == "TextVectorization"
    masks = mode == "int" and (text or config.get("mask_token") is not None)
    special = int(masks) + (1 if text else int(config.get("num_oov_indices", 1)))
    own: list[Any] = words[special:]
    if class_name == "IntegerLookup":
        own = [int(word) for word in own]
    if not own:
        return {}
    if mode != "tf_idf" or idf is None:
        return {"vocabulary": own}
    weights = idf[special:][: len(own)]
    return {"vocabulary": own, "idf_weights": [float(each) for each in weights]}


def _words_in(path: Path) -> dict[str, list[str]]:
    """The words of each layer, special ones included, by the layers' places."""
    with zipfile.ZipFile(path) as archive:
        return {
            info.filename.removeprefix(_ASSETS).rpartition("/")[0]: _words(archive, info)
            for info in archive.infolist()
            if info.filename.startswith(_ASSETS)
            and info.filename.endswith(f"/{_WORDS}")
            and info.file_size <= MOST_CHARACTERS
        }


def _word_weights(path: Path, place: str) -> np.ndarray | None:
    """The weights of a layer's words (tf-idf), where there are any."""
    with (
        zipfile.ZipFile(path) as archive,
        open_member(archive, WEIGHTS) as member,
        h5py.File(member, "r") as file,
    ):
        found = file.get(f"{place}/vars/idf_weights")
        return None if found is None else np.asarray(found)


def _words(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[str]:
    lines = archive.read(info).decode("utf-8").splitlines()
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _plain(word: Any) -> Any:
    return word.item() if isinstance(word, np.generic) else word
