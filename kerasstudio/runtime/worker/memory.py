"""How much memory there is, and layers that want more: told before anything is allocated."""

from __future__ import annotations

import os
import resource
import sys
from functools import cache
from pathlib import Path

from kerasstudio.graph.inspection import bytes_in_words
from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.runtime.worker.mends.around import CallSite, remove_wires, set_argument
from kerasstudio.runtime.worker.shape_messages import given, place_of

_CGROUP = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
_COPIES = 4
"""Weights in training: themselves, their gradients, and the two averages that Adam keeps."""
_SHARE = 8
_GROWING = ("units", "filters", "input_dim", "output_dim")
TRACEABLE = 50_000_000
"""Tracing makes the weights of a layer; layers with more are taken on trust."""


@cache
def machine_memory() -> int:
    """Bytes this process may have: the machine's memory, less where a container or the shell set
    a limit."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _CGROUP:
        text = path.read_text().strip() if path.is_file() else ""
        if text.isdecimal():
            limits.append(int(text))
    soft, _hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    return min(limit for limit in limits if 0 < limit < sys.maxsize)


def weight_problem(call: CallSite, weights: int, size: int) -> Problem | None:
    """A layer whose `weights` take `size` bytes, more than there is."""
    memory = machine_memory()
    if size <= memory:
        return None
    told = given(call.sources.values())
    return Problem(
        code="memory.weights",
        message=f"{call.what} would have {weights:,} weights: {bytes_in_words(size)}, but this "
        f"computer has {bytes_in_words(memory)} of memory." + (f" {_upper(told)}." if told else ""),
        expected=f"at most {bytes_in_words(memory // _COPIES)} of weights, since training keeps "
        f"{_COPIES} numbers for each",
        received=bytes_in_words(size),
        place=place_of(call, _grown(call)),
        fixes=(
            *_smaller(call, size, memory),
            *remove_wires(call.graph, [source.wire for source in call.sources.values()]),
        ),
    )


def _smaller(call: CallSite, size: int, memory: int) -> tuple[Fix, ...]:
    """The largest argument, so small that training has room: a power of two."""
    name = _grown(call)
    if name is None:
        return ()
    fitting = int(call.layer.arguments[name] * memory / (size * _SHARE))
    return (set_argument(call.layer, name, 1 << max(0, fitting.bit_length() - 1)),)


def _grown(call: CallSite) -> str | None:
    """The argument that makes the layer so large."""
    given_sizes = {
        name: value
        for name in _GROWING
        if isinstance(value := call.layer.arguments.get(name), int) and value > 1
    }
    return max(given_sizes, key=given_sizes.__getitem__) if given_sizes else None


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
