"""The `.kstudio` file: JSON with sorted keys, see docs/FILE_FORMAT.md.

`nodes` are written as a list, because their order is the order of the weights; `wires` as a list,
because a wire's key follows from it. Everything else is written as it is in memory.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec

from kerasstudio.graph.atomic import write_atomic
from kerasstudio.graph.foreign import foreign_kind
from kerasstudio.graph.png_text import text_of
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Project, Wire
from kerasstudio.graph.references import referenced

FORMAT = "kerasstudio"
VERSION = 1
SUFFIX = ".kstudio"
MAX_BYTES = 64 * 1024 * 1024

# Version → the function that makes the next version of a decoded file's "project".
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

_NUMBER = re.compile(r"(\d+)")


def encode_project(project: Project) -> bytes:
    """The content of a `.kstudio` file. Equal projects give equal bytes, apart from the order of
    nodes. Raises `StudioError` for a value that JSON cannot hold (infinity, not a number)."""
    try:
        # Read back at once: numbers take their fields' types, and what is written can be read.
        project = msgspec.convert(msgspec.to_builtins(project), Project)
        body = msgspec.to_builtins(project)
        for key, graph in body["graphs"].items():
            graph["nodes"] = list(graph.get("nodes", {}).values())
            wires = sorted(project.graphs[key].wires.values(), key=_wire_order)
            graph["wires"] = [msgspec.to_builtins(wire) for wire in wires]
        document = {"format": FORMAT, "version": VERSION, "project": body}
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
        # The standard library indents ten times slower.
        return msgspec.json.format(text.encode(), indent=1) + b"\n"
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise StudioError(
            Problem(
                code="file.value",
                message=f"The project holds a value that cannot be saved: {error}.",
                expected="numbers, texts, lists and tables as JSON has them",
                place=_unwritable_place(project),
            )
        ) from error


def decode_project(data: bytes, name: str = "the file") -> Project:
    """Read the content of a `.kstudio` file of this version or an older one.

    Raises `StudioError` naming the file and what is wrong: empty, truncated, of another kind,
    written by a newer version, or with references to things that are not in it."""
    if len(data) > MAX_BYTES:
        raise _unreadable(
            "file.too_big",
            f"“{name}” is too big for a project: {len(data) / 2**20:.0f} MiB.",
            name,
            expected=f"at most {MAX_BYTES // 2**20} MiB",
        )
    document = _parsed(data, name)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _unreadable(
            "file.version",
            f"“{name}” does not say which version of the format it has.",
            name,
            expected=f"version 1 to {VERSION}",
            received=str(version),
        )
    if version > VERSION:
        raise _unreadable(
            "file.newer",
            f"“{name}” was saved by a newer KerasStudio (format {version}). "
            f"This one reads formats up to {VERSION}.",
            name,
            expected=f"format 1 to {VERSION}, or a newer KerasStudio",
            received=f"format {version}",
        )
    body = document.get("project")
    if not isinstance(body, dict):
        raise _unreadable("file.damaged", f"“{name}” is damaged: it holds no project.", name)
    for step in range(version, VERSION):
        body = _MIGRATIONS[step](body)
    try:
        project = msgspec.convert(_as_in_memory(body), Project)
    except (msgspec.ValidationError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unreadable(
            "file.damaged",
            f"“{name}” is damaged: {error}.",
            name,
            expected="a project as KerasStudio saves it",
            detail=repr(error),
        ) from error
    faults = find_faults(project)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise _unreadable(
            "file.damaged",
            f"“{name}” is damaged: {faults[0]}{more}.",
            name,
            expected="references to things that are in the file",
            detail="\n".join(faults),
        )
    return project


def read_project(path: Path) -> Project:
    """Read a project file. Raises `StudioError` with one message naming the file."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise _unreadable(
                "file.foreign",
                f"“{path.name}” is a folder, not a project file.",
                str(path),
                expected=f"a file NAME{SUFFIX}",
            )
        if not path.is_file():
            raise _unreadable(
                "file.foreign", f"“{path.name}” is a device, not a project file.", str(path)
            )
        if size > MAX_BYTES:
            raise _unreadable(
                "file.too_big",
                f"“{path.name}” is too big for a project: {size / 2**20:.0f} MiB.",
                str(path),
                expected=f"at most {MAX_BYTES // 2**20} MiB",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(
            "file.unreadable",
            f"“{path.name}” cannot be read: {_reason(error)}.",
            str(path),
            detail=str(error),
        ) from error
    try:
        return decode_project(data, path.name)
    except StudioError as error:
        place = msgspec.structs.replace(error.problem.place, file=str(path))
        problem = msgspec.structs.replace(error.problem, place=place)
        backup = backup_path(path)
        if backup.is_file():
            problem = msgspec.structs.replace(
                problem,
                message=f"{problem.message} The version before is in “{backup.name}”.",
            )
        raise StudioError(problem) from error


def project_in_picture(path: Path) -> Project:
    """The project that a picture of a drawing carries (`png_text`). Raises `StudioError`."""
    try:
        if path.stat().st_size > 4 * MAX_BYTES:
            raise ValueError(f"it is larger than {4 * MAX_BYTES >> 20} MiB")
        text = text_of(path.read_bytes())
    except OSError as error:
        raise _unreadable(
            "file.unreadable",
            f"“{path.name}” cannot be read: {_reason(error)}.",
            str(path),
            detail=str(error),
        ) from error
    except ValueError as error:
        raise _unreadable(
            "file.damaged",
            f"“{path.name}” cannot be opened: {error}.",
            str(path),
            expected="a PNG picture that KerasStudio has written",
        ) from error
    if text is None:
        raise _unreadable(
            "file.foreign",
            f"The picture “{path.name}” carries no project.",
            str(path),
            expected="a picture exported with “Carry the project”",
            received="a picture without one; pictures as data are chosen on the Data page",
        )
    return decode_project(text.encode(), path.name)


def write_project(path: Path, project: Project) -> None:
    """Save, all or nothing; the content before stays beside it as `NAME.kstudio.bak`.

    Raises `StudioError` (disk full, read-only folder, no permission), the old file untouched. A
    link is followed."""
    data = encode_project(project)
    if len(data) > MAX_BYTES:
        raise _unwritable(path, f"it would have {len(data) / 2**20:.0f} MiB", "file.too_big")
    try:
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if target.is_file():
            before = target.read_bytes()
            if before == data:
                return
            write_atomic(backup_path(target), before, durable=False)
        write_atomic(target, data)
    except OSError as error:
        raise _unwritable(path, _reason(error), "file.unwritable", str(error)) from error


def backup_path(path: Path) -> Path:
    """Where the content before the last save lies."""
    return path.with_name(path.name + ".bak")


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object in the bytes, known to be ours."""
    kind = foreign_kind(data)
    if kind is not None:
        raise _unreadable(
            "file.foreign",
            f"“{name}” is {kind}, not a KerasStudio project.",
            name,
            expected=f"a project file NAME{SUFFIX}",
            received=kind,
        )
    if b"\n<<<<<<< " in data and b"\n>>>>>>> " in data:
        raise _unreadable(
            "file.conflict",
            f"“{name}” holds two versions that Git could not merge.",
            name,
            expected="a file without conflict marks (<<<<<<<)",
        )
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(data, name, error) from error
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return document
    kind = "JSON, but no KerasStudio project"
    if isinstance(document, dict) and "class_name" in document and "config" in document:
        kind = "a Keras model's architecture (JSON); import it instead of opening it"
    raise _unreadable(
        "file.foreign",
        f"“{name}” is {kind}.",
        name,
        expected=f'JSON with "format": "{FORMAT}"',
    )


def _malformed(data: bytes, name: str, error: Exception) -> StudioError:
    head = data.lstrip()[:2_000]
    ours = head.startswith(b"{") and b'"format"' in head and FORMAT.encode() in head
    if ours and "truncated" in str(error):
        message = f"“{name}” is cut off: its end is missing."
    elif ours:
        message = f"“{name}” is damaged: {error}."
    else:
        message = f"“{name}” is no KerasStudio project."
    return _unreadable(
        "file.damaged" if ours else "file.foreign",
        message,
        name,
        expected=f"a project file NAME{SUFFIX}",
        detail=str(error),
    )


def _as_in_memory(body: dict[str, Any]) -> dict[str, Any]:
    """Lists of nodes and wires back into tables. Two nodes of one id would swallow each other,
    so they are an error here."""
    graphs: dict[str, Any] = {}
    for key, graph in body.get("graphs", {}).items():
        nodes = {node["id"]: node for node in graph.get("nodes", [])}
        if len(nodes) < len(graph.get("nodes", [])):
            raise TypeError("two nodes have the same id")
        wires = {wire.key: wire for wire in msgspec.convert(graph.get("wires", []), list[Wire])}
        if len(wires) < len(graph.get("wires", [])):
            raise TypeError("two wires lead into the same port")
        graphs[key] = {**graph, "nodes": nodes, "wires": wires}
    return {**body, "graphs": graphs} if graphs else body


def find_faults(project: Project) -> list[str]:
    """What a decoded project names but does not hold, in words; such a one cannot be shown."""
    return list(_dangling(project))


def _dangling(project: Project) -> Iterator[str]:
    if project.root not in project.graphs:
        yield f'the main graph "{project.root}" is missing'
    for key, layer in project.layers.items():
        if layer.id != key:
            yield f'the layer "{key}" calls itself "{layer.id}"'
        if layer.graph is not None and layer.graph not in project.graphs:
            yield f'the block "{layer.name}" has lost its graph "{layer.graph}"'
        for held in referenced(layer):
            if held not in project.layers:
                yield f'the layer "{layer.name}" holds the layer "{held}", which is not there'
    for key, graph in project.graphs.items():
        if graph.id != key:
            yield f'the graph "{key}" calls itself "{graph.id}"'
        for node in graph.nodes.values():
            if node.layer not in project.layers:
                yield f'the node "{node.id}" calls the layer "{node.layer}", which is not there'
        for wire in graph.wires.values():
            yield from _loose_ends(wire, graph)
    yield from _nested_in_itself(project)


def _loose_ends(wire: Wire, graph: Graph) -> Iterator[str]:
    for end in (wire.source, wire.target):
        if end not in graph.nodes:
            yield f'a wire is tied to the node "{end}", which is not there'
    if wire.output < 0:
        yield f'the wire into "{wire.target}" comes from output {wire.output}'


def _nested_in_itself(project: Project) -> Iterator[str]:
    """Blocks that hold themselves, through nodes or through layers inside layers."""
    inside: dict[tuple[str, str], list[tuple[str, str]]] = {
        ("graph", key): [("layer", node.layer) for node in graph.nodes.values()]
        for key, graph in project.graphs.items()
    }
    for key, layer in project.layers.items():
        held = [("layer", each) for each in referenced(layer)]
        inside["layer", key] = [*held, ("graph", layer.graph)] if layer.graph else held
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        kind, name = min(error.args[1])  # "graph" comes first
        yield f'the {kind} "{name}" is inside itself'


def _wire_order(wire: Wire) -> tuple[tuple[str | int, ...], ...]:
    return _natural(wire.target), _natural(wire.port)


def _natural(text: str) -> tuple[str | int, ...]:
    """ "n2" before "n10": texts and numbers take turns, so that they compare."""
    return tuple(int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(text)))


def _unwritable_place(project: Project) -> Place:
    """The first layer whose arguments JSON cannot hold."""
    for layer in project.layers.values():
        for name, value in layer.arguments.items():
            try:
                json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
            except (ValueError, TypeError):
                return Place(layer=layer.id, argument=name)
    return Place()


def _reason(error: OSError) -> str:
    """Why the system refused, in words."""
    known = {
        errno.ENOENT: "there is no such file or folder",
        errno.EACCES: "you have no permission",
        errno.EPERM: "you have no permission",
        errno.EROFS: "the disk is read-only",
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "your share of the disk is full",
        errno.EISDIR: "it is a folder",
        errno.ENOTDIR: "a part of its path is no folder",
        errno.ENAMETOOLONG: "its name is too long",
        errno.ELOOP: "its links go round in a circle",
        errno.EIO: "the disk does not answer properly",
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def _unreadable(
    code: str, message: str, name: str, *, expected: str = "", received: str = "", detail: str = ""
) -> StudioError:
    return StudioError(
        Problem(
            code=code,
            message=message,
            expected=expected,
            received=received,
            place=Place(file=name),
            detail=detail,
        )
    )


def _unwritable(path: Path, reason: str, code: str, detail: str = "") -> StudioError:
    return StudioError(
        Problem(
            code=code,
            message=f"“{path.name}” was not saved: {reason}. The file on the disk is as it was.",
            expected="a place where this user may write, with room on the disk",
            place=Place(file=str(path)),
            detail=detail,
        )
    )
