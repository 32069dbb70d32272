"""Find layers as people ask for them: names, parts of names, acronyms, nicknames, typing errors."""

from __future__ import annotations

import re
from functools import lru_cache

from kerasstudio.graph.catalogue import Catalogue, LayerType

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+[A-Z]?")

COMMON = (
    "Dense", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "BatchNormalization", "Add",
    "Concatenate", "LSTM", "Embedding", "GlobalAveragePooling2D", "InputLayer", "Output", "GRU",
    "MultiHeadAttention", "LayerNormalization", "Activation", "Reshape", "Bidirectional",
    "Conv1D", "Rescaling", "Normalization", "ReLU", "Softmax", "UpSampling2D", "ZeroPadding2D",
    "AveragePooling2D", "Conv2DTranspose", "SeparableConv2D", "Multiply", "TextVectorization",
    "MaxPooling1D", "GlobalAveragePooling1D", "GlobalMaxPooling2D", "RandomFlip", "SimpleRNN",
)  # fmt: skip
"""What most models are made of: these win among equals."""
_POPULAR = {name: len(COMMON) - place for place, name in enumerate(COMMON)}
_ENOUGH = 400


def search(
    catalogue: Catalogue,
    text: str,
    limit: int = 12,
    rank: int | None = None,
    dtype: str | None = None,
) -> list[LayerType]:
    """The layers that `text` may mean, best first; all that fit, common ones first, when it is
    empty. With `rank` (batch axis included) or `dtype`, only layers that take such a tensor.

    Hidden layers and those that need another package are never found."""
    wanted = _plain(text)
    offered = [
        kind
        for kind in catalogue.layers
        if not kind.hidden and kind.needs is None and _takes(kind, rank, dtype)
    ]
    if not wanted:
        return sorted(offered, key=lambda kind: -_POPULAR.get(kind.class_name, 0))[:limit]
    scored = [(_score(kind, wanted), kind) for kind in offered]
    if max((score for score, _ in scored), default=0) < _ENOUGH:
        scored = [(max(score, _likeness(kind, wanted)), kind) for score, kind in scored]
    found = [(score, kind) for score, kind in scored if score > 0]
    found.sort(
        key=lambda pair: (
            -pair[0],
            -_POPULAR.get(pair[1].class_name, 0),
            len(pair[1].class_name),
            pair[1].class_name,
        )
    )
    return [kind for _, kind in found[:limit]]


def _takes(kind: LayerType, rank: int | None, dtype: str | None) -> bool:
    if rank is None and dtype is None:
        return True
    if not kind.ports:
        return False
    port = kind.ports[0]
    if rank is not None and port.ranks and rank not in port.ranks:
        return rank > 5 and 5 in port.ranks and len(port.ranks) > 1
    if dtype is None or not port.dtypes:
        return True
    return _value_class(dtype) in {_value_class(each) for each in port.dtypes}


def _value_class(dtype: str) -> str:
    if dtype == "string":
        return dtype
    return "float" if "float" in dtype else "int"


def _score(kind: LayerType, wanted: str) -> int:
    """How well the words match, 0 for not at all."""
    name = kind.class_name.lower()
    joined = wanted.replace(" ", "")
    if joined == name:
        return 1000
    aliases = _aliases(kind.aliases)
    if wanted in aliases:
        return 950 - aliases.index(wanted)
    if joined in _acronyms(kind.class_name):
        return 900
    if name.startswith(joined):
        return 800
    words = _words(kind.class_name)
    parts = wanted.split()
    if all(any(word.startswith(part) for word in words) for part in parts):
        return 700
    if any(alias.startswith(wanted) for alias in aliases):
        return 650
    if joined in name:
        return 600
    every = words + tuple(word for alias in aliases for word in alias.split())
    if all(any(word.startswith(part) for word in every) for part in parts):
        return 550
    if len(wanted) > 2 and any(wanted in alias for alias in aliases):
        return 500
    if wanted == kind.category.lower():
        return 450
    if len(wanted) > 3 and wanted in kind.summary.lower():
        return 200
    return 0


def _likeness(kind: LayerType, wanted: str) -> int:
    """For typing errors: few letters wrong, missing, swapped; or letters left out."""
    allowed = 0 if len(wanted) < 3 else 1 if len(wanted) < 6 else 2
    joined = wanted.replace(" ", "")
    name = kind.class_name.lower()
    candidates = (name, *_words(kind.class_name), *_aliases(kind.aliases))
    best = min(
        (
            distance(joined, candidate.replace(" ", ""), allowed)
            for candidate in candidates
            if abs(len(candidate) - len(joined)) <= allowed
        ),
        default=allowed + 1,
    )
    start = distance(joined, name[: len(joined)], allowed) if len(name) > len(joined) else 99
    if min(best, start) <= allowed and allowed:
        return 390 - 60 * min(best, start) - 20 * (start < best) + 30 * (joined[:1] == name[:1])
    return 120 if len(joined) > 2 and _is_subsequence(joined, name) else 0


def distance(one: str, other: str, limit: int) -> int:
    """Letters to insert, drop, replace or swap with a neighbour (optimal string alignment);
    `limit` + 1 when there are more than `limit`."""
    if abs(len(one) - len(other)) > limit or len(set(one) - set(other)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, against in enumerate(other, start=1):
            cost = min(
                previous[column] + 1,
                current[column - 1] + 1,
                previous[column - 1] + (letter != against),
            )
            swapped = row > 1 and column > 1 and letter == other[column - 2]
            if swapped and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.replace("_", " ")).lower().split())


@lru_cache(maxsize=512)
def _words(class_name: str) -> tuple[str, ...]:
    """ "MaxPooling2D" → ("max", "pooling", "2d")."""
    return tuple(word.lower() for word in _WORD.findall(class_name))


@lru_cache(maxsize=512)
def _aliases(aliases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_plain(alias) for alias in aliases)


@lru_cache(maxsize=512)
def _acronyms(class_name: str) -> frozenset[str]:
    """ "GlobalAveragePooling2D" → {"gap2d", "gap"}."""
    words = _words(class_name)
    letters = "".join(word if word[0].isdigit() else word[0] for word in words)
    short = "".join(word[0] for word in words if not word[0].isdigit())
    return frozenset(each for each in (letters, short) if len(each) > 1)


def _is_subsequence(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
