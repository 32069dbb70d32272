"""Loops, functions and variables: whatever they are folded into, the code makes the drawing."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from tests.graph.recorded_keras import assert_same

KINDS = (
    ("Dense", {"units": (8, 16, 32), "activation": ("relu", "tanh")}),
    ("Dropout", {"rate": (0.1, 0.2, 0.5)}),
    ("BatchNormalization", {"momentum": (0.9, 0.99)}),
    ("ReLU", {}),
    ("LayerNormalization", {}),
)
NAMES = ("{kind}_{n}", "block{b}_{kind}{i}", "s{b}_{kind}_{i}", "block{letter}_{kind}_{i}")


class Drawing:
    """Blocks of layers, repeated with other numbers, with shortcuts in and between them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.sketch = Sketch()
        self.count = 0
        self.kept: list[str] = []
        self.blocks: list[list[tuple[str, dict[str, tuple[object, ...]]]]] = []

    def project(self) -> Project:
        node = self.sketch.input("x", [8])
        if self.random.random() < 0.2:
            self.kept.append(self.sketch.input("other", [8]))
        for _ in range(self.random.randint(1, 6)):
            node = self.stretch(node)
        outputs = [node, *self.random.sample(self.kept, k=min(len(self.kept), 1))]
        for number, each in enumerate(dict.fromkeys(outputs)):
            self.sketch.output(f"y{number}", each)
        return self.sketch.project()

    def stretch(self, node: str) -> str:
        """One kind of block several times."""
        choose = self.random
        block = [choose.choice(KINDS) for _ in range(choose.randint(1, 4))]
        if self.blocks and choose.random() < 0.4:
            block = choose.choice(self.blocks)  # not only one after another: a function
        self.blocks.append(block)
        style, jump = choose.choice(NAMES), choose.random()
        fixed = {
            (i, name): choose.choice(v) for i, (_, a) in enumerate(block) for name, v in a.items()
        }
        vary = choose.random() < 0.4
        for b in range(choose.randint(1, 5)):
            start, before = node, list(self.kept)
            for i, (kind, arguments) in enumerate(block):
                given = {
                    name: choose.choice(values)
                    if vary and choose.random() < 0.5
                    else fixed[i, name]
                    for name, values in arguments.items()
                }
                node = self.layer(kind, style, b, i, node, **given)
            if jump < 0.3:
                node = self.layer("Add", style, b, len(block), start, node)
            elif jump < 0.45 and before:
                node = self.layer("Add", style, b, len(block), choose.choice(before), node)
            elif jump < 0.6:
                branch = self.layer("Dense", style, b, 20, start, units=8)
                node = self.layer("Concatenate", style, b, len(block), branch, node)
            if choose.random() < 0.3:
                self.kept.append(node)
        return node

    def layer(
        self, kind: str, style: str, b: int, i: int, *sources: str, **arguments: object
    ) -> str:
        self.count += 1
        name = style.format(kind=kind.lower(), n=self.count, b=b, i=i, letter="abcdefgh"[b % 8])
        return self.sketch.layer(kind, *sources, name=name, **arguments)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_code_makes_the_drawing(seed: int) -> None:
    assert_same(Drawing(seed).project())
