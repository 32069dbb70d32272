"""What cannot be upgraded, said in words."""

from __future__ import annotations

from typing import Any

from kerasstudio.graph.problems import Problem, StudioError


def malformed(received: str, value: Any, detail: str = "") -> StudioError:
    """The configuration is not what any Keras writes."""
    shown = "" if value is None else f": {str(value)[:120]}"
    return StudioError(
        Problem(
            code="import.legacy",
            message="The architecture in the file is not one that Keras 1 or 2 writes.",
            expected="the layers of a Sequential or Functional model with their calls",
            received=received + shown,
            detail=detail,
        )
    )


def not_upgraded(layer: str, layer_type: str, why: str) -> StudioError:
    """A layer has no equivalent in Keras 3."""
    return StudioError(
        Problem(
            code="import.legacy",
            message=f'The layer "{layer}" ({layer_type}) cannot be brought up to Keras 3: {why}.',
            expected="layers and arguments that Keras 3 has an equivalent of",
            received=layer_type,
        )
    )
