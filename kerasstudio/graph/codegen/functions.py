"""The functions that make the model and its blocks.

Every block is a function; blocks of one form are one function with parameters where they differ.
A layer that is called in several graphs is made in `build_model` and handed to the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import count

import msgspec

from kerasstudio.graph.blocks import holders, inner_first
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.alike import Alike, UnlikeError
from kerasstudio.graph.codegen.body import Body, Line
from kerasstudio.graph.codegen.clashes import name_guards
from kerasstudio.graph.codegen.columns import LoopColumns, with_columns
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.effort import effort
from kerasstudio.graph.codegen.features import features_of
from kerasstudio.graph.codegen.graph_steps import GraphSteps
from kerasstudio.graph.codegen.patterns import Pattern, Patterns, parameter_names
from kerasstudio.graph.codegen.pieces import Call, Leaf, Piece, Ref
from kerasstudio.graph.codegen.rendering import INDENT, render
from kerasstudio.graph.codegen.repeats import folded
from kerasstudio.graph.codegen.sharing import layers_in, owners_of, shared_layers
from kerasstudio.graph.codegen.source import Names, comment, docstring, identifier
from kerasstudio.graph.codegen.steps import CancelledError, Item, Step, made_by
from kerasstudio.graph.codegen.variables import Variables
from kerasstudio.graph.names import name_stem
from kerasstudio.graph.project import Graph, Layer, Project

_MOST_PARAMETERS = 8
_LONG, _MANY, _TOO_LONG = 24, 1200, 3000
_SHORTER = 0.6


class _Function(msgspec.Struct):
    """A function for graphs of one form. `values` are the arguments by graph."""

    name: str
    values: dict[str, tuple[tuple[str, Piece], ...]]
    lines: list[Line]


class Functions:
    """Writes all functions of a project. Raises `StudioError` for what cannot be put into code,
    `CancelledError` once it is not `wanted` any more."""

    def __init__(
        self,
        project: Project,
        catalogue: Catalogue,
        names: Names,
        constants: Constants,
        custom: frozenset[str],
        wanted: Callable[[], bool],
    ) -> None:
        self._project = project
        self._wanted = wanted
        self._catalogue = catalogue
        self._names = names
        self._constants = constants
        self._custom = custom
        self._numbers = count(1)
        self._owners = owners_of(project)
        self._shared = shared_layers(project, self._owners)
        self._functions: dict[str, _Function] = {}
        self.written: list[_Function] = []

    def write(self) -> list[list[Line]]:
        """The lines of each function, those that others need first, `build_model` last."""
        root = self._project.root
        heights = self._heights(root)
        by_height: dict[int, list[str]] = defaultdict(list)
        for graph, height in heights.items():
            by_height[height].append(graph)
        for height in sorted(by_height):
            self._write_level([graph for graph in by_height[height] if graph != root])
        self._write(self._copies([root]), [root], "build_model")
        return [function.lines for function in self.written]

    # ------------------------------------------------------------------ what graphs ask for

    def call(self, layer: Layer) -> Call:
        """See `graph_steps.Blocks`."""
        function = self._functions[layer.graph or ""]
        arguments = function.values[layer.graph or ""]
        if len(self._owners[layer.graph or ""]) > 1:
            arguments = (*arguments, ("name", Leaf(layer.name, hint="name")))
        return Call(function.name, (), arguments)

    def shared_in(self, graph: str) -> tuple[str, ...]:
        """See `graph_steps.Blocks`."""
        found: dict[str, None] = {}
        waiting, seen = [graph], set[str]()
        while waiting:
            key = waiting.pop(0)
            if key in seen or key not in self._project.graphs:
                continue
            seen.add(key)
            for layer in layers_in(self._project, self._project.graphs[key]):
                if layer.id in self._shared:
                    found[layer.id] = None
                elif layer.graph is not None:
                    waiting.append(layer.graph)
        return tuple(found)

    def is_shared(self, layer: str) -> bool:
        """See `graph_steps.Blocks`."""
        return layer in self._shared

    def _new_value(self) -> int:
        """The number of a value. Every part of the work asks for some, so it can end here."""
        if not self._wanted():
            raise CancelledError
        return next(self._numbers)

    # ------------------------------------------------------------------ levels

    def _heights(self, root: str) -> dict[str, int]:
        """How many levels of blocks are inside each graph that the root needs."""
        heights: dict[str, int] = {}
        for graph in inner_first(self._project):
            inside = [heights[key] for key in holders(self._project, graph) if key in heights]
            heights[graph] = max(inside, default=-1) + 1
        wanted = {root, *holders(self._project, root)}
        return {graph: height for graph, height in heights.items() if graph in wanted}

    def _write_level(self, graphs: list[str]) -> None:
        """Functions for graphs none of which is inside another one of them."""
        groups: dict[object, list[str]] = defaultdict(list)
        made: dict[str, GraphSteps] = {}
        for graph in graphs:
            made[graph] = self._steps(graph)
            key: object = tuple(features_of(step).form for step in made[graph].steps)
            alone = made[graph].given or len(self._owners[graph]) > 1
            groups[graph if alone else (key, features_of(made[graph].result).form)].append(graph)
        for members in groups.values():
            self._write_group(members)

    def _write_group(self, members: list[str]) -> None:
        name = self._name_of(members)
        if len(members) > 1:
            try:
                self._write(self._copies(members), members, name)
            except UnlikeError:
                self._names.forget(name)
            else:
                return
            for graph in members:
                self._write(self._copies([graph]), [graph], self._name_of([graph]))
            return
        self._write(self._copies(members), members, name)

    def _name_of(self, members: list[str]) -> str:
        names = [self._owners[graph][0].name for graph in members if self._owners[graph]]
        stems = {name_stem(name) for name in names}
        wanted = names[0] if len(names) == 1 else stems.pop() if len(stems) == 1 else names[0]
        return self._names.give(f"build_{identifier(wanted, 'block').strip('_')}")

    def _steps(self, graph: str) -> GraphSteps:
        is_root = graph == self._project.root
        owners = self._owners.get(graph, [])
        drawing = self._project.graphs[graph]
        name = _model_name(drawing) if is_root or not owners else owners[0].name
        return GraphSteps(
            self._project,
            drawing,
            self._catalogue,
            self,
            self._constants,
            self._custom,
            self._new_value,
            name,
            is_root,
        )

    def _copies(self, members: list[str]) -> list[GraphSteps]:
        return [self._steps(graph) for graph in members]

    # ------------------------------------------------------------------ one function

    def _write(self, copies: list[GraphSteps], members: list[str], name: str) -> None:
        """Raises `UnlikeError` where several copies are no one function."""
        items, result = _merged(copies)
        first = copies[0]
        looped, patterns = self._shortened([*items, result], len(copies))
        columns = LoopColumns(self._new_value)
        owners = [
            self._owners[graph][0].name if self._owners.get(graph) else "" for graph in members
        ]
        several = name != "build_model" and len(self._owners[members[0]]) > 1
        whole, parameters = columns.parameters(with_columns(looped, columns), owners)
        if len(parameters) > _MOST_PARAMETERS:
            raise UnlikeError
        *body, returned = whole
        if not isinstance(returned, Step):
            raise TypeError(returned)
        names = self._names.inner()
        known = {each.value: names.give(columns.names[each.value]) for each in parameters}
        values: dict[str, tuple[tuple[str, Piece], ...]] = {
            graph: tuple(
                (known[each.value], Leaf(each.leaf.data[place], hint=each.leaf.hint))
                for each in parameters
            )
            for place, graph in enumerate(members)
        }
        given = {
            value: names.give(self._project.layers[layer].name, "layer")
            for layer, value in first.given.items()
        }
        order = self.shared_in(members[0]) if name != "build_model" else ()
        signature = [given[first.given[layer]] for layer in order if layer in first.given]
        unused = [layer for layer in order if layer not in first.given]
        if unused:
            raise AssertionError(unused)
        signature += [known[each.value] for each in parameters]
        if several:
            signature.append("name")
            returned = _named(returned)
        lines = self._lines(body, returned, names, {**known, **given}, columns, first)
        for pattern in patterns:
            self.written.append(self._pattern(pattern))
        head = render(Call(name, tuple(signature)), "def ", "", " -> keras.Model:")
        text = _about(name, owners)
        guards = name_guards(copies, self._project)
        opening = [*head, f"{INDENT}{docstring(text)}", *guards]
        function = _Function(name, values, [*map(Line, opening), *lines])
        self.written.append(function)
        for graph in members:
            self._functions[graph] = function

    def _shortened(self, items: list[Item], copies: int) -> tuple[list[Item], list[Pattern]]:
        """The items with loops, and functions for runs of layers where those save more."""
        new_value = self._new_value
        plain = folded(items, new_value)
        if copies > 1 or not _LONG <= len(items) <= _TOO_LONG:
            return plain, []
        best, most = (plain, list[Pattern]()), _SHORTER * _effort(plain, new_value)
        for often in (True, False) if len(items) <= _MANY else (False,):
            patterns = Patterns(self._names.inner(), new_value, often)
            called = patterns.replaced(items)
            if not patterns.found:
                continue
            shorter = folded(called, new_value)
            inside = sum(effort(item) + 20 for each in patterns.found for item in each.body)
            whole = _effort(shorter, new_value) + inside
            if whole < most:
                best, most = (shorter, patterns.found), whole
        for pattern in best[1]:
            self._names.reserve(pattern.name)
        return best

    def _pattern(self, pattern: Pattern) -> _Function:
        """A function for a run of layers."""
        names = self._names.inner()
        given = {
            value: names.give(word) for value, word in zip(pattern.tensors, "xy", strict=False)
        }
        keywords = parameter_names(pattern)
        known = {each.value: word for each, word in zip(pattern.parameters, keywords, strict=True)}
        for word in keywords:
            names.reserve(word)
        result = Step("result", Ref(pattern.output))
        named = Variables([*pattern.body, result], names, known, {}, {}, given).named
        writer = Body(named)
        writer.flow(pattern.body, pattern.output)
        signature = [*given.values(), *keywords]
        head = render(Call(pattern.name, tuple(signature)), "def ", "", ":")
        text = docstring(pattern.about)
        lines = [*map(Line, [*head, f"{INDENT}{text}"]), *writer.lines]
        return _Function(pattern.name, {}, lines)

    def _lines(
        self,
        body: list[Item],
        returned: Step,
        names: Names,
        known: dict[int, str],
        columns: LoopColumns,
        first: GraphSteps,
    ) -> list[Line]:
        if any(step.form == "element" for step in first.steps):
            names.reserve("stack")
            named = Variables(body, names, known, columns.names, {}).named
            writer = Body(named)
            writer.sequential(body, returned)
            return writer.lines
        whole = [*body, returned]
        named = Variables(whole, names, known, columns.names, first.ends).named
        writer = Body(named)
        writer.write(body)
        writer.result(returned)
        return writer.lines


def _merged(copies: list[GraphSteps]) -> tuple[list[Item], Step]:
    """The steps of all copies as one, every constant with its value in each copy."""
    rows = [[*each.steps, each.result] for each in copies]
    if len({len(row) for row in rows}) != 1:
        raise UnlikeError
    own = [
        {value: place for place, value in enumerate(v for item in row for v in made_by(item))}
        for row in rows
    ]
    template = [value for item in rows[-1] for value in made_by(item)]
    given = [{value: layer for layer, value in each.given.items()} for each in copies]

    def bind(values: list[int]) -> Piece:
        places = [of.get(value) for of, value in zip(own, values, strict=True)]
        if places[0] is not None and len(set(places)) == 1:
            return Ref(template[places[0]])
        layers = [of.get(value) for of, value in zip(given, values, strict=True)]
        if len(copies) == 1 and layers[0] is not None:
            return Ref(values[0])
        raise UnlikeError

    def stack(leaves: list[Leaf]) -> Leaf:
        return Leaf([leaf.data for leaf in leaves], 1, leaves[0].hint, leaves[0].counted)

    alike = Alike(bind, stack)
    merged = [alike.item(column) for column in zip(*rows, strict=True)]
    *items, result = merged
    if not isinstance(result, Step):
        raise TypeError(result)
    return items, result


def _effort(items: list[Item], new_value: Callable[[], int]) -> int:
    return sum(effort(item) for item in with_columns(items, LoopColumns(new_value)))


def _named(result: Step) -> Step:
    """The result with the model's name as a parameter."""
    call = result.piece
    if not isinstance(call, Call):
        raise TypeError(call)
    keywords = tuple((key, "name" if key == "name" else value) for key, value in call.keywords)
    return msgspec.structs.replace(result, piece=Call(call.function, call.positional, keywords))


def _about(name: str, owners: list[str]) -> str:
    """The function's docstring."""
    if name == "build_model":
        return "Make the model, untrained."
    called = comment(owners[0])[:50]
    return f"Make the block {called}." if len(owners) == 1 else f"Make blocks such as {called}."


def _model_name(graph: Graph) -> str:
    """A name that Keras takes: no slashes, not empty."""
    return graph.name.replace("/", "_").strip() or "model"
