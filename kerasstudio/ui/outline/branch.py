"""One graph as rows of the Outline, and the smallest change from old rows to new ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kerasstudio.graph.project import Project
from kerasstudio.graph.reading_order import reading_order


class Branch:
    """The rows of one graph below one block (`owner`: the branch it is in, and the block's node).
    A block that is called twice has two branches of the same graph."""

    def __init__(self, number: int, graph: str, owner: tuple[int, str] | None = None) -> None:
        self.number, self.graph, self.owner = number, graph, owner
        self.inner: dict[str, int] = {}
        """Block node → number of the branch inside of it, once somebody looked."""
        self.blocks: frozenset[str] = frozenset()
        """The rows that have an inside."""
        self.set_rows([])

    def set_rows(self, rows: list[str]) -> None:
        self.rows = rows
        self.row_of = {key: row for row, key in enumerate(rows)}


def branch_rows(project: Project, graph: str) -> list[str]:
    """Ids in the order of reading: nodes, then frames, then notes."""
    drawing = project.graphs[graph]
    return [*reading_order(project, drawing), *drawing.frames, *drawing.notes]


def blocks_of(project: Project, graph: str) -> frozenset[str]:
    """The nodes of a graph that have an inside."""
    if len(project.graphs) == 1:
        return frozenset()
    layers, graphs = project.layers, project.graphs
    return frozenset(
        key for key, node in graphs[graph].nodes.items() if layers[node.layer].graph in graphs
    )


def runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending row numbers as (first, last) of unbroken stretches, the last stretch first."""
    end = len(rows) - 1
    while end >= 0:
        start = end
        while start > 0 and rows[start - 1] == rows[start] - 1:
            start -= 1
        yield rows[start], rows[end]
        end = start - 1
