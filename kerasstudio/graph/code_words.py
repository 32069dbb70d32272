"""What a layer that is code says of itself: on its card, and in the inspector."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from kerasstudio.graph.lambda_code.reading import LambdaReading, read_lambda
from kerasstudio.graph.placeholders import LAMBDA, code_reasons, defining_file, needs_class
from kerasstudio.graph.project import Layer, Project

_SHOWN = 26
_MOST_LINES = 200
_WIDEST = 300


@dataclass(frozen=True)
class CodeWords:
    """`source` is Python source, or a listing where there is none; `origin` says in a sentence
    where it comes from and how far it can be believed."""

    title: str
    source: str
    origin: str
    is_source: bool = False


def card_lines(layer: Layer) -> tuple[str, ...]:
    """A line for the card of a layer that is code: what it computes, or where it comes from."""
    if layer.class_name == LAMBDA:
        source = read_lambda(layer).source
        return () if source is None else (_cut(source.partition(": ")[2]),)
    place = layer.module or (layer.registered_name or "").partition(">")[0]
    return (_cut(place),) if place else ()


def code_words(layer: Layer, project: Project) -> CodeWords:
    """The code in a layer as far as it can be shown without running it."""
    if layer.class_name == LAMBDA:
        return _lambda_words(read_lambda(layer))
    name = defining_file(layer, project)
    if name is not None:
        text = project.code[name]
        return CodeWords(
            f"The class {layer.class_name}", text, f"From {name} of this project.", True
        )
    if not needs_class(layer):
        reasons = " and ".join(code_reasons(layer)[:3])
        return CodeWords(
            f"{layer.class_name} with {reasons}", _arguments(layer), "Its arguments in the file."
        )
    registered = layer.registered_name or layer.class_name
    return CodeWords(
        f"The class {registered}",
        _arguments(layer),
        "Its arguments in the file, which does not hold its code. To use it, get its Python file "
        "from whoever made the model.",
    )


def _arguments(layer: Layer) -> str:
    """Arguments as Python would be given them."""
    lines = []
    for name, value in layer.arguments.items():
        if name == "dtype" and isinstance(value, dict):
            continue  # the policy of nearly every layer
        text = msgspec.json.encode(value).decode()
        lines.append(f"{name} = {text if len(text) <= _WIDEST else text[:_WIDEST] + '…'}")
    return "\n".join(lines[:_MOST_LINES])


def _lambda_words(reading: LambdaReading) -> CodeWords:
    if reading.source is not None and not reading.compiled:
        return CodeWords("A Python expression", reading.source, "As it was typed.", True)
    if reading.source is not None:
        return CodeWords(
            "A Python expression",
            reading.source,
            "Read from its compiled code; nothing of it was run. Code made to deceive can do "
            "something else than it seems.",
            True,
        )
    if reading.function:
        return CodeWords(
            "A function that lies elsewhere",
            reading.function,
            "The file holds only its name.",
        )
    if not reading.compiled:
        return CodeWords("A function", "", f"It cannot be shown: {reading.why}.")
    lines = [f"arguments: {', '.join(reading.arguments)}"]
    if reading.names:
        lines.append(f"names:     {', '.join(reading.names)}")
    if reading.constants:
        lines.append("constants:")
        lines += [f"    {each}" for each in reading.constants[:_MOST_LINES]]
    if reading.instructions:
        lines.append("instructions:")
        lines += [f"    {each}" for each in reading.instructions[:_MOST_LINES]]
    return CodeWords(
        "Compiled Python code",
        "\n".join(lines),
        f"Its source is not in the file: {reading.why}. Nothing of it was run.",
    )


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
