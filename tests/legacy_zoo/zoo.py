"""All kinds that tf_keras builds."""

from __future__ import annotations

from legacy_zoo import compiled, functions, graphs, layers, oddities, preprocessing, recurrent
from legacy_zoo.kind import Kind

KINDS: tuple[Kind, ...] = (
    *layers.KINDS,
    *recurrent.KINDS,
    *graphs.KINDS,
    *functions.KINDS,
    *preprocessing.KINDS,
    *compiled.KINDS,
    *oddities.KINDS,
)
