"""After `kill -9` the last edits are offered and come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from kerasstudio.graph.edits import move_nodes
from kerasstudio.graph.history import History
from kerasstudio.graph.journal import Recovery, find_recoverable, journal_folder
from kerasstudio.graph.project import Project
from kerasstudio.ui.app import Studio
from kerasstudio.ui.recovery import Autosave
from kerasstudio.ui.store import DocumentStore

# Another program: opens a project, edits it, and waits to be killed.
OTHER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from kerasstudio.graph.edits import move_nodes
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.recovery import Autosave
from kerasstudio.ui.store import DocumentStore
app = QCoreApplication([])
store = DocumentStore(project_from("iris_mlp"))
store.replace_document(store.project, Path(sys.argv[1]))
autosave = Autosave(store)
node = next(iter(store.project.graph.nodes))
store.apply(move_nodes(store.project, {node: (1234.0, 5.0)}), "Move")
print("edited", flush=True)
QTimer.singleShot(60_000, app.quit)
app.exec()
"""


def kill_after_edit(path: Path) -> None:
    """Edit `path` in another process and kill it as soon as the edit is journaled."""
    seen = {path.name for path in journal_folder().glob("*.journal")}
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "edited\n"
        end = time.monotonic() + 20
        while not {path.name for path in journal_folder().glob("*.journal")} - seen:
            assert time.monotonic() < end, "nothing was journaled"
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)


def answer(studio: Studio, text: str) -> None:
    dialog = studio.recovery.question
    assert dialog is not None
    dialog.button(text).click()


def test_killed_work_is_offered_and_comes_back(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    kill_after_edit(tmp_path / "flowers.kstudio")
    studio.recovery.look()
    qtbot.waitUntil(lambda: studio.recovery.question is not None, timeout=5000)
    assert studio.recovery.question.list.item(0).text() == "flowers, edited a moment ago"
    answer(studio, "Recover")
    qtbot.waitUntil(lambda: bool(studio.store.project.graph.nodes), timeout=5000)
    assert studio.store.path == tmp_path / "flowers.kstudio"
    assert not studio.store.is_clean, "recovered work is still to be saved"
    assert studio.store.undo_stack.undoText() == "Move", "its undo list is there as well"
    assert any(node.x == 1234.0 for node in studio.store.project.graph.nodes.values())
    qtbot.waitUntil(lambda: not find_recoverable(), timeout=5000)
    studio.store.undo_stack.undo()
    assert not any(node.x == 1234.0 for node in studio.store.project.graph.nodes.values())
    studio.store.mark_saved(studio.store.project, tmp_path / "flowers.kstudio")


def test_thrown_away_work_is_not_offered_again(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    kill_after_edit(tmp_path / "flowers.kstudio")
    studio.recovery.look()
    qtbot.waitUntil(lambda: studio.recovery.question is not None, timeout=5000)
    answer(studio, "Throw away")
    qtbot.waitUntil(lambda: not find_recoverable(), timeout=5000)
    assert studio.store.project == Project()
    assert studio.window.findChild(QMessageBox, "problemMessage") is None


def test_several_documents_come_back_in_windows_of_their_own(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    for name in ("flowers", "trees"):
        kill_after_edit(tmp_path / f"{name}.kstudio")
    wanted: list[Callable[[Studio], object]] = []
    studio.window_requested.connect(wanted.append)
    studio.recovery.look()
    qtbot.waitUntil(lambda: studio.recovery.question is not None, timeout=5000)
    assert studio.recovery.question is not None
    assert studio.recovery.question.list.count() == 2
    answer(studio, "Recover")
    qtbot.waitUntil(lambda: studio.store.path is not None, timeout=5000)
    assert studio.store.path == tmp_path / "trees.kstudio", "the newest is shown here"
    assert len(wanted) == 1
    studio.store.mark_saved(studio.store.project, tmp_path / "trees.kstudio")
    wanted[0](studio)  # as the other window would
    qtbot.waitUntil(lambda: studio.documents.name == "flowers", timeout=5000)
    qtbot.waitUntil(lambda: not find_recoverable(), timeout=5000)
    studio.store.mark_saved(studio.store.project, tmp_path / "flowers.kstudio")


def test_the_journal_follows_edits_undo_and_saving(
    qtbot: QtBot, digits: Project, tmp_path: Path
) -> None:
    store = DocumentStore(digits)
    autosave = Autosave(store)
    node = next(iter(digits.graph.nodes))
    store.apply(move_nodes(digits, {node: (9.0, 9.0)}), "Move")
    qtbot.waitUntil(autosave.file.exists, timeout=5000)

    def kept() -> History:
        return Recovery(autosave.file, None, 0.0).read()

    assert kept() == store.history()
    store.mark_saved(store.project, tmp_path / "a.kstudio")
    qtbot.waitUntil(lambda: kept().saved, timeout=5000)
    store.undo_stack.undo()
    qtbot.waitUntil(lambda: kept().done == 0, timeout=5000)
    assert kept() == store.history()
    store.replace_document(digits)
    qtbot.waitUntil(lambda: not autosave.file.exists(), timeout=5000)
    autosave.close()
    assert not autosave.file.exists()
