"""Files of Keras 1 and 2 opened by the program: they predict what Keras 2 predicts of them.

The kinds that take long (networks of `keras.applications`, some recurrent ones) are compared by
`bench/bench_legacy.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from legacy_zoo import hand, keras1, keras2
from legacy_zoo.hand import HandKind
from legacy_zoo.kind import Kind, predicted
from legacy_zoo.opening import Opened, difference
from legacy_zoo.zoo import KINDS

pytestmark = [
    pytest.mark.worker,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning"),
    pytest.mark.filterwarnings("ignore:The `keras.initializers.serialize:UserWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

NEAR = 1e-5
QUICK = [kind for kind in KINDS if not kind.is_slow]
BY_HAND = [*keras1.KINDS, *keras2.KINDS]
ARCHIVED = [
    "dense with everything",
    "multi-head attention",
    "cells",
    "models nested twice",
    "frozen layers in a model inside",
    "operators",
    "adapted normalization",
    "locally connected by matrix",
    "hard_sigmoid in wrappers",
]


def slug(kind: Kind | HandKind) -> str:
    return kind.name.replace(" ", "_").replace("/", "_")


@pytest.mark.parametrize("kind", QUICK, ids=slug)
def test_keras_2_predicts_the_same(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    model = kind.write(path, seed=3)
    opened = Opened(path)
    assert not opened.report.lost
    arrays = kind.inputs(model, seed=1)
    assert difference(predicted(path, arrays), opened.predict(arrays)) <= NEAR


@pytest.mark.parametrize("kind", BY_HAND, ids=slug)
def test_files_by_hand_predict_what_they_mean(kind: HandKind, tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    written = kind.write(path, seed=3)
    opened = Opened(path)
    assert not opened.report.lost
    arrays = hand.inputs(written, seed=1)
    if written.expected is None:
        expected = predicted(path, arrays)
    else:
        found = written.expected(*arrays)
        expected = found if isinstance(found, list) else [found]
    assert difference(expected, opened.predict(arrays)) <= NEAR


@pytest.mark.parametrize("kind", [k for k in KINDS if k.name in ARCHIVED], ids=slug)
def test_keras_files_of_keras_2_predict_the_same(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    model = kind.write(path, seed=4)
    arrays = kind.inputs(model, seed=1)
    assert difference(predicted(path, arrays), Opened(path).predict(arrays)) <= NEAR


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in (*KINDS, *BY_HAND)]
    assert len(set(names)) == len(names) >= 60


@pytest.fixture(autouse=True)
def forget_graphs() -> None:
    """tf_keras counts names up from model to model."""
    import tf_keras

    tf_keras.backend.clear_session()
