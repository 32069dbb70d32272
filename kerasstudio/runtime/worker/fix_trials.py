"""Only mends that mend: each candidate is applied to a copy of the drawing, and Keras asked."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.diff import diff
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.worker.graph_inspector import GraphInspector
from kerasstudio.runtime.worker.layer_inference import symbolic

MOST_OFFERED = 5
_MOST_CALLS = 24
"""Calls that are looked at behind a mend: what lies further on is not its business."""
_ALIKE = {"insert_layer": ("class_name", "wire"), "set_argument": ("layer", "name")}
"""Of mends that differ only in a value, the first one that works is offered."""
_REMOVING = {"remove_wire", "remove_node"}


class FixTrials:
    """Tries the mends of problems of one project."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def try_node(self, project: Project, inspector: GraphInspector, node: str) -> Iterator[None]:
        """Leave the mends of this node's problems that work, in `inspector.tried`. Yields after
        each mend that was tried: a layer with loops takes a tenth of a second."""
        problems: list[Problem] = []
        for problem in inspector.found(node):
            fixes = yield from self._mending(project, inspector, problem)
            problems.append(msgspec.structs.replace(problem, fixes=fixes))
        inspector.tried[node] = tuple(problems)

    def _mending(
        self, project: Project, inspector: GraphInspector, problem: Problem
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
            behind = self._try(project, inspector, problem, fix)
            if behind is not None:
                working.append((fix, behind))
                offered.add(alike)
            yield
        clean = any(not behind for fix, behind in working if fix.kind not in _REMOVING)
        return tuple(
            fix for fix, behind in working if not (clean and behind) or fix.kind in _REMOVING
        )

    def _try(
        self, project: Project, inspector: GraphInspector, problem: Problem, fix: Fix
    ) -> int | None:
        """How many layers behind the mended one are wrong then; None when the mend does not work:
        the problem stays, or a layer that was fine no longer is."""
        try:
            mended = apply_fix(project, fix, self._catalogue)
        except StudioError:
            return None
        if mended == project:
            return None
        changes = diff(project, mended)
        here = changes.of_graph(inspector.key)
        if not changes.affects_model:
            return 0
        trial = inspector.fork()
        nodes = set(here.nodes.changed - here.moved) | here.nodes.added
        with symbolic():
            seen = trial.update(
                mended, set(changes.layers.all), nodes, here.wires.all, most=_MOST_CALLS
            )
        target = problem.place.node
        if target in mended.graphs[inspector.key].nodes and not self._is_mended(
            mended, trial, inspector, problem, fix
        ):
            return None
        wrong = [node for node in seen if trial.infos[node].status == "error" and node != target]
        for node in wrong:
            before = inspector.infos.get(node)
            if before is None or before.status == "ok":
                return None
        return len(wrong)

    def _is_mended(
        self,
        mended: Project,
        trial: GraphInspector,
        inspector: GraphInspector,
        problem: Problem,
        fix: Fix,
    ) -> bool:
        target = problem.place.node or ""
        info = trial.infos.get(target)
        if fix.kind in _REMOVING:
            return info is None or info.status != "error"
        if info is None or info.status != "ok":
            return False
        if inspector.traced.get(target):
            trial.trace(mended, target)
        return all(found.code != problem.code for found in trial.found(target))
