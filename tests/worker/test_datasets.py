"""Batches for `fit`: complete, repeatable, in the dtype and structure of the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerasstudio.graph.templates import project_from
from kerasstudio.runtime.worker.data import LoadedData, datasets, load

pytestmark = pytest.mark.worker


@pytest.fixture(scope="module")
def digits() -> LoadedData:
    return load(project_from("digits_cnn"), Path())


@pytest.fixture(params=["slices", "gathered", "from file"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the three ways batches are made."""
    if request.param != "slices":
        monkeypatch.setattr(datasets, "BY_ROWS", 0)
    if request.param == "from file":
        monkeypatch.setattr(datasets, "IN_MEMORY", 0)
    return str(request.param)


def test_every_sample_once_in_order(digits: LoadedData, way: str) -> None:
    batches = list(digits.dataset("test", 64))
    assert [len(y) for _, y in batches] == [64, 64, 64, 64, 14]
    x, y = digits.arrays("test")
    assert np.array_equal(np.concatenate([each.numpy() for each, _ in batches]), x)
    assert np.array_equal(np.concatenate([each.numpy() for _, each in batches]), y)
    assert digits.dataset("test", 64).cardinality().numpy() == 5


def test_shuffling_differs_by_epoch_and_repeats_by_seed(digits: LoadedData, way: str) -> None:
    def epoch(dataset) -> np.ndarray:  # type: ignore[no-untyped-def]
        return np.concatenate([y.numpy() for _, y in dataset])

    first = digits.dataset("train", 100, shuffle=True, seed=7)
    one, two = epoch(first), epoch(first)
    assert not np.array_equal(one, two)
    assert np.array_equal(np.sort(one), np.sort(digits.arrays("train")[1]))
    again = digits.dataset("train", 100, shuffle=True, seed=7)
    assert np.array_equal(epoch(again), one)
    assert np.array_equal(epoch(again), two)
    assert not np.array_equal(epoch(digits.dataset("train", 100, shuffle=True, seed=8)), one)


def test_dtype_is_that_of_the_input(digits: LoadedData, way: str) -> None:
    x, y = digits.dataset("train", 8).element_spec
    assert (x.dtype.name, y.dtype.name) == ("float32", "int32")
    assert x.shape[1:] == (8, 8, 1)


def test_several_inputs_and_outputs_come_as_dictionaries(way: str) -> None:
    data = load(project_from("two_inputs_two_outputs"), Path())
    x, y = next(iter(data.dataset("train", 16, shuffle=True)))
    assert {name: tuple(value.shape) for name, value in x.items()} == {
        "minerals": (16, 5),
        "phenols": (16, 7),
    }
    assert {name: tuple(value.shape) for name, value in y.items()} == {
        "cultivar": (16,),
        "alcohol": (16, 1),
    }
