"""The Help pane: what F1 shows, that it follows, and that every page can be drawn."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.ui import theme
from kerasstudio.ui.app import Studio
from kerasstudio.ui.help.help_desk import topic_of
from kerasstudio.ui.help.help_html import inline, page
from kerasstudio.ui.help.help_pane import HelpPane


@pytest.fixture
def pane(qtbot: QtBot, look: QApplication, catalogue: Catalogue) -> HelpPane:
    pane = HelpPane(catalogue)
    qtbot.addWidget(pane)
    pane.resize(420, 600)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


def test_a_page_has_title_formula_table_and_code(pane: HelpPane) -> None:
    assert pane.show_topic("layers/Dense")
    text = pane.browser.toPlainText()
    assert text.startswith("Dense")
    assert "keras.layers.Dense" in text
    assert "output = activation(dot(input, kernel) + bias)" in text
    assert "whole number, at least 1 · required" in text
    assert "`" not in text, "no Markdown is left"
    assert pane.show_topic("layers/Conv2D")
    assert "takes (batch, height, width, channels)" in pane.browser.toPlainText()
    assert not pane.show_topic("layers/NoSuchLayer")


def test_every_topic_is_drawn_in_every_theme(pane: HelpPane, catalogue: Catalogue) -> None:
    for look in theme.LOOKS.values():
        for topic in pane.topics.known.values():
            html = page(topic, pane.topics, catalogue, look)
            assert "\x00" not in html
            assert not re.search(r"\*\*(?!kwargs)[A-Za-z][^*]*\*\*", html), topic.key


def test_inline_markdown(pane: HelpPane) -> None:
    look = theme.tokens()
    html = inline(
        "A `Dense` [paper](https://x.org/a_b) is **very** *fine* & <b>", pane.topics, look
    )
    assert 'href="topic:layers/Dense"' in html
    assert 'href="https://x.org/a_b"' in html
    assert "<b>very</b> <i>fine</i> &amp; &lt;b&gt;" in html
    assert "2 * 3 * 4" in inline("2 * 3 * 4", pane.topics, look)
    link = inline("see `keras.optimizers.schedules.CosineDecay`", pane.topics, look)
    assert 'href="topic:schedules/CosineDecay"' in link


def test_search_opens_a_page_and_marks_the_words(pane: HelpPane, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "huber")
    assert pane.results.isVisible()
    qtbot.keyClick(pane.search, Qt.Key.Key_Return)
    assert pane.topic is not None
    assert pane.topic.key == "losses/Huber"
    assert pane.browser.isVisible()
    assert pane.browser.extraSelections()
    qtbot.keyClicks(pane.search, "qqqq")
    assert "Nothing found" in pane.results.item(0).text()
    qtbot.keyClick(pane.search, Qt.Key.Key_Return)
    assert pane.topic.key == "losses/Huber"
    qtbot.keyClick(pane.search, Qt.Key.Key_Escape)
    assert pane.search.text() == ""


def test_results_are_walked_by_keys(pane: HelpPane, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "conv")
    first = pane.results.currentRow()
    pane.search.setFocus()
    qtbot.keyClick(pane.search, Qt.Key.Key_Down)
    assert pane.results.currentRow() == first + 1
    qtbot.keyClick(pane.search, Qt.Key.Key_Up)
    qtbot.keyClick(pane.search, Qt.Key.Key_Up)
    assert pane.results.currentRow() == 0


def test_links_lead_to_pages_and_to_the_browser(
    pane: HelpPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    pane.show_topic("layers/Dense")
    pane.browser.anchorClicked.emit(QUrl("topic:layers/BatchNormalization"))
    assert pane.topic is not None
    assert pane.topic.name == "BatchNormalization"
    pane.browser.anchorClicked.emit(QUrl("https://arxiv.org/abs/1502.03167"))
    pane.browser.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert opened == ["https://arxiv.org/abs/1502.03167"]


def test_back_and_forward(pane: HelpPane) -> None:
    for key in ("layers/Dense", "layers/LSTM", "losses/Huber"):
        pane.show_topic(key)
    pane.back.click()
    pane.back.click()
    assert pane.topic is not None
    assert pane.topic.name == "Dense"
    assert not pane.back.isEnabled()
    pane.forward.click()
    assert pane.topic.name == "LSTM"
    pane.show_topic("layers/GRU")
    assert not pane.forward.isEnabled(), "a new page cuts the old way"


def test_f1_shows_the_selected_layer_and_follows(studio: Studio, qtbot: QtBot) -> None:
    studio.show_template("digits_cnn")
    desk = studio.help
    assert desk.pane is None, "made when first wanted"
    nodes = {studio.store.project.layers[node.layer].class_name: key
             for key, node in studio.store.project.graph.nodes.items()}  # fmt: skip
    studio.selection.select({nodes["Conv2D"]})
    studio.commands.help_on_layer()
    assert desk.is_open
    assert desk.pane is not None
    assert desk.pane.topic is not None
    assert desk.pane.topic.name == "Conv2D"
    studio.selection.select({nodes["Dense"]})
    assert desk.pane.topic.name == "Dense"
    studio.selection.select(nodes.values())
    assert desk.pane.topic.name == "Dense", "of many classes there is no one page"
    studio.selection.select({nodes["Dense"]})
    studio.commands.help_on_layer()
    assert not desk.is_open
    studio.selection.clear()
    studio.commands.help_on_layer()
    assert desk.is_open
    desk.pane.closed.emit()
    assert not desk.is_open


def test_widgets_say_what_they_are_about(studio: Studio, qtbot: QtBot) -> None:
    studio.show_template("digits_cnn")
    dense = next(key for key, node in studio.store.project.graph.nodes.items()
                 if studio.store.project.layers[node.layer].class_name == "Dense")  # fmt: skip
    studio.selection.select({dense})
    qtbot.waitUntil(lambda: studio.inspector.layers.form is not None)
    form = studio.inspector.layers.form
    assert form is not None
    units = form.row("units").editor.focus_target()
    assert topic_of(units) == ("layers/Dense", "units")
    kernel = form.row("kernel_initializer").editor.focus_target()
    assert topic_of(kernel) == ("initializers/GlorotUniform", None)
    assert topic_of(kernel, outermost=True) == ("layers/Dense", "kernel_initializer")
    studio.window.show_page("train")
    optimizer = studio.train_page.optimizer
    qtbot.waitUntil(lambda: optimizer.form is not None)
    assert topic_of(optimizer.combo) == ("optimizers/Adam", None)
    assert optimizer.form is not None
    rate = optimizer.form.row("learning_rate").editor.focus_target()
    assert topic_of(rate) == ("optimizers/Adam", "learning_rate")
    assert topic_of(None) is None
    assert topic_of(studio.window) is None
