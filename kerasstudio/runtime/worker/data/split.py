"""Training, validation and test parts: a pure function of the split, the rows and the classes."""

from __future__ import annotations

import numpy as np

from kerasstudio.graph.data_spec import Split
from kerasstudio.runtime.worker.data.columns import Array
from kerasstudio.runtime.worker.data.faults import fault

PARTS = ("train", "validation", "test")
FEWEST_ROWS = 10


def split_rows(count: int, split: Split, codes: Array | None = None) -> dict[str, Array]:
    """Sample numbers of each part, ascending. The same arguments give the same parts, anywhere.

    `codes` are class numbers per sample for a "stratified" split; without them it is "random".
    A part with a fraction above 0 gets at least one sample. Raises `StudioError` when that cannot
    be done."""
    if count < FEWEST_ROWS:
        raise fault(
            "data.too_few_rows",
            f"There {'is' if count == 1 else 'are'} only {count} sample{'' if count == 1 else 's'} "
            "to train on.",
            expected=f"at least {FEWEST_ROWS}",
            received=str(count),
        )
    if split.validation < 0 or split.test < 0 or split.validation + split.test >= 1:
        raise fault(
            "data.split_fractions",
            "Validation and test together leave nothing to train on.",
            expected="fractions of 0 or more that add up to less than 1",
            received=f"{split.validation:g} + {split.test:g}",
        )
    tested = _size(count, split.test)
    validated = _size(count, split.validation)
    if count - tested - validated < 1:
        raise fault(
            "data.too_few_rows",
            f"{count} samples are too few for this split: none is left for training.",
            expected="more rows, or smaller validation and test parts",
        )
    if split.method == "ordered":
        order = np.arange(count)
        first = count - tested - validated
        return dict(
            zip(
                PARTS,
                (order[:first], order[first : count - tested], order[count - tested :]),
                strict=True,
            )
        )
    generator = np.random.default_rng(split.seed)
    order = generator.permutation(count)
    if split.method == "stratified" and codes is not None:
        # Sorted by class, shuffled inside each: picking at equal steps keeps the proportions.
        order = order[np.argsort(codes[order], kind="stable")]
    test = order[_steps(count, tested)]
    rest = np.delete(order, _steps(count, tested))
    validation = rest[_steps(len(rest), validated)]
    train = np.delete(rest, _steps(len(rest), validated))
    return {"train": np.sort(train), "validation": np.sort(validation), "test": np.sort(test)}


def _size(count: int, fraction: float) -> int:
    return max(1, round(count * fraction)) if fraction > 0 else 0


def _steps(count: int, wanted: int) -> Array:
    """`wanted` positions spread evenly over `count`."""
    return (np.arange(wanted) * count + count // 2) // max(1, wanted)
