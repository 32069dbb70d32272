"""How a layer type travels in a drag."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData

from kerasstudio.graph.catalogue import Catalogue, LayerType

LAYER_MIME = "application/x-kerasstudio-layer"


def layer_mime(kind: LayerType) -> QMimeData:
    """What a drag of `kind` carries."""
    data = QMimeData()
    text = json.dumps({"module": kind.module, "class_name": kind.class_name})
    data.setData(LAYER_MIME, text.encode())
    return data


def dragged_layer(data: QMimeData, catalogue: Catalogue) -> LayerType | None:
    """The layer type in a drag; None for anything else."""
    if not data.hasFormat(LAYER_MIME):
        return None
    try:
        found = json.loads(bytes(data.data(LAYER_MIME).data()))
        return catalogue.named(found["class_name"])
    except (ValueError, KeyError, TypeError):
        return None
