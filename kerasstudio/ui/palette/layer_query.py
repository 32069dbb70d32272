"""What the palette and the search popup offer."""

from __future__ import annotations

from collections.abc import Collection

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.layer_search import search
from kerasstudio.graph.saved_blocks import block_title

_ALL = 1000


def shown_name(kind: LayerType) -> str:
    """The class as people say it."""
    return "Input" if kind.class_name == "InputLayer" else block_title(kind)


def offered(catalogue: Catalogue) -> tuple[LayerType, ...]:
    """The layers the palette offers, Output included, in catalogue order."""
    kinds = [kind for kind in catalogue.layers if not kind.hidden]
    output = catalogue.named("Output")
    if output is not None and all(kind.class_name != "Output" for kind in kinds):
        kinds.insert(1, output)
    return tuple(kinds)


def accepting(catalogue: Catalogue, tensor: TensorSpec | None) -> list[LayerType]:
    """The offered layers whose first port takes such a tensor; all with a port when it is not
    known."""
    kinds = [kind for kind in offered(catalogue) if kind.ports]
    if tensor is None:
        return kinds
    fitting = search(catalogue, "", _ALL, len(tensor.shape), tensor.dtype)
    return [kind for kind in kinds if kind in fitting]


def find(catalogue: Catalogue, text: str, among: Collection[LayerType]) -> list[LayerType]:
    """Those of `among` that the letters may mean, the best first; those that cannot be used here
    come last."""
    chosen = {(kind.module, kind.class_name) for kind in among}
    found = search(catalogue, text, _ALL)
    found = [kind for kind in found if (kind.module, kind.class_name) in chosen]
    return sorted(found, key=lambda kind: kind.needs is not None)
