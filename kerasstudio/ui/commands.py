"""What the actions do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox

from kerasstudio import __version__
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Project
from kerasstudio.ui.importing import FILTER, OPEN_FILTER
from kerasstudio.ui.log_panel import LogPanel
from kerasstudio.ui.run_feed import RunView
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.app import Studio
    from kerasstudio.ui.inspector.argument_clipboard import ArgumentClipboard
    from kerasstudio.ui.palette.command_search import Entry

RECENT = 8


class Commands:
    """Connects every action to what it does, and enables those that can be done now."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.actions = studio.window.actions_set
        self.log_panel = LogPanel(studio.window)
        self.log_panel.hide()  # until its tab is shown
        self._recent: list[str] = []
        self._wire()
        self.refresh()

    def log(self, text: str, level: str = "info", source: str = "") -> None:
        self.log_panel.add(text, level, source)

    # ------------------------------------------------------------------ what can be done

    def refresh(self) -> None:
        studio = self._studio
        running, nodes = studio.run_feed.is_running, bool(studio.store.project.graph.nodes)
        view = studio.run_feed.current
        stack, chosen = studio.store.undo_stack, len(studio.selection.nodes)
        drawing = studio.store.project.graphs.get(studio.selection.graph, Graph(id=""))
        for name, on in (
            ("can_undo", stack.canUndo()),
            ("can_redo", stack.canRedo()),
            ("has_model", nodes),
            ("has_selection", chosen > 0),
            ("has_items", studio.selection.has_items),
            ("has_several", chosen + len(studio.selection.decorations) > 1),
            ("has_frame", not studio.selection.decorations.isdisjoint(drawing.frames)),
            ("has_pair", chosen > 1),
            *studio.selection_conditions(),
            (
                "has_selection_or_wire",
                bool(studio.selection.has_items or studio.selection.dots)
                or studio.has_wire_selected,
            ),
            ("has_problems", bool(studio.feed.problems)),
            ("can_train", nodes and not running),
            ("is_training", running),
            ("has_trained", not running and view is not None and view.record.epochs_done > 0),
            ("can_measure", nodes and not running and not studio.warm.start.is_fresh),
            ("starts_warm", not studio.warm.start.is_fresh),
            ("can_continue", not running and view is not None and view.can_continue),
        ):
            self.actions.set_condition(name, on)
        self.actions.set_text("edit.undo", f"Undo {stack.undoText()}".strip())
        self.actions.set_text("edit.redo", f"Redo {stack.redoText()}".strip())

    # ------------------------------------------------------------------ files

    def new(self) -> None:
        flow = self._studio.settings.get("flow")
        self._studio.documents.new(Project(flow=flow))

    def choose_open(self) -> None:
        """A project or a model: its content tells which."""
        self._studio.documents.choose(
            lambda path: self._studio.importing.open_paths([path]), OPEN_FILTER
        )

    def choose_import(self) -> None:
        dialog = QFileDialog(self._studio.window, "Import a model or data", "", FILTER)
        dialog.setObjectName("fileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(
            lambda paths: self._studio.importing.open_paths([Path(each) for each in paths])
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self) -> None:
        """The newest run with results, or the model with new weights."""
        from kerasstudio.ui.dialogs.export_dialog import ExportDialog

        studio = self._studio
        good = [view.record for view in studio.run_feed.runs if view.record.ended_well]
        self._open(ExportDialog(studio.exports(), good[-1] if good else None, studio.window))

    def export_picture(self) -> None:
        """The drawing for a paper or a slide."""
        from kerasstudio.ui.dialogs.picture_dialog import PictureDialog

        studio = self._studio
        studio.window.show_page("model")
        dialog = PictureDialog(
            studio.canvas.model,
            studio.store.project,
            studio.selection.nodes,
            studio.documents.name,
            studio.window,
        )
        dialog.written.connect(lambda path: studio.say(f"wrote {path.name}"))
        dialog.failed.connect(studio.show_problem)
        self._open(dialog)

    def settings(self, page: str = "general") -> None:
        from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog

        studio = self._studio
        dialog = SettingsDialog(studio.settings, studio.key_map, studio.window)
        dialog.failed.connect(studio.show_problem)
        dialog.show_page(page)
        self._open(dialog)

    def new_window(self) -> None:
        """Another window with a blank model."""
        self._studio.window_requested.emit(lambda studio: studio.show_template("blank"))

    def open_window(self, path: Path) -> None:
        """Another window with what a file holds."""

        def show(studio: Studio) -> None:
            studio.show_template("blank")
            studio.importing.open_paths([path])

        self._studio.window_requested.emit(show)

    def close_window(self) -> None:
        """Close the window, after asking about unsaved edits and a run that goes on."""
        studio = self._studio
        if studio.run_feed.is_running and studio.store.is_clean:
            box = QMessageBox(studio.window)
            box.setObjectName("runningQuestion")
            box.setIcon(QMessageBox.Icon.Question)
            box.setWindowTitle("A run is going on")
            box.setText("Stop the run and close the window?")
            box.setInformativeText("Its curves and its last checkpoint are kept.")
            stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
            box.addButton(QMessageBox.StandardButton.Cancel)

            def finished(_result: int) -> None:
                if box.clickedButton() is stop:
                    studio.window.close_now()
                else:
                    studio.stays_open.emit()
                box.deleteLater()

            box.finished.connect(finished)
            box.open()
            return
        studio.documents.ask_unsaved(studio.window.close_now)

    def _arguments(self) -> ArgumentClipboard:
        """Made when first wanted: it needs what the inspector is made of."""
        from kerasstudio.ui.inspector.argument_clipboard import ArgumentClipboard

        studio = self._studio
        return ArgumentClipboard(studio.store, studio.selection, studio.catalogue, studio.say)

    # ------------------------------------------------------------------ view

    def toggle_theme(self) -> None:
        self._studio.settings.set("theme", "light" if tokens().dark else "dark")

    def toggle_panel(self) -> None:
        self._studio.window.toggle_panel()
        self._show_checks()

    def turn_flow(self) -> None:
        """Change the direction and lay the nodes out anew, as one undo step."""
        from kerasstudio.graph.edits import move_nodes
        from kerasstudio.graph.layout import layout

        store = self._studio.store
        project = store.project
        turned = msgspec.structs.replace(
            project, flow="down" if project.flow == "right" else "right"
        )
        for graph in project.graphs:
            turned = move_nodes(turned, layout(turned, graph), graph)
        store.apply(turned, "Turn the flow direction")

    def show_layers(self) -> None:
        """The list of layers, ready to be searched."""
        studio = self._studio
        studio.window.show_page("model")
        studio.side_panel.show_tab("layers")
        studio.palette.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_outline(self) -> None:
        studio = self._studio
        studio.window.show_page("model")
        outline = studio.side_panel.show_tab("outline")
        outline.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_problem(self) -> None:
        panel = self._studio.window.panel.widget("problems")
        panel.show_next()  # type: ignore[attr-defined]

    def palette(self) -> None:
        from kerasstudio.ui.dialogs.command_palette import CommandPalette

        CommandPalette(self._palette_entries, self._studio.window, self._chose).show_centered()

    def _palette_entries(self) -> list[Entry]:
        """What was chosen last comes first."""
        from kerasstudio.ui.palette_entries import entries

        found = entries(self._studio)
        last = {key: place for place, key in enumerate(self._recent)}
        return sorted(found, key=lambda entry: last.get(entry.key, len(last)))

    def _chose(self, key: str) -> None:
        self._recent = [key, *(each for each in self._recent if each != key)][:RECENT]

    def show_problem_place(self, problem: Problem) -> None:
        panel: Any = self._studio.window.show_panel("problems")
        panel.show_place(problem)

    def keys(self) -> None:
        from kerasstudio.ui.dialogs.cheat_sheet import CheatSheet

        studio = self._studio
        studio.window.page_widget("model")  # the gestures are those of the canvas
        sheet = CheatSheet(self.actions, studio.window, studio.canvas.view.mouse.offers)
        sheet.change_wanted.connect(lambda: self.settings("keys"))
        self._open(sheet)

    def help_on_layer(self) -> None:
        self._studio.help.toggle()

    def about(self) -> None:
        from kerasstudio.ui.dialogs.messages import about_message

        ready = self._studio.pool.analysis.ready
        lines = [f"Layers of Keras {self._studio.catalogue.keras_version}"]
        if ready is not None:
            lines.append(f"Worker: Keras {ready.keras}, TensorFlow {ready.tensorflow}")
            lines.append(f"Device: {ready.device}")
        about_message(self._studio.window, __version__, lines)

    # ------------------------------------------------------------------ training

    def train(self) -> None:
        self._run(self._studio.store.project)

    def _run(self, project: Project) -> None:
        """Start a run of the open project, with other settings perhaps, unless it has errors."""
        studio = self._studio
        studio.feed.check()
        if studio.feed.errors:
            studio.window.show_panel("problems")
            count = studio.feed.errors
            words = "an error" if count == 1 else f"{count} errors"
            studio.window.status.say(f"The model has {words}: mend it first.", "error")
            return
        if studio.run_feed.start(project):
            studio.window.show_panel("charts")
            studio.window.top_bar.show_running("preparing", True)
            self.refresh()

    def measure(self) -> None:
        """Evaluate the weights that training would start from, as a run of no epochs."""
        from kerasstudio.graph.edits import set_training

        self._run(set_training(self._studio.store.project, epochs=0))

    def pause(self) -> None:
        view = self._studio.run_feed.current
        if view is not None and view.status == "paused":
            self._studio.run_feed.resume()
        else:
            self._studio.run_feed.pause()

    def stop(self) -> None:
        self._studio.run_feed.stop()

    def continue_run(self) -> None:
        view = self._studio.run_feed.current
        if view is not None:
            self._studio.run_feed.resume_run(view.key)
            self._studio.window.show_panel("charts")

    def start_from(self, folder: str | None = None) -> None:
        """Let the next training start from the weights of a run (the current one), and show the
        page where that is seen and can be changed."""
        view = self._studio.run_feed.current
        folder = folder or (view.key if view is not None else None)
        if folder is not None:
            self._studio.warm.use_run(folder)
            self._studio.window.show_page("train")

    def start_from_file(self) -> None:
        """Choose a file whose weights training starts from, on the page where that is seen."""
        from kerasstudio.ui.dialogs.weights_dialog import choose_weights

        def chosen(path: Path) -> None:
            self._studio.warm.use_file(path)
            self._studio.window.show_page("train")

        choose_weights(self._studio.window, chosen)

    def run_ended(self, view: RunView) -> None:
        """Say how it ended; offer to go on where that is possible."""
        level = {"finished": "info", "stopped": "info"}.get(view.status, "error")
        tone = "muted" if level == "info" else "error"
        self.log(f"run {view.number} {view.status}: {view.reason}", level, "run")
        more = " Train > Continue from last checkpoint goes on." if view.can_continue else ""
        self._studio.window.status.say(f"{view.reason}{more}", tone)  # type: ignore[arg-type]
        for problem in view.problems:
            if view.status in ("refused", "failed"):
                self._studio.show_problem(problem)
                break

    # ------------------------------------------------------------------ wiring

    def _wire(self) -> None:
        studio, window = self._studio, self._studio.window
        settings = studio.settings
        documents, stack = studio.documents, studio.store.undo_stack
        does: dict[str, Callable[[], object]] = {
            "file.new": self.new,
            "file.open": self.choose_open,
            "file.start": lambda: window.go_to_page("start"),
            "file.save": documents.save,
            "file.save_as": documents.save_as,
            "file.import": self.choose_import,
            "file.export": self.export,
            "file.picture": self.export_picture,
            "file.settings": self.settings,
            "file.new_window": self.new_window,
            "file.open_window": lambda: documents.choose(self.open_window, OPEN_FILTER),
            "file.close_window": self.close_window,
            "file.quit": self._studio.quit_requested.emit,
            "edit.undo": stack.undo,
            "edit.redo": stack.redo,
            "edit.history": lambda: window.show_panel("history"),
            "edit.copy_arguments": lambda: self._arguments().copy(),
            "edit.paste_arguments": lambda: self._arguments().paste(),
            "edit.reset_arguments": lambda: self._arguments().reset(),
            "view.data": lambda: window.go_to_page("data"),
            "view.model": lambda: window.go_to_page("model"),
            "view.train": lambda: window.go_to_page("train"),
            "view.results": lambda: window.go_to_page("results"),
            "view.layers": self.show_layers,
            "view.outline": self.show_outline,
            "view.next_pane": lambda: window.move_focus(1),
            "view.previous_pane": lambda: window.move_focus(-1),
            "view.problems": lambda: window.show_panel("problems"),
            "view.charts": lambda: window.show_panel("charts"),
            "view.code": studio.show_code,
            "view.code_place": lambda: studio.code_places().turn(),
            "view.log": lambda: window.show_panel("log"),
            "view.bottom": self.toggle_panel,
            "view.theme": self.toggle_theme,
            "model.flow": self.turn_flow,
            "arrange.snap": lambda: settings.set("snap_to_grid", not settings.get("snap_to_grid")),
            "model.check": studio.feed.refresh,
            "model.next_problem": self.next_problem,
            "train.start": self.train,
            "train.pause": self.pause,
            "train.stop": self.stop,
            "train.stop_epoch": lambda: studio.run_feed.stop("epoch"),
            "train.continue": self.continue_run,
            "train.measure": self.measure,
            "train.start_from": self.start_from,
            "train.start_file": self.start_from_file,
            "train.fresh": studio.warm.use_fresh,
            "help.palette": self.palette,
            "help.keys": self.keys,
            "help.layer": self.help_on_layer,
            "help.about": self.about,
        }
        for key, slot in does.items():
            self.actions.connect(key, slot)
        stack.indexChanged.connect(lambda _index: self.refresh())
        studio.selection.selection_changed.connect(self.refresh)
        studio.selection.graph_changed.connect(self.refresh)
        studio.store.document_replaced.connect(self.refresh)
        studio.run_feed.runs_changed.connect(self.refresh)
        studio.warm.start_changed.connect(self.refresh)
        window.page_shown.connect(lambda _page: self._show_checks())
        settings.setting_changed.connect(lambda _key: self._show_checks())
        recent = self.actions.recent_menu
        if recent is not None:
            recent.aboutToShow.connect(self._fill_recent)

    def _show_checks(self) -> None:
        window = self._studio.window
        for page in ("data", "model", "train", "results"):
            self.actions.action(f"view.{page}").setChecked(window.page == page)
        self.actions.action("view.bottom").setChecked(window.panel_open)
        self.actions.action("arrange.snap").setChecked(self._studio.settings.get("snap_to_grid"))

    def _fill_recent(self) -> None:
        menu = self.actions.recent_menu
        if menu is None:
            return
        menu.clear()
        for path in self._studio.settings.recent():
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(
                lambda _checked=False, chosen=path: self._studio.documents.open(chosen)
            )
        if menu.isEmpty():
            menu.addAction("None yet").setEnabled(False)

    @staticmethod
    def _open(dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
