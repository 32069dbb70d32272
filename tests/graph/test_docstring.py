"""Keras's docstrings as blocks: all of them are read, and their parts are what they look like."""

from __future__ import annotations

import pytest

from kerasstudio.graph.catalogue import keras_docs, shipped
from kerasstudio.graph.docstring import (
    Block,
    Code,
    Entries,
    Formula,
    Heading,
    Items,
    Paragraph,
    blocks_of,
)
from kerasstudio.graph.help_topics import HelpTopics, topic_key

DOCS = keras_docs(shipped().keras_version)
TOPICS = HelpTopics(shipped())


def blocks(name: str) -> list[Block]:
    return list(blocks_of(DOCS[name]))


def entries(name: str, heading: str) -> dict[str, tuple[Block, ...]]:
    found = blocks(name)
    table = found[found.index(Heading(heading)) + 1]
    assert isinstance(table, Entries)
    return dict(table.entries)


def test_everything_in_the_catalogue_has_its_docstring() -> None:
    """Keras itself has none for these."""
    without = {key for key, topic in TOPICS.known.items() if not TOPICS.text(topic)}
    assert without <= {
        topic_key("metrics", "Metric"), topic_key("activations", "deserialize"),
    }  # fmt: skip
    short = {key for key, topic in TOPICS.known.items() if TOPICS.text(topic) == topic.summary}
    assert len(short) < 25


def test_arguments_become_a_table() -> None:
    table = entries("keras.layers.Conv2D", "Args")
    assert {"filters", "kernel_size", "strides"} <= table.keys()
    assert isinstance(table["filters"][0], Paragraph)
    assert "dimension of the output space" in table["filters"][0].text


def test_tables_have_the_arguments_that_the_constructor_has() -> None:
    """For nearly all layers, what the docstring lists is what the catalogue lists."""
    missing = 0
    for kind in shipped().layers:
        text = DOCS.get(f"{kind.module}.{kind.class_name}", "")
        listed = {name.strip() for block in blocks_of(text) if isinstance(block, Entries)
                  for names, _meaning in block.entries for name in names.split(",")}  # fmt: skip
        known = {argument.name for argument in kind.arguments} - {"dtype", "seed", "data_format"}
        missing += len(known - listed)
    assert missing < 60


def test_a_line_that_only_computes_is_a_formula() -> None:
    assert Formula("output = activation(dot(input, kernel) + bias)") in blocks("keras.layers.Dense")
    norm = [each.text for each in blocks("keras.layers.BatchNormalization")
            if isinstance(each, Formula)]  # fmt: skip
    assert norm[0] == "gamma * (batch - mean(batch)) / sqrt(var(batch) + epsilon) + beta"


def test_the_section_formula_holds_formulas() -> None:
    found = blocks("keras.losses.MeanSquaredError")
    assert Formula("loss = mean(square(y_true - y_pred))") in found


def test_comparisons_are_no_formulas() -> None:
    table = entries("keras.layers.Conv2D", "Args")
    assert not any(isinstance(block, Formula) for block in table["strides"])


def test_examples_keep_their_lines() -> None:
    found = blocks("keras.layers.LSTM")
    code = next(each for each in found if isinstance(each, Code))
    assert code.text.startswith(">>> inputs = np.random.random((32, 10, 8))")
    assert "...     4, return_sequences=True" in code.text
    items = next(each for each in found if isinstance(each, Items))
    assert items.ordered
    assert len(items.items) == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("One line.", [Paragraph("One line.")]),
        ("One\ntwo.\n\nthree.", [Paragraph("One two."), Paragraph("three.")]),
        ("Note: mind this.", [Paragraph("mind this.", note=True)]),
        ("```python\na = 1\n```", [Code("a = 1")]),
        ("```python\nnever closed", [Code("never closed")]),
        ("- one\n- two\n  more", [Items(("one", "two more"))]),
        (
            "Text that ends with these words:\nmore",
            [Paragraph("Text that ends with these words: more")],
        ),
        ("Example:\n\n    x = 1", [Heading("Example"), Paragraph("x = 1")]),
        ("Args:\n", [Heading("Args")]),
    ],
)
def test_small_texts(text: str, expected: list[Block]) -> None:
    assert list(blocks_of(text)) == expected


def test_every_docstring_is_read_without_loss_of_words() -> None:
    for name, text in DOCS.items():
        shown = " ".join(_words(blocks_of(text)))
        for word in ("Args", "Returns"):
            if f"\n{word}:\n" in text:
                assert word in shown, name
        assert len(shown) > 0.75 * len(" ".join(text.split())), name


def _words(found: tuple[Block, ...]) -> list[str]:
    words: list[str] = []
    for block in found:
        if isinstance(block, Entries):
            for name, meaning in block.entries:
                words += [name, *_words(meaning)]
        elif isinstance(block, Items):
            words += block.items
        elif isinstance(block, Heading | Paragraph | Code | Formula):
            words.append(block.text)
    return words


def test_search_finds_names_first_then_texts() -> None:
    assert TOPICS.find("huber")[0][0].key == "losses/Huber"
    assert TOPICS.find("fc")[0][0].key == "layers/Dense"
    assert TOPICS.find("adam")[0][0].key == "optimizers/Adam"
    keys = {topic.key for topic, _ in TOPICS.find("initializer")}
    assert "initializers/HeNormal" in keys
    spoken = [topic.key for topic, only_text in TOPICS.find("szegedy") if only_text]
    assert spoken
    assert TOPICS.find("   ") == []
    assert TOPICS.find("qqqzzz") == []
    assert len(TOPICS.find("a", most=5)) == 5
