"""What the person does with My blocks: save, rename, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.names import unique_name
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.saved_blocks import BlockType, block_title, saved_block
from kerasstudio.ui.block_shelf import BlockShelf
from kerasstudio.ui.dialogs.name_dialog import NameDialog


class BlockShelfActions(QObject):
    """`failed` and `say` tell the person; dialogs belong to `window`."""

    def __init__(
        self,
        shelf: BlockShelf,
        window: QWidget,
        catalogue: Catalogue,
        failed: Callable[[Problem], object],
        say: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self._shelf, self._window, self._catalogue = shelf, window, catalogue
        self._failed, self._say = failed, say

    def ask_save(
        self, project: Project, nodes: Sequence[str], graph: str, inspection: Inspection
    ) -> None:
        """Keep a block, or any nodes as one, under a name that the person chooses."""
        drawing = project.graphs[graph]
        first = project.layers[drawing.nodes[nodes[0]].layer]
        name = first.name if len(nodes) == 1 else "block"
        if len(nodes) != 1 or first.graph is None:
            try:
                project, card = edits.group(project, nodes, self._catalogue, graph, inspection)
            except StudioError as refusal:
                self._failed(refusal.problem)
                return
        else:
            card = nodes[0]
        names = {each.casefold() for each in self._shelf.names()}
        self._ask(
            "Save to My blocks",
            "It is then in the list of layers, in all projects, with what is inside and without "
            "weights.",
            unique_name(name, names),
            self._shelf.refusal,
            "Save",
            lambda chosen: self._shelf.save(saved_block(project, card, chosen, graph)),
            "Saved {} to My blocks",
        )

    def ask_rename(self, kind: BlockType) -> None:
        old = block_title(kind)

        def refusal(name: str) -> str:
            return "" if name.casefold() == old.casefold() else self._shelf.refusal(name)

        self._ask(
            f"Rename {old}",
            "Drawings that have it already keep their names.",
            old,
            refusal,
            "Rename",
            lambda chosen: self._shelf.rename(kind, chosen),
            "Renamed it {}",
        )

    def ask_delete(self, kind: BlockType) -> None:
        """After a question: it cannot be undone."""
        name = block_title(kind)
        box = QMessageBox(self._window)
        box.setObjectName("deleteBlock")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Delete a saved block")
        box.setText(f"Delete “{name}” from My blocks?")
        box.setInformativeText("Drawings that have it keep their copies. This cannot be undone.")
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)

        def finished(_result: int) -> None:
            if box.clickedButton() is delete:
                self._do(lambda: self._shelf.delete(kind), f"Deleted {name} from My blocks")
            box.deleteLater()

        box.finished.connect(finished)
        box.open()

    def show_menu(self, kind: BlockType, place: QPoint) -> None:
        """What can be done with a saved block in the list, at a place of the screen."""
        menu = QMenu(self._window)
        if kind.block is not None:
            menu.addAction("Rename…").triggered.connect(lambda: self.ask_rename(kind))
        menu.addAction("Delete…").triggered.connect(lambda: self.ask_delete(kind))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _ask(
        self,
        title: str,
        text: str,
        name: str,
        refusal: Callable[[str], str],
        verb: str,
        take: Callable[[str], object],
        done: str,
    ) -> None:
        dialog = NameDialog(title, text, name, refusal, verb, self._window)
        dialog.named.connect(lambda chosen: self._do(lambda: take(chosen), done.format(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _do(self, work: Callable[[], object], done: str) -> None:
        try:
            work()
        except StudioError as error:
            self._failed(error.problem)
        else:
            self._say(done)
