"""What the names of the layers of one run have in common: the name of the run itself."""

from __future__ import annotations

from collections.abc import Sequence


def own_name(names: Sequence[str]) -> str:
    """The words that all names of a run begin with, or end with: that of the run itself."""
    if len(names) < 2:
        return ""
    begin = _common_words(names, 1)
    end = _common_words(names, -1)
    own = "_".join(begin if len(begin) >= len(end) else reversed(end))
    return "" if own.isdecimal() else own


def without(name: str, own: str) -> str:
    """A name without that of its run."""
    if not own:
        return name
    return name.removeprefix(own) if name.startswith(own) else name.removesuffix(own)


def _common_words(names: Sequence[str], step: int) -> list[str]:
    rows = [name.split("_")[::step] for name in names]
    common: list[str] = []
    for column in zip(*rows, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return common if any(common) else []
