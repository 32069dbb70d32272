"""Code of the project's own (layers, functions) as part of a script."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import msgspec

from kerasstudio.graph.codegen.source import comment
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project

_NEW_LINE = re.compile(r"\r\n|\r|\n")


class CustomCode(msgspec.Struct, frozen=True):
    """`names` are all that the code defines at its top level, `lines` its text without the
    `imports`, which go to the top of the script."""

    names: frozenset[str] = frozenset()
    imports: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def custom_code(project: Project) -> CustomCode:
    """The project's files that define something that the model uses. Raises `StudioError` for
    text that is no Python."""
    wanted = set(_class_names(project))
    names: set[str] = set()
    imports: list[str] = []
    lines: list[str] = []
    for file, text in sorted(project.code.items()):
        tree = _parsed(file, text)
        defined = set(_defined(tree))
        if not defined & wanted:
            continue
        names |= defined
        imports += [ast.unparse(node) for node in tree.body if _is_import(node)]
        body = _without_imports(text, tree)
        if body:
            lines += [*(["", ""] if lines else []), f"# {comment(file)}", *body]
    return CustomCode(frozenset(names), tuple(dict.fromkeys(imports)), tuple(lines))


def _parsed(file: str, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise StudioError(
            Problem(
                code="export.custom_code",
                message=f'The custom code "{file[:80]}" is no Python: {error}',
                expected="a Python file without mistakes",
                received=f"line {line}" if line else str(error),
                place=Place(file=file, row=line),
            )
        ) from error


def _class_names(project: Project) -> Iterator[str]:
    """Names of classes and functions in the layers and their arguments."""
    for layer in project.layers.values():
        yield layer.class_name
        yield from _inside(layer.arguments)


def _inside(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _inside(each)
    elif isinstance(value, Mapping):
        name = value.get("class_name")
        if name == "function" and isinstance(value.get("config"), str):
            yield value["config"]
        elif isinstance(name, str):
            yield name
        for each in value.values():
            yield from _inside(each)


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name))


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _without_imports(text: str, tree: ast.Module) -> list[str]:
    """The lines of a file without its imports, and without the empty ones around."""
    gone: set[int] = set()
    for node in tree.body:
        if _is_import(node):
            gone |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    kept = [line for number, line in enumerate(_NEW_LINE.split(text), 1) if number not in gone]
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
