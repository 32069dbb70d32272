"""The program's composition root: it alone constructs things and connects them."""

from __future__ import annotations

import gc
import linecache
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from kerasstudio.graph.blocks import opened_by
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.linked_layers import linked_layers
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.runtime import protocol as p
from kerasstudio.ui import theme
from kerasstudio.ui.announcer import Announcer
from kerasstudio.ui.block_shelf import BlockShelf
from kerasstudio.ui.block_shelf_actions import BlockShelfActions
from kerasstudio.ui.code_trust import CodeTrust
from kerasstudio.ui.commands import Commands
from kerasstudio.ui.dialogs.messages import problem_message
from kerasstudio.ui.documents import Documents
from kerasstudio.ui.help.help_desk import HelpDesk
from kerasstudio.ui.idle_steps import IdleSteps
from kerasstudio.ui.importing import Importing, is_project
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.logs import LogSignal
from kerasstudio.ui.main_window import MainWindow, model_page, widen_left
from kerasstudio.ui.recovery import Autosave, RecoveryOffer
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.settings import Settings, data_folder
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.text_size import change_text_scale, wanted_scale
from kerasstudio.ui.training_changes import TrainingChanges
from kerasstudio.ui.upgrade_notice import UpgradeNotice
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.workers import WorkerPool

if TYPE_CHECKING:
    from kerasstudio.ui.code.code_places import CodePlaces
    from kerasstudio.ui.exporting import ExportFlow
    from kerasstudio.ui.run_views import RunViews

FREEZE_MS = 1500
# Imported in another thread before they are first wanted, in this order.
CHECKS = ("kerasstudio.graph.preflight", "kerasstudio.graph.structure")
CHARTS = ("kerasstudio.ui.charts.charts_panel", "kerasstudio.ui.run_views")
PAGES = (
    "kerasstudio.ui.data.data_page",
    "kerasstudio.ui.train.train_page",
    "kerasstudio.ui.results.results_page",
    "kerasstudio.ui.results_wiring",
    "kerasstudio.ui.exporting",
    "kerasstudio.graph.layout",
    "kerasstudio.ui.code.code_pane",
    "kerasstudio.ui.code.code_places",
)
# How long, in seconds, a thread that imports may keep the window's from running.
SWITCH_SECONDS = 0.002

log = logging.getLogger("kerasstudio")


class Studio(QObject):
    """One window with everything behind it. `show_*` first, then `begin` after the first paint
    starts what the window does not need to be usable: workers, recovery, pages.

    `window_requested(show)` wants another window, which `show(studio)` fills; `quit_requested`
    the end of all of them; `stays_open` says that the person has answered "Cancel"."""

    window_requested = Signal(object)
    quit_requested = Signal()
    stays_open = Signal()

    def __init__(
        self,
        app: QApplication,
        catalogue: Catalogue,
        settings: Settings | None = None,
        worker_command: Sequence[str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.app, self.catalogue = app, catalogue
        self.settings = settings if settings is not None else Settings(parent=self)
        self.store = DocumentStore(parent=self)
        self.selection = Selection(self)
        self.pool = WorkerPool(worker_command, self.settings.get("keep_spare"), self)
        self.trust = CodeTrust(self.store, self.pool, self.settings, self)
        self.feed = InspectionFeed(self.store, self.pool.analysis, catalogue, self)
        self.key_map = KeyMap(self.settings, self)
        self.window = MainWindow(self.settings, self.key_map)
        self.announcer = Announcer(self.window, self.window.status, self)
        self.help = HelpDesk(self.window, self.store, self.selection, catalogue, self)
        self.documents = Documents(
            self.window, self.store, self.settings, lambda: self.run_feed.is_running, self
        )
        self.run_feed = RunFeed(self.pool, self.documents.studio, self.documents.base, self)
        self.changes = TrainingChanges(self.store, self.run_feed, self)
        self.warm = WarmStart(self.store, self.feed, self.documents.weights, self)
        self.importing = Importing(
            self.window,
            self.store,
            self.pool,
            self.documents.open,
            self._use_data,
            lambda project, name: self.documents.new(project, name, saved=False),
            self,
        )
        self.upgrades = UpgradeNotice(self.window, self._log_upgrade, self)
        self.autosave = Autosave(self.store, self)
        self.recovery = RecoveryOffer(self.window, self.documents, self)
        self.log_signal = LogSignal(self)
        self.run_views: RunViews | None = None
        self._exports: ExportFlow | None = None
        self._code_places: CodePlaces | None = None
        self._imports = Tasks(self)
        self.idle = IdleSteps(self)
        self._closing: list[Callable[[], object]] = []
        self._begun = False
        self._wanted: Path | None = None  # what the window was opened for
        self._freeze_timer = QTimer(self)
        self._freeze_timer.setSingleShot(True)
        self._freeze_timer.setInterval(FREEZE_MS)
        self._freeze_timer.timeout.connect(_freeze)
        self._closed = False
        self._add_pages()
        self._add_panels()
        self.commands = Commands(self)
        self._connect()

    # ------------------------------------------------------------------ life

    def show_start(self) -> None:
        self.window.show_page("start").setFocus()
        self.window.show()

    def show_template(self, template: str) -> None:
        """Raises `StudioError` when there is no such template."""
        from kerasstudio.graph.templates import project_from

        name = "untitled" if template == "blank" else template
        self.documents.new(project_from(template), name)
        self.window.show_page("model")
        self.canvas.setFocus()
        self.window.show()

    def show_file(self, path: Path) -> None:
        """Open a project at once; a model or data as soon as the window is there. Raises
        `StudioError` when a project cannot be opened; nothing is shown then."""
        if is_project(path):
            self.documents.open_now(path)
            self.window.show_page("model")
            self.canvas.setFocus()
            self.window.show()
        else:
            self._wanted = path
            self.show_template("blank")

    def begin(self) -> None:
        """After the first paint."""
        if self._begun:
            return
        self._begun = True
        _forget_sources()
        gc.freeze()  # nearly all of it is modules: not worth a collection now
        sys.setswitchinterval(SWITCH_SECONDS)
        self.window.top_bar.refresh_icons()
        self.pool.start()
        self.window.status.light.watch(self.pool.analysis)
        self.run_feed.read_runs()
        self.recovery.look()
        self.app.styleHints().colorSchemeChanged.connect(self._theme_again)
        self.idle.add(self.window.actions_set.refresh_icons, partial(self._make_page, "model"))
        self._import(CHECKS, self.feed.refresh)
        self._import(CHARTS, self.window.panel.begin)
        self._import(PAGES, self._make_pages)
        if self._wanted is not None:
            self.importing.open_paths([self._wanted])

    def _import(self, names: tuple[str, ...], then: Callable[[], object]) -> None:
        """Import in another thread: some modules take long, and the window stays alive."""

        def work() -> None:
            for name in names:
                import_module(name)

        self._imports.run(work, lambda _none: self.idle.add(then))

    def _make_pages(self) -> None:
        """Before they are wanted, one at a time."""
        if self.settings.get("code_beside"):
            self.idle.add(self.code_places)
        for name in ("data", "train", "results"):
            self.idle.add(partial(self._make_page, name))
        self.idle.add(lambda: self.train_page.prepare(), self._freeze_soon)

    def close(self) -> None:
        """End processes and threads; the window is gone afterwards."""
        if self._closed:
            return
        self._closed = True
        self.idle.clear()
        # Qt empties the stack when it is deleted; nobody is left to hear of that.
        self.store.undo_stack.blockSignals(True)
        self._imports.wait()
        for end in self._closing:
            end()
        self.importing.cancel()
        self.warm.close()
        self.feed.close()
        self.changes.close()
        self.pool.close()
        self.run_feed.close()
        if self._exports is not None:
            self._exports.close()
        if self.run_views is not None:
            self.run_views.close()
        if self._code_places is not None:
            self._code_places.remember_width()
            self.code_feed.close()
        self.recovery.close()
        self.autosave.close()
        self.documents.close()

    # ------------------------------------------------------------------ composition

    def _add_pages(self) -> None:
        self.window.add_page("start", self._start_page)
        self.window.add_page("data", self._data_page)
        self.window.add_page("model", self._model_page)
        self.window.add_page("train", self._train_page)
        self.window.add_page("results", self._results_page)

    def _start_page(self) -> QWidget:
        from kerasstudio.graph.templates import project_from
        from kerasstudio.ui.start.start_page import StartPage

        page = StartPage(self.catalogue)
        page.template_chosen.connect(
            lambda key: self.documents.new(project_from(key), "untitled" if key == "blank" else key)
        )
        page.open_chosen.connect(lambda: self.commands.choose_open())
        page.import_chosen.connect(lambda: self.commands.choose_import())
        page.recent_chosen.connect(self.documents.open)
        page.show_recent(self.settings.recent())
        self.settings.setting_changed.connect(
            lambda key: page.show_recent(self.settings.recent()) if key == "recent" else None
        )
        return page

    def _model_page(self) -> QWidget:
        from kerasstudio.ui.canvas.canvas import Canvas
        from kerasstudio.ui.inspector.inspector import Inspector
        from kerasstudio.ui.model_wiring import wire_model_page
        from kerasstudio.ui.palette.palette import Palette
        from kerasstudio.ui.side_panel import SidePanel

        self.canvas = Canvas(
            self.store,
            self.selection,
            self.feed,
            self.catalogue,
            key_map=self.key_map,
            suppose=self.feed.suppose,
        )
        self.palette = Palette(self.catalogue)
        self.inspector = Inspector(
            self.store,
            self.selection,
            self.feed,
            self.catalogue,
            self.warm,
            changes=self.changes,
            trust=self.trust,
        )
        self.canvas.show_starts(self.warm.starts, self.warm.starts)
        self.warm.starts_changed.connect(
            lambda layers: self.canvas.show_starts(self.warm.starts, layers)
        )
        self._fill_shelf()
        self.palette.layer_chosen.connect(self.canvas.add_layer)
        self.palette.ghost_zoom = lambda: self.canvas.zoom
        wire_model_page(self)
        self.importing.reading_changed.connect(self.canvas.empty.show_task)
        self.canvas.inspect_requested.connect(lambda _node: self.inspector.focus_first_argument())
        self.canvas.layer_placed.connect(
            lambda _node: self.inspector.focus_first_argument(or_name=False)
        )
        self.inspector.layers.block.open_chosen.connect(self.canvas.blocks.open)
        self.inspector.layers.block.independent_chosen.connect(self.canvas.blocks.untie)
        self.canvas.motion = self.settings.get("motion")
        self.canvas.view.snaps_to_grid = self.settings.get("snap_to_grid")
        self.documents.prepare = self.canvas.loading.prepare
        self._closing.append(self.canvas.close_threads)
        self.canvas.view.wire_selected.connect(self.commands.refresh)
        self.window.actions_set.attach_canvas(self.canvas.actions_set)
        self.canvas.announced.connect(self.announcer.say)
        self.side_panel = SidePanel(self.palette, self._outline)
        self.model_split = page = QSplitter()
        self.side_panel.tab_shown.connect(lambda tab: widen_left(page, tab))
        return model_page(self.side_panel, self.canvas, self.inspector, page)

    def _fill_shelf(self) -> None:
        """The person's saved blocks: in the list of layers, in the search, and to be saved."""
        self.shelf = BlockShelf(data_folder() / "blocks", self)
        actions = BlockShelfActions(
            self.shelf, self.window, self.catalogue, self.show_problem, self.say
        )

        def show() -> None:
            catalogue = self.shelf.catalogue(self.catalogue)
            self.palette.set_catalogue(catalogue)
            self.canvas.set_catalogue(catalogue)

        self.shelf.changed.connect(show)
        if self.shelf.kinds:
            show()
        self.palette.block_menu_wanted.connect(actions.show_menu)
        self.palette.block_renamed.connect(actions.ask_rename)
        self.palette.block_deleted.connect(actions.ask_delete)
        self.canvas.blocks.save_wanted.connect(
            lambda nodes: actions.ask_save(
                self.store.project, nodes, self.selection.graph, self.feed.inspection
            )
        )

    def _outline(self) -> QWidget:
        from kerasstudio.ui.outline.outline import Outline
        from kerasstudio.ui.outline.outline_model import OutlineModel

        model = OutlineModel(self.store, self.feed, self.catalogue)
        outline = Outline(model, self.selection, self.canvas)
        outline.refused.connect(lambda problem: self.say(problem.message))
        return outline

    def _data_page(self) -> QWidget:
        from kerasstudio.ui.data.data_page import DataPage

        self.data_page = DataPage(
            self.store, self.feed, self.pool.analysis, self.catalogue, self.window.pages
        )
        self.data_page.train_page_requested.connect(lambda: self.window.show_page("train"))
        return self.data_page

    def _train_page(self) -> QWidget:
        from kerasstudio.ui.train.train_page import TrainPage

        start, parent = self.commands.train, self.window.pages
        self.train_page = TrainPage(
            self.store, self.feed, self.run_feed, self.catalogue, self.warm, start, parent
        )
        return self.train_page

    def _results_page(self) -> QWidget:
        from kerasstudio.ui.charts.colors import chart_colors, matrix_colors
        from kerasstudio.ui.results.results_page import ResultsPage
        from kerasstudio.ui.results_wiring import ResultsWiring

        page = ResultsPage(chart_colors(), matrix_colors(), self.say, self.window.pages)
        worker, base = self.pool.analysis, self.documents.base
        ResultsWiring(page, self.store, worker, base, self.exports(), self.say, self.show_problem)
        page.start_chosen.connect(self.commands.start_from)
        self.window.panel.widget("charts")
        if self.run_views is not None:
            self.run_views.set_results_page(page)
        return page

    @property
    def has_wire_selected(self) -> bool:
        made = self.window.has_page("model")
        return made and self.canvas.view.emphasis.selected_wire is not None

    def selection_conditions(self) -> list[tuple[str, bool]]:
        """Whether a block or a linked node is selected, and whether a block is shown."""
        project, shown = self.store.project, self.selection.graph
        graph = project.graphs.get(shown, project.graph)
        layers = {graph.nodes[node].layer for node in self.selection.nodes if node in graph.nodes}
        return [
            ("has_block", any(opened_by(project, project.layers[key]) for key in layers)),
            ("has_linked", not layers.isdisjoint(linked_layers(project)) if layers else False),
            ("in_block", shown != project.root),
        ]

    def exports(self) -> ExportFlow:
        """Exports from any page, one at a time."""
        if self._exports is None:
            from kerasstudio.ui.exporting import ExportFlow

            self._exports = ExportFlow(
                self.pool,
                self.window,
                lambda: self.store.project,
                self.documents.base,
                lambda: self.documents.name,
                lambda: self.feed.inspection,
                self.documents.weights,
            )
        return self._exports

    def _add_panels(self) -> None:
        panel = self.window.panel
        panel.add("charts", "Live charts", self._charts_panel)
        panel.add("problems", "Problems", self._problems_panel)
        panel.add("code", "Code", self._code_tab)
        panel.add("history", "Undo list", self._undo_panel)
        panel.add("log", "Log", self._log_panel)

    def _charts_panel(self) -> QWidget:
        from kerasstudio.ui.charts.charts_panel import ChartsPanel
        from kerasstudio.ui.charts.colors import chart_colors
        from kerasstudio.ui.run_views import RunViews

        charts = ChartsPanel(chart_colors(), self.say)
        self.run_views = RunViews(self.run_feed, charts)
        self.run_views.show_runs()
        return charts

    def _problems_panel(self) -> QWidget:
        from kerasstudio.ui.problems.problems_panel import ProblemsPanel

        panel = ProblemsPanel(self.store, self.selection, self.feed)
        panel.fix_chosen.connect(self.apply_fix)
        panel.fix_previewed.connect(self._preview_fix)
        panel.place_shown.connect(lambda: self.window.show_page("model"))
        panel.argument_chosen.connect(lambda name: self.inspector.focus_argument(name))
        return panel

    def _code_tab(self) -> QWidget:
        return self.code_places().tab

    def code_places(self) -> CodePlaces:
        """The Code pane and where it is; made when it is first wanted."""
        if self._code_places is None:
            from kerasstudio.ui.code.code_feed import CodeFeed
            from kerasstudio.ui.code.code_pane import CodePane
            from kerasstudio.ui.code.code_places import CodePlaces

            self.window.page_widget("model")
            self.code_feed = CodeFeed(self.store, self.feed, self.catalogue, self)
            self.code_feed.training = self.settings.get("code_training")
            pane = CodePane(self.store, self.selection, self.code_feed)
            pane.export_requested.connect(lambda: self.commands.export())
            pane.problem_chosen.connect(self._show_code_problem)
            self._code_places = CodePlaces(self.settings, pane, self.model_split, self)
            self._code_places.moved.connect(self._code_moved)
            self.window.panel.set_tab_visible("code", not self._code_places.beside)
        return self._code_places

    def _code_moved(self, beside: bool) -> None:
        self.window.panel.set_tab_visible("code", not beside)
        self.show_code()

    def show_code(self) -> None:
        """Bring the code to the front, wherever it is."""
        places = self.code_places()
        if places.beside:
            self.window.show_page("model")
        else:
            self.window.show_panel("code")
        places.pane.view.setFocus()

    def _show_code_problem(self, problem: Problem) -> None:
        self.window.show_page("model")
        place = problem.place
        graph = place.graph if place.graph in self.store.project.graphs else None
        if graph is not None:
            self.selection.show_graph(graph)
        shown = self.store.project.graphs[self.selection.graph].nodes
        nodes = [
            key for key, node in shown.items() if key == place.node or node.layer == place.layer
        ]
        if nodes:
            self.selection.reveal(nodes[0])

    def _undo_panel(self) -> QWidget:
        from kerasstudio.ui.undo_panel import UndoPanel

        return UndoPanel(self.store.undo_stack)

    def _log_panel(self) -> QWidget:
        return self.commands.log_panel

    def _make_page(self, name: str) -> None:
        self.window.page_widget(name)

    # ------------------------------------------------------------------ connections

    def _connect(self) -> None:
        window, pool = self.window, self.pool
        window.top_bar.page_chosen.connect(window.show_page)
        window.close_wanted.connect(self.commands.close_window)
        self.documents.kept_open.connect(self.stays_open)
        self.recovery.window_requested.connect(self.window_requested)
        window.actions_set.refused.connect(self.say)
        window.escaped.connect(self._to_the_drawing)
        self.store.edited.connect(self.announcer.edited)
        window.files_dropped.connect(self.importing.open_paths)
        window.status.problems_chosen.connect(lambda: window.show_panel("problems"))
        for source in (self.documents, self.autosave, self.recovery, self.importing, self.warm):
            source.failed.connect(self.show_problem)
        self.documents.saved.connect(lambda path: self.say(f"saved {path.name}"))
        self.documents.opened.connect(self._document_opened)
        self.documents.title_changed.connect(self.show_title)
        self.importing.progressed.connect(self.say)
        self.warm.progressed.connect(self.say)
        self.warm.file_wanted.connect(
            lambda path: self.importing.take_weights(path, self.documents.weights())
        )
        self.importing.weights_taken.connect(self.warm.use_taken)
        self.importing.reading_changed.connect(window.status.show_task)
        self.importing.noted.connect(self._import_noted)
        window.status.cancel_chosen.connect(self.importing.cancel)
        self.importing.upgraded.connect(self.upgrades.expect)
        self.run_feed.start_failed.connect(self.show_problem)
        self.run_feed.run_changed.connect(self._run_changed)
        self.run_feed.points_received.connect(lambda view, _points: window.status.show_run(view))
        self.feed.problems_changed.connect(self._problems_changed)
        pool.analysis_died.connect(self._analysis_died)
        pool.analysis.report_received.connect(self._analysis_report)
        self.settings.setting_changed.connect(self._setting_changed)
        self.log_signal.logged.connect(
            lambda text, level: self.commands.log(text, level, "program")
        )
        self.show_title()

    def apply_fix(self, fix: Fix) -> None:
        """Mend in one undo step."""
        try:
            project = apply_fix(self.store.project, fix, self.catalogue)
        except StudioError as error:
            self.show_problem(error.problem)
            return
        self.store.apply(project, fix.label[:1].upper() + fix.label[1:])

    def _preview_fix(self, fix: Fix | None) -> None:
        if self.window.has_page("model"):
            self.canvas.preview_fix(fix)

    def say(self, text: str) -> None:
        self.announcer.say(text)

    def show_problem(self, problem: Problem) -> None:
        log.warning("%s", problem.message)
        problem_message(self.window, problem)

    def show_title(self) -> None:
        name, edited = self.documents.name, not self.store.is_clean
        path = self.store.path
        tip = str(path) if path is not None else "not saved yet"
        self.window.top_bar.show_document(name, edited, tip)
        self.window.setWindowTitle(f"{name}[*] – KerasStudio")
        self.window.setWindowModified(edited)

    def _log_upgrade(self, text: str, level: str) -> None:
        self.commands.log(text, level, "upgrade")

    def _document_opened(self) -> None:
        self.upgrades.document_shown(self.store.project)
        self.selection.show_graph(self.store.project.root)
        self.selection.clear()
        self.run_feed.forget_current()
        self.window.status.show_run(self.run_feed.current)
        self._problems_changed()
        if self._begun:
            self.run_feed.read_runs()
            if self.window.page in ("start", ""):
                self.window.show_page("model")
                self.canvas.setFocus()  # Tab, F and the other keys of its hint work at once
        self._freeze_soon()

    def _to_the_drawing(self) -> None:
        """Esc leads back from the panels of the Model page."""
        if self.window.page == "model":
            self.canvas.setFocus()

    def _freeze_soon(self) -> None:
        self._freeze_timer.start()

    def _use_data(self, paths: list[str]) -> None:
        self.window.show_page("data")
        self.data_page.open_files(paths)

    def _import_noted(self, name: str, notes: list[str]) -> None:
        for note in notes:
            self.commands.log(f"{name}: {note}", "info", "import")
        more = f", and {len(notes) - 1} more in the log" if len(notes) > 1 else ""
        self.say(f"{name}: {notes[0]}{more}")

    def _problems_changed(self) -> None:
        count, errors = len(self.feed.problems), self.feed.errors
        self.window.panel.show_count(count, errors > 0)
        known = bool(self.store.project.graph.nodes)
        self.window.status.show_problems(errors, count - errors, known)
        self.commands.refresh()

    def _run_changed(self, view: RunView) -> None:
        self.window.status.show_run(view)
        self.window.top_bar.show_running(view.status, not view.ended)
        self.commands.refresh()
        if view.ended:
            self.commands.run_ended(view)
            self.documents.move_runs(self.run_feed.read_runs)

    def _analysis_died(self, reason: str) -> None:
        refused = self.pool.analysis.refused
        text = refused or f"The worker {reason}. A new one starts; the drawing is untouched."
        self.window.status.say(text, "warning")
        self.commands.log(text, "warning", "worker")

    def _analysis_report(self, report: p.Report) -> None:
        if isinstance(report, p.LogLine):
            self.commands.log(report.text, report.level, "analysis")
        elif isinstance(report, p.Failed):
            self.commands.log(report.problem.message, "error", "analysis")
        elif isinstance(report, p.Trusting):
            self.feed.refresh()  # the same drawing may be other layers now
            for problem in report.problems:
                self.show_problem(problem)

    def _setting_changed(self, key: str) -> None:
        if key == "theme":
            self._theme_again()
        elif key == "text_size":
            choice = self.settings.get("text_size")
            change_text_scale(self.app, wanted_scale(choice, theme.system_scale()))
        elif key == "motion" and self.window.has_page("model"):
            self.canvas.motion = self.settings.get("motion")
        elif key == "snap_to_grid" and self.window.has_page("model"):
            self.canvas.view.snaps_to_grid = self.settings.get("snap_to_grid")

    def _theme_again(self, _scheme: object = None) -> None:
        theme.change_theme(self.app, self.settings.get("theme"))


def _freeze() -> None:
    """Take what is loaded out of the garbage collector's sight: a full collection in the middle
    of a pan costs a frame otherwise. What was taken out stays out: documents are values without
    cycles, and go without the collector."""
    _forget_sources()
    gc.collect()
    gc.freeze()


def _forget_sources() -> None:
    """PySide6 reads the source of every module that is imported, to see whether it uses PySide6,
    and Python keeps what was read for tracebacks: 18 MB."""
    linecache.clearcache()
