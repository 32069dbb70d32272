"""One call in a model's configuration as ports, literals, or an exact template."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.ports import split_port
from kerasstudio.runtime.worker.call_template import call_default, call_names
from kerasstudio.runtime.worker.model_config import Call, Tensor, tensors_in

_FIRST = ("inputs",)


@dataclass
class FoundCall:
    """`ports` maps port names to tensors. `template` is None when the ports and literals say all;
    `positional` as in `Node`."""

    ports: dict[str, Tensor] = field(default_factory=dict)
    literals: dict[str, Any] = field(default_factory=dict)
    template: dict[str, Any] | None = None
    positional: int | None = None


def read_call(call: Call, found: type | None, kind: LayerType | None) -> FoundCall:
    """A call of a layer or operation of the class `found`, described by `kind` in the catalogue;
    None for a class that is unknown."""
    names = _FIRST if found is None else call_names(found)
    plain = None if call.entry.is_operation else _plain(call, found, names)
    if plain is None or (kind is not None and not _suits(plain, kind)):
        return _exact(call, names)
    return plain


def read_foreign_call(call: Call) -> FoundCall:
    """A call of a layer that is code, exactly as the file has it."""
    return _exact(call, _FIRST)


def read_block_call(call: Call, structure: Any, names: Mapping[Any, str]) -> FoundCall:
    """A call of a model inside, which gets its tensors by the names of its Inputs. `structure` is
    what it takes, with the calls of its Inputs at the leaves; `names` are their names."""
    kwargs = {name: value for name, value in call.kwargs.items() if value is not None}
    given = [*call.args, *(kwargs.pop("inputs") for _ in range("inputs" in kwargs))]
    ports: dict[str, Tensor] = {}
    only = next(iter(names.values())) if len(names) == 1 else None

    def matches(wanted: Any, value: Any) -> bool:
        if isinstance(wanted, Tensor):
            if isinstance(value, Tensor):
                name = names[wanted.call]
                ports["inputs" if name == only else name] = value
            return value is None or isinstance(value, Tensor)
        if isinstance(value, dict) and set(value) == {"$tuple"}:
            value = value["$tuple"]
        if isinstance(value, dict) and set(value) == {"$dict"}:
            value = value["$dict"]
        if isinstance(wanted, dict) and isinstance(value, dict):
            return wanted.keys() == value.keys() and all(
                matches(wanted[key], value[key]) for key in wanted
            )
        return (
            isinstance(wanted, list | tuple)
            and isinstance(value, list)
            and len(wanted) == len(value)
            and all(map(matches, wanted, value))
        )

    literals = {name: value for name, value in kwargs.items() if _is_literal(value)}
    if len(given) == 1 and len(literals) == len(kwargs) and matches(structure, given[0]) and ports:
        return FoundCall(ports, literals)
    flat = [leaf.call for leaf in tensors_in(structure)]
    tensors = list(tensors_in(given))
    if len(tensors) == len(flat) == len(names) and len(literals) == len(kwargs):
        # Given in another structure: Keras takes them in order.
        keys = ["inputs"] if only is not None else [names[each] for each in flat]
        return FoundCall(dict(zip(keys, tensors, strict=True)), literals)
    return _exact(call, _FIRST)


def _plain(call: Call, found: type | None, names: tuple[str, ...]) -> FoundCall | None:
    """The call as ports and literals; None where those cannot say it."""
    if len(call.args) > len(names):
        return None
    result = FoundCall()
    positional = 0
    for place, value in enumerate(call.args):
        if positional == place and _is_tensors(value):
            positional += 1
        elif value is not None and not _is_literal(value):
            return None
    given = dict(zip(names, call.args, strict=False)) | call.kwargs
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(value, Tensor):
            result.ports[name] = value
        elif _is_tensors(value):
            result.ports.update({f"{name}.{i}": each for i, each in enumerate(value)})
        elif not _is_literal(value):
            return None
        elif found is None or value != call_default(found, name):
            result.literals[name] = value
    if not result.ports:
        return None
    result.positional = None if positional == 1 else positional
    return result if _in_order(result, positional, names, call) else None


def _suits(found: FoundCall, kind: LayerType) -> bool:
    """Whether lists are where the catalogue has ports for lists, and only there."""
    many = {port.name for port in kind.ports if port.many}
    single = {port.name for port in kind.ports} - many
    return all(
        split_port(port)[0] in many if port not in single else True for port in found.ports
    ) and all(port not in many for port in found.ports)


def _in_order(result: FoundCall, positional: int, names: tuple[str, ...], call: Call) -> bool:
    """Whether the call made of it lists its tensors in the same order."""
    by_base: dict[str, list[Tensor]] = {}
    for port, tensor in result.ports.items():
        base = port.rpartition(".")[0] if port not in names and "." in port else port
        by_base.setdefault(base, []).append(tensor)
    first = [name for name in names[:positional] if name in by_base]
    order = [*first, *sorted(name for name in by_base if name not in first)]
    made = [tensor for name in order for tensor in by_base[name]]
    original = list(call.tensors())
    return len(made) == len(original) and all(
        one.call is other.call and one.output == other.output
        for one, other in zip(made, original, strict=True)
    )


def _exact(call: Call, names: tuple[str, ...]) -> FoundCall:
    """The call as a template, with ports named after the arguments."""
    result = FoundCall()
    args = [
        _with_ports(value, names[i] if i < len(names) else f"args.{i}", result.ports)
        for i, value in enumerate(call.args)
    ]
    kwargs = {
        name: _with_ports(value, name, result.ports)
        for name, value in call.kwargs.items()
        if value is not None or call.entry.is_operation
    }
    result.template = {"args": args, "kwargs": kwargs}
    return result


def _with_ports(value: Any, path: str, ports: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        name, number = path, 1
        while name in ports:  # an argument may be called like the place of another
            name, number = f"{path}.{number}", number + 1
        ports[name] = value
        return {"$port": name}
    if isinstance(value, list):
        return [_with_ports(each, f"{path}.{i}", ports) for i, each in enumerate(value)]
    if not isinstance(value, dict) or "$ndarray" in value or "$keras" in value:
        return value
    if set(value) == {"$dict"}:
        inside = value["$dict"].items()
        return {"$dict": {key: _with_ports(each, f"{path}.{key}", ports) for key, each in inside}}
    return {key: _with_ports(each, path, ports) for key, each in value.items()}


def _is_tensors(value: Any) -> bool:
    """A tensor, or a list of tensors that a list port can hold."""
    if isinstance(value, Tensor):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(v, Tensor) for v in value)


def _is_literal(value: Any) -> bool:
    """Plain JSON that can stand in `Node.literals`."""
    return isinstance(value, bool | int | float | str) and value is not inspect.Parameter.empty
