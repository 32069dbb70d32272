"""A chosen fix as one undo step."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.problems import Fix, StudioError
from kerasstudio.ui.dialogs.messages import problem_message
from kerasstudio.ui.store import DocumentStore


def apply_fix_step(store: DocumentStore, fix: Fix, catalogue: Catalogue, asker: QWidget) -> None:
    """Mend the project; a fix that no longer fits says so in a message over `asker`'s window."""
    try:
        project = apply_fix(store.project, fix, catalogue)
    except StudioError as error:
        problem_message(asker.window(), error.problem)
        return
    store.apply(project, fix.label[:1].upper() + fix.label[1:])
