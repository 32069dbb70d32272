"""The report on an old model in words."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.upgrade_report import (
    Change,
    UpgradeReport,
    change_text,
    heading,
    in_lines,
    layers_text,
)

RENAMED = Change("renamed", ("a", "b"), "Dense", "output_dim", "", "units", "the name today")
REMOVED = Change("removed", ("a",), "LSTM", "implementation", "1", "", "chosen by itself")
REPLACED = Change("replaced", ("l",), "TFOpLambda", "", "tf.abs", "Absolute", "an operation")
ADDED = Change("added", ("i",), "", "", "", "Input of shape [None, 4]", "the file has none")
LOST = Change("lost", ("n",), "BatchNormalization", "mode", "2", "", "Keras 3 has no such argument")


def test_the_heading_says_whether_predictions_stay() -> None:
    same = UpgradeReport("Keras 2.3.1", (RENAMED, REMOVED))
    assert heading(same) == (
        "Written by Keras 2.3.1, brought up to Keras 3 with 2 changes; "
        "the predictions stay the same."
    )
    assert "may differ" in heading(UpgradeReport("Keras 1.2.2", (LOST,)))
    assert "nothing had to be changed" in heading(UpgradeReport("Keras 2.15.0"))


def test_each_change_is_one_line() -> None:
    assert change_text(RENAMED) == "a, b (Dense): output_dim → units; the name today"
    assert change_text(REMOVED) == "a (LSTM): implementation=1 → –; chosen by itself"
    assert change_text(REPLACED) == "l (TFOpLambda): tf.abs → Absolute; an operation"
    assert change_text(ADDED) == "i: Input of shape [None, 4] added; the file has none"


def test_what_matters_comes_first_and_spellings_are_counted() -> None:
    lines = in_lines(UpgradeReport("Keras 2", (RENAMED, REMOVED, ADDED, REPLACED, LOST)))
    assert [line.strip()[:2] for line in lines] == ["Wr", "n ", "l ", "i:", "1 "]
    assert lines[-1] == "  1 new name, 1 argument without effect left out"


def test_many_layers_are_shortened() -> None:
    many = msgspec.structs.replace(RENAMED, layers=tuple(f"c{i}" for i in range(9)))
    assert layers_text(many) == "c0, c1, c2, c3 and 5 more"
