"""Only mends that mend: each candidate is applied to a copy of the drawing, and Keras asked."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.diff import diff
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.runtime.worker.graph_inspector import GraphInspector
from kerasstudio.runtime.worker.inspected_graphs import InspectedGraphs

MOST_OFFERED = 5
_MOST_CALLS = 24
"""Calls that are looked at behind a mend: what lies further on is not its business."""
_ALIKE = {"insert_layer": ("class_name", "wire"), "set_argument": ("layer", "name")}
"""Of mends that differ only in a value, the first one that works is offered."""
_REMOVING = {"remove_wire", "remove_node"}
_EXACT = {"lambda_to_operations", "lambda_to_class"}
"""These compute the same by construction: they are not tried."""


class FixTrials:
    """Tries the mends of problems of one project."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def try_node(
        self, given: Project, graphs: InspectedGraphs, inspector: GraphInspector, node: str
    ) -> Iterator[None]:
        """Leave the mends of this node's problems that work, in `inspector.tried`. `given` is the
        drawing with all that is switched off. Yields after each mend that was tried: a layer with
        loops takes a tenth of a second."""
        problems: list[Problem] = []
        for problem in inspector.found(node):
            fixes = yield from self._mending(given, graphs, inspector.key, problem)
            problems.append(msgspec.structs.replace(problem, fixes=fixes))
        inspector.tried[node] = tuple(problems)

    def _mending(
        self, given: Project, graphs: InspectedGraphs, graph: str, problem: Problem
    ) -> Generator[None, None, tuple[Fix, ...]]:
        working: list[tuple[Fix, int]] = []
        offered: set[tuple[str, ...]] = set()
        for fix in problem.fixes:
            names = _ALIKE.get(fix.kind, tuple(fix.arguments))
            alike = (fix.kind, *(str(fix.arguments.get(name)) for name in names))
            if alike in offered:
                continue
            full = sum(each.kind not in _REMOVING for each, _ in working) >= MOST_OFFERED
            if full and fix.kind not in _REMOVING:
                continue
            behind = self._try(given, graphs, graph, problem, fix)
            if behind is not None:
                working.append((fix, behind))
                offered.add(alike)
            yield
        clean = any(not behind for fix, behind in working if fix.kind not in _REMOVING)
        return tuple(
            fix for fix, behind in working if not (clean and behind) or fix.kind in _REMOVING
        )

    def _try(
        self, given: Project, graphs: InspectedGraphs, graph: str, problem: Problem, fix: Fix
    ) -> int | None:
        """How many layers behind the mended one are wrong then; None when the mend does not work:
        the problem stays, or a layer that was fine no longer is."""
        if fix.kind in _EXACT:
            return 0
        try:
            mended = live_project(apply_fix(given, fix, self._catalogue), self._catalogue)
        except StudioError:
            return None
        if not diff(graphs.project, mended).affects_model:
            return 0 if mended != graphs.project else None
        trial = graphs.fork()
        seen = trial.update(mended, most=_MOST_CALLS)
        target = problem.place.node or ""
        was_traced = bool(graphs[graph].traced.get(target))
        if target in mended.graphs[graph].nodes and not self._is_mended(
            trial, graph, target, problem, fix, was_traced
        ):
            return None
        wrong = [
            (key, node)
            for key, node in seen
            if trial[key].infos[node].status == "error" and (key, node) != (graph, target)
        ]
        for key, node in wrong:
            before = graphs[key].infos.get(node) if key in graphs else None
            if before is None or before.status == "ok":
                return None
        return len(wrong)

    def _is_mended(
        self,
        trial: InspectedGraphs,
        graph: str,
        target: str,
        problem: Problem,
        fix: Fix,
        was_traced: bool,
    ) -> bool:
        info = trial[graph].infos.get(target)
        if fix.kind in _REMOVING:
            return info is None or info.status != "error"
        if info is None or info.status != "ok":
            return False
        found = trial.own(graph)
        if was_traced:
            found.trace(trial.project, target)
        return all(each.code != problem.code for each in found.found(target))
