"""Exceptions in words: what TensorFlow prints on a page, condensed to what went wrong where."""

from __future__ import annotations

import errno
import re
import traceback
from pathlib import Path

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Failed

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NODE = re.compile(r"Detected at node ['\"]?([\w./:-]+)")
_ERROR_NODE = re.compile(r"\[\[\{\{node ([^}]+)\}\}\]\]")
_REPEATED = re.compile(r"_\d+$")  # TensorFlow numbers the second trace of a layer
_INDEX = re.compile(r"indices\[[\d,]+\] = (-?\d+) is not in \[0, (\d+)\)")
_CALLING = re.compile(r"^Exception encountered when calling [\w.]+\(\)\.\s*")
_FUNCTION = re.compile(
    r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\]\s*|\s*\[\[\{\{node [^}]*\}\}\]\]\s*|\s*name:\s*$"
)
_LABEL = re.compile(r"label value of (-?\d+) which is outside the valid range of \[(\d+), (\d+)\)")
_ALLOCATE = re.compile(r"OOM when allocating tensor with shape\s*(\[[^\]]*\])")
_ARGUMENTS = re.compile(r"\n+Arguments received by .*", re.DOTALL)


def crash_report(request_id: int, error: BaseException) -> Failed:
    """`Failed` for an error nobody expected, with the traceback in `detail`. A file that the
    system refuses (a full or read-only disk) is no crash."""
    if isinstance(error, OSError) and error.filename and error.errno:
        return Failed(request_id, problem_of(error, "working"))
    return Failed(
        id=request_id,
        crash=True,
        problem=Problem(
            code="worker.crash",
            message=f"An unexpected error: {type(error).__name__}: {first_lines(error)}",
            detail="".join(traceback.format_exception(error)),
        ),
    )


def file_error(path: Path, error: OSError) -> StudioError:
    """A file that could not be written, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return StudioError(
            Problem(
                code="file.disk_full",
                message=f"The disk is full: {path.name} was not written.",
                expected="free space",
                place=Place(file=str(path)),
                detail=str(error),
            )
        )
    return StudioError(
        Problem(
            code="file.write",
            message=f"{path.name} cannot be written: {error.strerror or first_lines(error)}.",
            expected="a folder you may write to",
            received=str(path.parent),
            place=Place(file=str(path)),
            detail=str(error),
        )
    )


def problem_of(error: BaseException, doing: str, project: Project | None = None) -> Problem:
    """What an exception while `doing` ("training") means, placed at the layer of `project` that
    TensorFlow names. `detail` keeps the original text."""
    if isinstance(error, StudioError):
        return error.problem
    detail = "".join(traceback.format_exception(error))
    name = type(error).__name__
    text = _ANSI.sub("", str(error))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Problem(
            code="file.disk_full",
            message=f"The disk is full: {doing} cannot keep its results.",
            expected="free space in the folder of the project",
            place=Place(file=str(error.filename) if error.filename else None),
            detail=detail,
        )
    if isinstance(error, OSError) and error.filename:
        return Problem(
            code="file.write",
            message=f"A file cannot be used while {doing}: {error.strerror or error}.",
            expected="a place where this user may read and write",
            place=Place(file=str(error.filename)),
            detail=detail,
        )
    if isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        shape = _ALLOCATE.search(text)
        return Problem(
            code="worker.out_of_memory",
            message=f"There is not enough memory for {doing}.",
            expected="a smaller batch size, or a model with fewer or smaller layers",
            received=f"a tensor of shape {shape.group(1)}" if shape else "",
            detail=detail,
        )
    layer = _layer_name(text)
    place = _place(project, layer)
    label = _LABEL.search(text)
    if label:
        value, low, high = label.groups()
        return Problem(
            code="train.label_range",
            message=f"The data has the class number {value}, for which there is no unit.",
            expected=f"class numbers from {low} to {int(high) - 1}, or {int(value) + 1} units",
            received=value,
            place=place,
            detail=detail,
        )
    index = _INDEX.search(text)
    if index:
        value, size = index.groups()
        return Problem(
            code="train.index_range",
            message=f"The data has the number {value}; the Embedding takes 0 to {int(size) - 1}.",
            expected=f"numbers from 0 to {int(size) - 1}, or an input_dim above {value}",
            received=value,
            place=place if place != Place() else _embedding(project, int(size)),
            detail=detail,
        )
    return Problem(
        code="train.failed",
        message=f"An error while {doing}: {first_lines(error)}",
        received=f"in {layer}" if layer else "",
        place=place,
        detail=detail,
    )


def first_lines(error: BaseException, limit: int = 400) -> str:
    """The telling part of an error's text: without colours, graph positions and argument lists."""
    text = _ARGUMENTS.sub("", _ANSI.sub("", str(error)))
    if "Detected at node" in text:
        # A page of definition sites comes first; the cause stands behind the last of them.
        lines = [line for line in text.splitlines() if line.strip()]
        causes = [line for line in lines if not line.lstrip().startswith(("File ", "Detected "))]
        causes = [line for line in causes if not line.startswith(("Graph execution", "\t"))]
        text = causes[0] if causes else text
    text = _CALLING.sub("", _FUNCTION.sub(" ", text).strip())
    text = re.sub(r"\s*\n\s*", " ", text)
    return text[:limit] or type(error).__name__


def _layer_name(text: str) -> str | None:
    """The layer in which TensorFlow failed, from a name such as "model_1/conv_a_1/Conv2D"."""
    match = _ERROR_NODE.search(text) or _NODE.search(text)
    if match is None:
        return None
    parts = [part for part in match.group(1).split("/") if part]
    return parts[-2] if len(parts) > 1 else parts[0]


def _embedding(project: Project | None, size: int) -> Place:
    """The Embedding that has `size` entries (an error outside a graph does not name its layer)."""
    for layer in project.layers.values() if project is not None else ():
        if layer.class_name == "Embedding" and layer.arguments.get("input_dim") == size:
            return _place(project, layer.name)
    return Place()


def _place(project: Project | None, name: str | None) -> Place:
    """Where in the drawing a layer of that name is."""
    if project is None or name is None:
        return Place()
    for wanted in (name, _REPEATED.sub("", name)):
        for graph in project.graphs.values():
            for node in graph.nodes.values():
                layer = project.layers[node.layer]
                if layer.name == wanted:
                    return Place(graph=graph.id, node=node.id, layer=layer.id)
    return Place()
