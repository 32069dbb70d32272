"""Draw, group, open, edit inside, leave, train: with a real mouse, real keys and a real worker."""

from __future__ import annotations

from typing import Any

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtCore import QPoint, QPointF

from kerasstudio.graph.edits import set_training
from kerasstudio.graph.project import Project

pytestmark = pytest.mark.e2e


def middle(studio: Any, node: str) -> QPoint:
    """Where a card can be clicked, below its title."""
    x, y, width, height = studio.canvas.model.nodes.rect(node)
    at: QPoint = studio.canvas.view.to_spot(QPointF(x + width / 2, y + height * 0.6)).toPoint()
    return at


def first_dense(project: Project, graph: str) -> str:
    return next(
        node.id
        for node in project.graphs[graph].nodes.values()
        if project.layers[node.layer].class_name == "Dense"
    )


def test_a_block_from_drawing_to_training(studio: Any) -> None:
    hand, store = Hand(), studio.store
    studio.show_template("iris_mlp")
    view = studio.canvas.view.viewport()
    pump(0.4)
    store.apply(set_training(store.project, epochs=3), "Fewer epochs")
    before = store.project
    chosen = [
        node.id
        for node in before.graph.nodes.values()
        if not (before.layers[node.layer].is_input or before.layers[node.layer].is_output)
    ]
    wait_for(
        lambda: all(
            (info := studio.feed.inspection.nodes.get(node)) and info.status == "ok"
            for node in chosen
        ),
        "Keras's shapes",
        180,
    )
    # All is selected: an Input cannot be in a block, and what can is offered.
    hand.click(view, middle(studio, chosen[0]))
    hand.keys("ctrl+a", "ctrl+g")
    offer = studio.canvas.blocks.offer
    wait_for(offer.isVisible, "the offer")
    hand.click(offer.buttons[0])
    wait_for(lambda: len(store.project.graphs) == 2, "the block")
    (card,) = studio.selection.nodes
    graph = store.project.layers[store.project.graph.nodes[card].layer].graph
    wait_for(
        lambda: (info := studio.feed.inspection.nodes.get(card)) and info.status == "ok",
        "what comes out of the block",
        60,
    )
    total = studio.feed.inspection.nodes[card].parameters

    hand.double_click(view, middle(studio, card))
    wait_for(lambda: studio.selection.graph == graph, "the inside")
    pump(0.2)
    dense = first_dense(store.project, graph)
    hand.click(view, middle(studio, dense))
    studio.inspector.focus_argument("units")
    hand.keys("ctrl+a")
    hand.type("24")
    hand.keys("Return")
    layer = store.project.graphs[graph].nodes[dense].layer
    assert store.project.layers[layer].arguments["units"] == 24
    hand.click(view, QPoint(view.width() // 2, view.height() - 60))
    hand.keys("Prior")
    wait_for(lambda: studio.selection.graph == "main", "the main drawing")
    assert studio.selection.nodes == {card}
    wait_for(
        lambda: studio.feed.inspection.nodes[card].parameters not in (0, total),
        "other parameters",
        60,
    )
    assert studio.feed.errors == 0

    hand.keys("F5")
    wait_for(lambda: studio.run_feed.current, "a run")
    wait_for(lambda: studio.run_feed.current.ended, "the end of the run", 180)
    assert studio.run_feed.current.status == "finished", studio.run_feed.current.reason

    # Undone, all is as it was: the edit inside is undone where it was made, then the block.
    hand.click(view, QPoint(view.width() // 2, view.height() - 60))
    hand.keys("ctrl+z")
    wait_for(lambda: studio.selection.graph == graph, "the inside, where it was edited")
    hand.keys("ctrl+z")
    wait_for(lambda: studio.selection.graph == "main", "the main drawing")
    assert store.project == before
