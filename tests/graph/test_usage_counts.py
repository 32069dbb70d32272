"""What usually stands beside a layer."""

from __future__ import annotations

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.usage import (
    Usage,
    gives_rank,
    likely_before,
    likely_behind,
    shipped_usage,
)

KINDS = tuple(
    LayerType(name, "keras.layers", "Core")
    for name in ("Add", "Conv2D", "Dense", "Flatten", "LSTM")
)
COUNTED = Usage(
    after={"Conv2D": {"Flatten": 3.0, "Add": 1.0}, "LSTM": {"Dense": 2.0}},
    before={"Dense": {"Flatten": 2.0, "LSTM": 1.0}},
    after_rank={"4": {"Conv2D": 5.0}, "3": {"LSTM": 1.0}},
    gives={"Flatten": (2,), "LSTM": (2, 3)},
)


def names(kinds: list[LayerType]) -> list[str]:
    return [kind.class_name for kind in kinds]


def test_what_follows_a_layer_comes_first_then_what_takes_such_a_tensor() -> None:
    found = names(likely_behind(KINDS, "Conv2D", 4, COUNTED))
    assert found[:4] == ["Flatten", "Conv2D", "Add", "Dense"]
    assert names(likely_behind(KINDS, "LSTM", 3, COUNTED))[:2] == ["Dense", "LSTM"]


def test_of_an_unknown_layer_the_common_ones_come_first_the_others_in_order() -> None:
    assert names(likely_behind(KINDS, "Mine", None, COUNTED)) == [
        "Flatten", "Dense", "Add", "Conv2D", "LSTM",
    ]  # fmt: skip
    assert names(likely_before(KINDS, "Dense", COUNTED))[:2] == ["Flatten", "LSTM"]


def test_a_layer_gives_a_rank_unless_it_is_known_not_to() -> None:
    flatten, add = KINDS[3], KINDS[0]
    assert not gives_rank(flatten, (4,), COUNTED)
    assert gives_rank(flatten, (2, 4), COUNTED)
    assert gives_rank(flatten, (), COUNTED)
    assert gives_rank(add, (4,), COUNTED)


def test_the_shipped_counts_say_what_everybody_expects(keras_catalogue: Catalogue) -> None:
    usage = shipped_usage()
    assert usage.counted.applications >= 35
    assert usage.counted.classics >= 10
    assert usage.counted.templates >= 5
    assert usage.counted.examples >= 20
    kinds = [kind for kind in keras_catalogue.layers if not kind.hidden]
    for before, rank, wanted in (
        ("Conv2D", 4, "BatchNormalization"),
        ("Embedding", 3, "LSTM"),
        ("LSTM", 2, "Dense"),
        ("Flatten", 2, "Dense"),
        ("Dense", 2, "Dense"),
    ):
        assert wanted in names(likely_behind(kinds, before, rank))[:5], before
    assert "Flatten" in names(likely_before(kinds, "Dense"))[:9]
    known = {kind.class_name for kind in keras_catalogue.layers} | {"Output"}
    for table in (usage.after, usage.before, usage.after_rank):
        for first, seconds in table.items():
            assert first in known or first.isdecimal()
            assert set(seconds) <= known
    assert usage.gives["Flatten"] == (2,)
    assert set(usage.gives["Conv2D"]) == {4}
