"""Two limits of Keras that long and imported models meet: automatic names and recursion."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from keras.src.backend.common import global_state

_NUMBERED = re.compile(r"(.+?)(?:_(\d+))?")


def names_apart(names: Iterable[str]) -> None:
    """Make sure that names which Keras gives by itself (to the operations that compute implicit
    masks) are none of `names`: two of one name in a model are refused."""
    counters = global_state.get_global_attribute(
        "object_name_uids", defaultdict(int), set_to_default=True
    )
    for name in names:
        match = _NUMBERED.fullmatch(name)
        if match is not None:
            stem, number = match[1], int(match[2] or 0)
            counters[stem] = max(counters[stem], number + 1)


@contextmanager
def deep_enough(nodes: int) -> Iterator[None]:
    """Keras walks graphs recursively: long chains need a higher limit."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 1000 + 12 * nodes))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
