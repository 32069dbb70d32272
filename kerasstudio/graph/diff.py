"""What changed between two projects, by identity: unchanged parts are the same objects, so the
cost is that of walking the dictionaries; and the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from kerasstudio.graph.cards import argument_text
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.training_spec import KerasObject


class Changes(msgspec.Struct, frozen=True):
    """Keys of one dictionary."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __contains__(self, key: str) -> bool:
        return key in self.added or key in self.removed or key in self.changed

    @property
    def all(self) -> frozenset[str]:
        return self.added | self.removed | self.changed


NONE = Changes()


class GraphDiff(msgspec.Struct, frozen=True):
    """Changes of one graph. `moved` are those of `nodes.changed` that only changed place,
    `redrawn` those whose card is another one (collapsed, pinned, without its unused ports) and
    perhaps elsewhere, `rerouted` those of `wires.changed` that are only drawn through other points.
    `reordered`: the same nodes stand in another order (and so their weights). `properties`: the
    graph's own name or structure."""

    nodes: Changes = NONE
    wires: Changes = NONE
    frames: Changes = NONE
    notes: Changes = NONE
    moved: frozenset[str] = frozenset()
    redrawn: frozenset[str] = frozenset()
    rerouted: frozenset[str] = frozenset()
    reordered: bool = False
    properties: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.nodes
            or self.wires
            or self.frames
            or self.notes
            or self.reordered
            or self.properties
        )

    @property
    def affects_model(self) -> bool:
        """Whether the model may be another one; not so when only places, frames, notes changed."""
        nodes, wires = self.nodes, self.wires
        return bool(
            nodes.added
            or nodes.removed
            or nodes.changed - self.moved - self.redrawn
            or wires.added
            or wires.removed
            or wires.changed - self.rerouted
            or self.reordered
            or self.properties
        )


NO_GRAPH_DIFF = GraphDiff()


class Diff(msgspec.Struct, frozen=True):
    """`graphs` has an entry for each graph that changed, came or went; `data`, `training`, `flow`,
    `code` say whether those changed."""

    layers: Changes = NONE
    graphs: dict[str, GraphDiff] = {}
    graph_keys: Changes = NONE
    data: bool = False
    training: bool = False
    flow: bool = False
    code: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.layers
            or self.graphs
            or self.graph_keys
            or self.data
            or self.training
            or self.flow
            or self.code
        )

    def of_graph(self, graph: str) -> GraphDiff:
        """The changes of one graph, empty when there are none."""
        return self.graphs.get(graph, NO_GRAPH_DIFF)

    @property
    def affects_model(self) -> bool:
        """Whether shapes and structure must be looked at again."""
        return bool(
            self.layers
            or self.graph_keys
            or self.code
            or any(graph.affects_model for graph in self.graphs.values())
        )

    @property
    def only_moved(self) -> bool:
        """Whether nothing changed but the drawing: places and looks of nodes, ways of wires,
        frames, notes."""
        return bool(self.graphs) and not (
            self.data or self.training or self.flow or self.affects_model
        )


def diff(old: Project, new: Project) -> Diff:
    """Everything that differs; an empty (falsy) `Diff` when nothing does."""
    if old is new:
        return Diff()
    keys = changes(old.graphs, new.graphs)
    graphs: dict[str, GraphDiff] = {}
    for key in dict.fromkeys([*old.graphs, *new.graphs]):
        before, after = old.graphs.get(key), new.graphs.get(key)
        if before is after:
            continue
        found = _graph_diff(before, after)  # equal graphs may still differ in their order
        if found or key in keys.added or key in keys.removed:
            graphs[key] = found
    return Diff(
        layers=changes(old.layers, new.layers),
        graphs=graphs,
        graph_keys=Changes(keys.added, keys.removed) if keys.added or keys.removed else NONE,
        data=_differ(old.data, new.data),
        training=_differ(old.training, new.training),
        flow=old.flow != new.flow,
        code=_differ(old.code, new.code),
    )


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Keys added, removed, and those whose values differ."""
    if old is new:
        return NONE
    added: list[str] = []
    changed: list[str] = []
    for key, value in new.items():
        before = old.get(key, _MISSING)
        if before is value:
            continue
        if before is _MISSING:
            added.append(key)
        elif before != value:
            changed.append(key)
    removed = old.keys() - new.keys() if len(old) + len(added) != len(new) else ()
    if not (added or changed or removed):
        return NONE
    return Changes(frozenset(added), frozenset(removed), frozenset(changed))


_MISSING = object()
_EMPTY = Graph(id="")


def _differ(old: Any, new: Any) -> bool:
    return old is not new and bool(old != new)


def _graph_diff(old: Graph | None, new: Graph | None) -> GraphDiff:
    before, after = old or _EMPTY, new or _EMPTY
    nodes = changes(before.nodes, after.nodes)
    wires = changes(before.wires, after.wires)
    same = {key for key in nodes.changed if _same_call(before.nodes[key], after.nodes[key])}
    moved = {key for key in same if _same_look(before.nodes[key], after.nodes[key])}
    rerouted = {key for key in wires.changed if _only_rerouted(before.wires[key], after.wires[key])}
    return GraphDiff(
        nodes=nodes,
        wires=wires,
        frames=changes(before.frames, after.frames),
        notes=changes(before.notes, after.notes),
        moved=frozenset(moved),
        redrawn=frozenset(same - moved),
        rerouted=frozenset(rerouted),
        reordered=before.nodes is not after.nodes and _reordered(before.nodes, after.nodes),
        properties=(before.name, before.kind) != (after.name, after.kind)
        or _differ(before.structure, after.structure),
    )


def _reordered(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if len(old) == len(new) and all(map(str.__eq__, old, new)):
        return False
    kept_old = [key for key in old if key in new]
    return kept_old != [key for key in new if key in old]


def _same_call(old: Node, new: Node) -> bool:
    return (
        old.layer == new.layer
        and old.positional == new.positional
        and old.mode == new.mode
        and not _differ(old.literals, new.literals)
        and not _differ(old.call, new.call)
    )


def _same_look(old: Node, new: Node) -> bool:
    return (old.collapsed, old.hides_ports, old.pinned) == (
        new.collapsed,
        new.hides_ports,
        new.pinned,
    )


def _only_rerouted(old: Wire, new: Wire) -> bool:
    return (old.source, old.output) == (new.source, new.output)


def describe(old: Project, new: Project, places: bool = False) -> list[str]:
    """The differences in words, one line each: "conv_a.filters 16 → 32", "+ Dropout drop rate
    0.25", "optimizer Adam → SGD". Moved nodes are told only with `places`."""
    change = diff(old, new)
    lines = list(_layer_lines(change, old, new))
    for key, graph in change.graphs.items():
        lines += _graph_lines(graph, old, new, key, places)
    if change.data:
        lines += _field_lines("", old.data, new.data, old, new)
    if change.training:
        lines += _field_lines("", old.training, new.training, old, new)
    if change.flow:
        lines.append(f"flow {old.flow} → {new.flow}")
    if change.code:
        lines += [f"code of {name} changed" for name in sorted(changes(old.code, new.code).all)]
    return lines


def _layer_lines(change: Diff, old: Project, new: Project) -> Iterator[str]:
    for key in old.layers:
        if key in change.layers.removed:
            yield f"− {_titled(old.layers[key])}"
    for key, layer in new.layers.items():
        if key in change.layers.added:
            told = [f"{name} {argument_text(value)}" for name, value in layer.arguments.items()]
            yield " ".join([f"+ {_titled(layer)}", ", ".join(told)]).rstrip()
        elif key in change.layers.changed:
            yield from _changed_layer(old.layers[key], layer)


def _changed_layer(old: Layer, new: Layer) -> Iterator[str]:
    if old.name != new.name:
        yield f"{old.name} renamed {new.name}"
    if (old.class_name, old.module) != (new.class_name, new.module):
        yield f"{new.name} {old.class_name} → {new.class_name}"
    if old.trainable != new.trainable:
        yield f"{new.name} {'unfrozen' if new.trainable else 'frozen'}"
    for name in dict.fromkeys([*old.arguments, *new.arguments]):
        before = old.arguments.get(name, _MISSING)
        after = new.arguments.get(name, _MISSING)
        if before is after or (before == after and type(before) is type(after)):
            continue
        yield f"{new.name}.{name} {_value(before)} → {_value(after)}"
    if old.build != new.build or old.graph != new.graph:
        yield f"{new.name} changed inside"


def _graph_lines(
    change: GraphDiff, old: Project, new: Project, key: str, places: bool
) -> Iterator[str]:
    before, after = old.graphs.get(key, _EMPTY), new.graphs.get(key, _EMPTY)
    for wire, ends in before.wires.items():
        if wire not in change.wires or wire in change.rerouted:
            continue
        # Wires of a removed node go without saying.
        if ends.source in after.nodes and ends.target in after.nodes:
            yield f"− wire {_wire_text(ends, before, old)}"
    for wire, ends in after.wires.items():
        if wire in change.wires and wire not in change.rerouted:
            yield f"+ wire {_wire_text(ends, after, new)}"
    for node in after.nodes.values():
        if node.id in change.nodes.added and node.layer in old.layers:
            yield f"+ call of {new.layers[node.layer].name}"
    for node in before.nodes.values():
        if node.id in change.nodes.removed and node.layer in new.layers:
            yield f"− call of {new.layers[node.layer].name}"
    for node in after.nodes.values():
        if node.id in change.nodes.changed - change.moved - change.redrawn:
            yield _changed_call(before.nodes[node.id], node, _node_name(node.id, after, new))
    if change.reordered:
        yield "order of layers changed"
    if change.properties and key in old.graphs and key in new.graphs:
        yield from _property_lines(before, after)
    if places and change.moved:
        count = len(change.moved)
        yield (
            f"moved {_node_name(next(iter(change.moved)), after, new)}"
            if count == 1
            else (f"moved {count} layers")
        )
    for key in after.nodes if places and change.redrawn else ():
        if key in change.redrawn:
            yield from _look_lines(before.nodes[key], after.nodes[key], _node_name(key, after, new))
    if places and change.rerouted:
        yield "wires rerouted" if len(change.rerouted) > 1 else "wire rerouted"
    for word, found in (("frame", change.frames), ("note", change.notes)):
        if places and found:
            yield f"{word}s changed" if len(found.all) > 1 else f"{word} changed"


def _property_lines(before: Graph, after: Graph) -> Iterator[str]:
    if before.name != after.name:
        yield f"{before.name} renamed {after.name}"
    if before.kind != after.kind:
        yield f"{after.name} {before.kind} → {after.kind}"
    if before.structure != after.structure:
        yield f"{after.name} takes or gives its tensors otherwise"


def _changed_call(old: Node, new: Node, name: str) -> str:
    if old.mode == new.mode:
        return f"call of {name} changed"
    return f"{name} switched on" if new.mode == "on" else f"{name} {new.mode}"


_LOOKS = {
    "collapsed": ("collapsed", "unfolded"),
    "hides_ports": ("hides unused ports", "shows all ports"),
    "pinned": ("pinned", "unpinned"),
}


def _look_lines(old: Node, new: Node, name: str) -> Iterator[str]:
    for field, (yes, no) in _LOOKS.items():
        if getattr(old, field) != getattr(new, field):
            yield f"{name} {yes if getattr(new, field) else no}"


def _field_lines(prefix: str, before: Any, after: Any, old: Project, new: Project) -> Iterator[str]:
    """Changed fields of a struct of settings, and of those inside it."""
    for field in before.__struct_fields__:
        one, other = getattr(before, field), getattr(after, field)
        if one is other or one == other:
            continue
        name = f"{prefix}{field}"
        if isinstance(one, KerasObject) and isinstance(other, KerasObject):
            yield from _object_lines(name, one, other)
        elif isinstance(one, msgspec.Struct) and type(one) is type(other):
            yield from _field_lines(f"{name}.", one, other, old, new)
        elif isinstance(one, dict) and isinstance(other, dict):
            for key in dict.fromkeys([*one, *other]):
                first, second = one.get(key, _MISSING), other.get(key, _MISSING)
                if first is not second and first != second:
                    layer = new.layers.get(key) or old.layers.get(key)
                    said = layer.name if layer is not None else key
                    yield from _pair_lines(f"{said} {field}", first, second, old, new)
        elif field in ("columns", "sources"):
            yield from _list_lines(field[:-1], one, other, old, new)
        else:
            yield f"{name} {_value(one)} → {_value(other)}"


def _pair_lines(name: str, one: Any, other: Any, old: Project, new: Project) -> Iterator[str]:
    if isinstance(one, msgspec.Struct) or isinstance(other, msgspec.Struct):
        kind = type(one) if isinstance(one, msgspec.Struct) else type(other)
        blank = kind() if not kind.__struct_config__.tag and _has_defaults(kind) else None
        one = blank if one is _MISSING else one
        other = blank if other is _MISSING else other
        if isinstance(one, msgspec.Struct) and isinstance(other, msgspec.Struct):
            prefix = name.removesuffix(" outputs")
            yield from _field_lines(f"{prefix} ", one, other, old, new)
            return
    yield f"{name} {_value(one)} → {_value(other)}"


def _has_defaults(kind: type[msgspec.Struct]) -> bool:
    return all(not info.required for info in msgspec.structs.fields(kind))


def _list_lines(word: str, before: Any, after: Any, old: Project, new: Project) -> Iterator[str]:
    """Columns and sources: by name, not by place in the list."""
    one = {_item_name(item): item for item in before}
    other = {_item_name(item): item for item in after}
    for name in one:
        if name not in other:
            yield f"− {word} {name}"
    for name, item in other.items():
        if name not in one:
            yield f"+ {word} {name}"
        elif one[name] != item:
            yield from _field_lines(f"{word} {name} ", one[name], item, old, new)


def _item_name(item: Any) -> str:
    return str(getattr(item, "name", None) or item.path)


def _object_lines(name: str, one: KerasObject, other: KerasObject) -> Iterator[str]:
    if one.class_name != other.class_name:
        yield f"{name} {_value(one)} → {_value(other)}"
        return
    for key in dict.fromkeys([*one.config, *other.config]):
        before, after = one.config.get(key, _MISSING), other.config.get(key, _MISSING)
        if before is not after and before != after:
            yield f"{name}.{key} {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    if value is _MISSING:
        return "default"
    if isinstance(value, KerasObject):
        inside = ", ".join(f"{key} {argument_text(item)}" for key, item in value.config.items())
        return f"{value.class_name} ({inside})" if inside else value.class_name
    if isinstance(value, tuple):
        return ", ".join(_value(item) for item in value) or "none"
    if isinstance(value, msgspec.Struct):
        return "on"
    if value is None:
        return "none"
    return argument_text(value)


def _titled(layer: Layer) -> str:
    title = "Input" if layer.is_input else layer.class_name
    return f'{title} "{layer.name}"'


def _node_name(node: str, graph: Graph, project: Project) -> str:
    found = graph.nodes.get(node)
    layer = None if found is None else project.layers.get(found.layer)
    return node if layer is None else layer.name


def _wire_text(wire: Wire, graph: Graph, project: Project) -> str:
    source, target = (_node_name(end, graph, project) for end in (wire.source, wire.target))
    output = f"[{wire.output}]" if wire.output else ""
    port = "" if wire.port == "inputs" else f".{wire.port}"
    return f"{source}{output} → {target}{port}"
