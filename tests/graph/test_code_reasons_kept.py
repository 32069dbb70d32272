"""What is remembered of a layer goes with the layer."""

from __future__ import annotations

import gc
from weakref import ref

from kerasstudio.graph.placeholders import code_reasons
from kerasstudio.graph.project import Layer


def test_layers_that_were_looked_at_are_let_go() -> None:
    layer = Layer(id="one", class_name="Dense", name="dense", arguments={"units": 3})
    assert code_reasons(layer) == ()
    watched = ref(layer)
    del layer
    gc.collect()
    assert watched() is None


def test_a_layer_at_the_same_place_in_memory_is_looked_at_itself() -> None:
    for _turn in range(50):
        plain = Layer(id="one", class_name="Dense", name="dense")
        assert code_reasons(plain) == ()
        del plain
        code = Layer(id="one", class_name="Lambda", name="dense")
        assert code_reasons(code)
        assert code_reasons(code) is code_reasons(code)
