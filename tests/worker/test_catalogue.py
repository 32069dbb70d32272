"""The shipped catalogue is that of the installed Keras, and complete."""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

import keras
import msgspec
import pytest

from kerasstudio.graph.catalogue import (
    Argument,
    Catalogue,
    LayerType,
    generated_path,
    keras_docs,
    shipped,
)
from kerasstudio.graph.project import STUDIO_MODULE
from kerasstudio.runtime.worker import catalogue_overrides as overrides
from kerasstudio.runtime.worker import catalogue_words, cataloguing
from kerasstudio.runtime.worker.cataloguing import describe_keras, public_classes
from kerasstudio.runtime.worker.device import ready_report
from kerasstudio.runtime.worker.docstrings import dedented, read_docs
from kerasstudio.runtime.worker.keras_objects import find_class, make_object

pytestmark = pytest.mark.worker


@pytest.fixture(scope="module")
def generated() -> Catalogue:
    return describe_keras()


def test_shipped_is_what_the_generator_gives(generated: Catalogue) -> None:
    assert shipped().keras_version == keras.__version__
    different = [
        kind.class_name
        for kind, now in zip(shipped().layers, generated.layers, strict=True)
        if kind != now
    ]
    assert different == []
    assert msgspec.to_builtins(shipped().objects) == msgspec.to_builtins(generated.objects)


def test_shipped_docs_are_what_keras_says() -> None:
    assert keras_docs(keras.__version__) == cataloguing.describe_docs()


def test_limits_are_legal_and_nothing_beyond_them_is() -> None:
    """What the tables say of the greatest and least values, Keras says too, where it checks."""
    for name, maximum in overrides.MAXIMUM.items():
        assert maximum == 1, name
    for owner, kwargs in (
        (keras.layers.Dropout, {"rate": 1.0}), (keras.layers.LSTM, {"units": 2, "dropout": 1.0}),
        (keras.optimizers.SGD, {"momentum": 1.0}), (keras.optimizers.Adam, {"beta_1": 0.0}),
        (keras.losses.BinaryCrossentropy, {"label_smoothing": 1.0}),
    ):  # fmt: skip
        owner(**kwargs)
    with pytest.raises(ValueError):
        keras.layers.Dropout(1.01)
    with pytest.raises(ValueError):
        keras.optimizers.SGD(momentum=1.5)


def test_the_catalogue_of_another_keras_is_written_once_and_used(
    generated: Catalogue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert cataloguing.write_missing() is None, "the shipped one is of the installed Keras"
    other = msgspec.structs.replace(generated, keras_version="99.1")
    monkeypatch.setattr(keras, "__version__", "99.1")
    monkeypatch.setattr(cataloguing, "describe_keras", lambda: other)
    monkeypatch.setattr(metadata, "version", lambda name: "99.1")
    path = cataloguing.write_missing()
    assert path == generated_path("99.1")
    assert cataloguing.write_missing() is None
    assert ready_report().catalogue == str(path)
    try:
        shipped.cache_clear()
        assert shipped().keras_version == "99.1"
        path.write_text("no catalogue")
        shipped.cache_clear()
        assert shipped().keras_version != "99.1"
        assert "not used" in caplog.text
    finally:
        shipped.cache_clear()


def test_every_public_layer_is_there() -> None:
    known = {kind.class_name for kind in shipped().layers}
    names = {alias for kind in shipped().layers for alias in kind.aliases} | known
    for layer_class, public in public_classes(keras.layers).items():
        if layer_class.__name__ not in overrides.NOT_NODES:
            assert set(public) <= names


def test_overrides_name_real_things() -> None:
    """A table entry for a class or argument that Keras no longer has would rot unseen."""
    known = {kind.class_name: kind for kind in shipped().layers}
    objects = {kind.class_name for kind in shipped().objects}
    tables: list[Any] = [
        catalogue_words.ALIASES, overrides.EXAMPLES_OF, overrides.PROBE_ARGUMENTS, overrides.MANY,
        overrides.DTYPES, overrides.RANKS, overrides.OUTPUTS, overrides.HIDDEN, overrides.NEEDS,
        overrides.CATEGORY_OF,
    ]  # fmt: skip
    for table in tables:
        assert set(table) <= known.keys()
    for owner, name in [*overrides.KINDS_OF, *overrides.CHOICES_OF, *overrides.REQUIRED]:
        assert owner in known or owner in objects, owner
        if owner in known:
            assert known[owner].argument(name) is not None, (owner, name)


def test_help_is_there() -> None:
    offered = [kind for kind in shipped().layers if not kind.hidden and kind.needs is None]
    without = [
        (kind.class_name, argument.name)
        for kind in offered
        for argument in kind.arguments
        if not argument.help
    ]
    assert without == []
    assert [kind.class_name for kind in offered if not kind.summary] == []


def test_categories_and_order() -> None:
    categories = list(dict.fromkeys(kind.category for kind in shipped().layers))
    assert categories == [each for each in overrides.CATEGORY_ORDER if each in categories]
    assert layer("Dense").category == "Core"
    assert layer("RandomFlip").category == "Augmentation"
    assert layer("Output").module == STUDIO_MODULE


def test_conv2d_is_described_for_its_editors() -> None:
    kind = layer("Conv2D")
    assert kind.example == {"filters": 32, "kernel_size": 3}
    assert argument(kind, "filters").kind == "int"
    assert argument(kind, "filters").required
    assert argument(kind, "filters").minimum == 1
    assert argument(kind, "kernel_size").kind == "int_or_tuple"
    assert argument(kind, "kernel_size").rank == 2
    assert argument(kind, "padding").choices == ("valid", "same")
    assert argument(kind, "strides").default == [1, 1]
    assert argument(kind, "kernel_initializer").family == "initializers"
    assert argument(kind, "kernel_regularizer").optional
    assert argument(kind, "kernel_constraint").advanced
    assert argument(kind, "dtype").advanced
    assert argument(kind, "activation").family == "activations"
    assert argument(kind, "activation").optional
    assert kind.argument("name") is None
    assert kind.ports[0].ranks == (4,)
    assert kind.ports[0].dtypes == ("float32",)


def test_ports_come_from_call_signatures() -> None:
    attention = layer("MultiHeadAttention")
    assert [port.name for port in attention.ports if port.required] == ["query", "value"]
    assert {port.name for port in attention.ports if port.role == "mask"} == {
        "query_mask", "value_mask", "key_mask", "attention_mask",
    }  # fmt: skip
    assert all(port.name != "training" for kind in shipped().layers for port in kind.ports)
    add = layer("Add").ports[0]
    assert (add.many, add.minimum) == (True, 2)
    assert layer("LSTM").outputs == ("output", "state h", "state c")
    assert layer("Embedding").ports[0].dtypes == ("int32", "int64")


@pytest.mark.parametrize(
    "kind",
    [
        (found, choice, argument_)
        for found in shipped().layers
        if not found.hidden and found.needs is None and found.module == "keras.layers"
        for argument_ in found.arguments
        if argument_.kind == "choice" and argument_.name not in {"dtype", "data_format"}
        for choice in argument_.choices
    ],
    ids=lambda each: f"{each[0].class_name}.{each[2].name}={each[1]}",
)
def test_choices_are_accepted(kind: tuple[LayerType, str, Argument]) -> None:
    found, choice, each = kind
    arguments = {**found.example, each.name: choice}
    if choice == "tf_idf":
        arguments |= {"vocabulary": ["a"], "idf_weights": [1.0]}
        if found.class_name == "IntegerLookup":
            arguments["vocabulary"] = [1]
    if found.class_name == "TextVectorization" and choice in {"multi_hot", "count", "tf_idf"}:
        arguments.pop("output_sequence_length")
    if choice == "int" and found.class_name == "CategoryEncoding":
        arguments.pop("num_tokens")
    layer_class = find_class(found.module, found.class_name)
    assert layer_class is not None
    assert isinstance(layer_class(**_made(arguments)), keras.Layer)


def _made(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: make_object(value) for name, value in arguments.items()}


@pytest.mark.parametrize(
    "kind",
    [kind for kind in shipped().objects if kind.family not in {"activations", "callbacks"}],
    ids=lambda kind: f"{kind.family}.{kind.class_name}",
)
def test_objects_can_be_made_from_their_examples(kind: Any) -> None:
    made = make_object(
        {"module": kind.module, "class_name": kind.class_name, "config": kind.example}
    )
    again = type(made).from_config(made.get_config())
    assert type(again) is type(made)


def test_activations_are_known_to_keras() -> None:
    for kind in shipped().family("activations"):
        assert callable(keras.activations.get(kind.class_name))


def test_only_kerass_own_classes_can_be_named() -> None:
    assert find_class("keras.layers", "Dense") is keras.layers.Dense
    assert find_class("os", "system") is None
    assert find_class("keras.src.utils.file_utils", "get_file") is None
    assert find_class("keras.src.nothing", "Dense") is None
    assert find_class("keras.layers", "deserialize") is None
    with pytest.raises(ValueError, match="get_file, and was not run"):
        make_object({"module": "keras.utils", "class_name": "get_file", "config": {}})


def test_pasted_examples_do_not_hide_arguments() -> None:
    text = """Does things.

    More words.

    Args:
        one: The first,
            on two lines.
        two: A list:
            - a
            - b

    Example:

```python
layer()
```
    """
    docs = read_docs(text)
    assert docs.summary == "Does things."
    assert docs.arguments == {"one": "The first, on two lines.", "two": "A list:\n- a\n- b"}
    assert re.match("More", dedented(text)[2])


def layer(name: str) -> LayerType:
    found = shipped().named(name)
    assert found is not None
    return found


def argument(kind: LayerType, name: str) -> Argument:
    found = kind.argument(name)
    assert found is not None
    return found
