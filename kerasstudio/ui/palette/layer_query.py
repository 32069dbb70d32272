"""Which layers a few typed letters mean, the best guess first."""

from __future__ import annotations

import re

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.names import snake_case

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+D?")
# What people reach for most, in case nothing else decides.
COMMON = (
    "Dense",
    "Conv2D",
    "Dropout",
    "Flatten",
    "MaxPooling2D",
    "BatchNormalization",
    "Add",
    "Concatenate",
    "GlobalAveragePooling2D",
    "LSTM",
    "Embedding",
    "Activation",
    "Conv1D",
    "LayerNormalization",
    "MultiHeadAttention",
    "Reshape",
    "GRU",
    "Rescaling",
    "Output",
    "InputLayer",
)


def shown_name(kind: LayerType) -> str:
    """The class as people say it."""
    return "Input" if kind.class_name == "InputLayer" else kind.class_name


def offered(catalogue: Catalogue) -> tuple[LayerType, ...]:
    """The layers the palette offers, Output included, in catalogue order."""
    kinds = [kind for kind in catalogue.layers if not kind.hidden]
    output = catalogue.named("Output")
    if output is not None and all(kind.class_name != "Output" for kind in kinds):
        kinds.insert(1, output)
    return tuple(kinds)


def accepts(kind: LayerType, tensor: TensorSpec | None) -> bool:
    """Whether the first port of a layer takes a tensor of this rank and dtype."""
    if not kind.ports:
        return False
    if tensor is None:
        return True
    port = kind.ports[0]
    if port.ranks and len(tensor.shape) not in port.ranks:
        return False
    special = tensor.dtype in {"string", "bool"}
    known = {dtype if dtype in {"string", "bool"} else "number" for dtype in port.dtypes}
    return not known or (tensor.dtype if special else "number") in known


def find(catalogue: Catalogue, text: str) -> list[LayerType]:
    """The offered layers that match, best first; all of them, common ones first, for no text."""
    return ranked(offered(catalogue), text)


def ranked(kinds: tuple[LayerType, ...] | list[LayerType], text: str) -> list[LayerType]:
    wanted = " ".join(text.casefold().split())
    scored = []
    for number, kind in enumerate(kinds):
        score = _score(kind, wanted) if wanted else 0
        if score is not None:
            usable = kind.needs is not None
            scored.append((usable, score, _commonness(kind), number, kind))
    scored.sort(key=lambda entry: entry[:4])
    return [entry[-1] for entry in scored]


def _commonness(kind: LayerType) -> int:
    return COMMON.index(kind.class_name) if kind.class_name in COMMON else len(COMMON)


def _score(kind: LayerType, wanted: str) -> int | None:
    """The smaller the better; None when nothing matches."""
    name = shown_name(kind).casefold()
    words = [word.casefold() for word in _WORDS.findall(kind.class_name)]
    aliases = [alias.casefold() for alias in kind.aliases]
    initials = "".join(word[0] for word in words)
    tight = wanted.replace(" ", "").replace("_", "")
    if wanted in (name, snake_case(kind.class_name)) or tight == name:
        return 0
    if wanted in aliases:
        return 1
    if name.startswith(tight):
        return 2
    if len(tight) > 1 and initials.startswith(tight):
        return 3
    if any(word.startswith(tight) for word in words):
        return 4
    if any(alias.startswith(wanted) for alias in aliases):
        return 5
    if tight in name:
        return 6
    parts = wanted.split()
    everything = " ".join([*words, *aliases, kind.category.casefold()])
    if all(any(word.startswith(part) for word in everything.split()) for part in parts):
        return 7
    if any(wanted in alias for alias in aliases):
        return 8
    if len(tight) >= 3 and _in_order(tight, name):
        return 9
    if len(wanted) >= 4 and wanted in kind.summary.casefold():
        return 10
    return None


def _in_order(letters: str, name: str) -> bool:
    """Whether the letters come in this order, the first at a word's beginning ("bnorm")."""
    if not name.startswith(letters[0]):
        return False
    rest = iter(name)
    return all(letter in rest for letter in letters)
