"""The canvas: the paper with everything that lies on it, and what the actions call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.loops import connected, downstream, upstream
from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.graph.warm_start import LayerStart
from kerasstudio.ui import theme
from kerasstudio.ui.canvas import context_menu, viewpoint
from kerasstudio.ui.canvas.accessible_canvas import CanvasVoice
from kerasstudio.ui.canvas.arranging import Arranging
from kerasstudio.ui.canvas.block_actions import BlockActions
from kerasstudio.ui.canvas.canvas_actions import CanvasActions
from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.clipping import Clipping
from kerasstudio.ui.canvas.decorating import Decorating
from kerasstudio.ui.canvas.editing import CanvasEditor
from kerasstudio.ui.canvas.error_bubble import ErrorBubble
from kerasstudio.ui.canvas.find_bar import FindBar
from kerasstudio.ui.canvas.glide import Glide, Places
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.canvas.join_offer import JoinOffer
from kerasstudio.ui.canvas.joining import Joining
from kerasstudio.ui.canvas.lens import Lens
from kerasstudio.ui.canvas.minimap import Minimap
from kerasstudio.ui.canvas.navigation import Navigation
from kerasstudio.ui.canvas.node_actions import NodeActions
from kerasstudio.ui.canvas.overlays import EmptyText, HintLine, Saying
from kerasstudio.ui.canvas.placing import Placing
from kerasstudio.ui.canvas.rename_editor import RenameEditor
from kerasstudio.ui.canvas.scene_loading import SceneLoading
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.supposing import Ask
from kerasstudio.ui.canvas.wiring_keys import WiringKeys
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.palette.search_popup import SearchPopup
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.widgets.amounts import plural

ZOOM_STEP = 1.25
TITLE_WIDTH = 280.0


class Canvas(QWidget):
    """Shows the graph that the selection shows. The public methods without arguments are what
    menus and keys call. `inspect_requested(node)`: the person wants its arguments."""

    inspect_requested = Signal(str)
    zoom_changed = Signal(float)
    announced = Signal(str)
    layer_placed = Signal(str)

    def __init__(
        self,
        store: DocumentStore,
        selection: Selection,
        feed: InspectionFeed,
        catalogue: Catalogue,
        parent: QWidget | None = None,
        key_map: KeyMap | None = None,
        suppose: Ask | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._selection, self._feed = store, selection, feed
        self.catalogue = catalogue
        self.motion = True
        self.model = SceneModel(catalogue)
        self.loading = SceneLoading(self.model, store, selection, feed, self)
        self.editor = CanvasEditor(store, selection, catalogue, self)
        self.editor.blocks.inspection = lambda: feed.inspection
        self.view = CanvasView(self.model, self.editor, selection, self, suppose)
        self.setFocusProxy(self.view)
        self.minimap = Minimap(self.view, self)
        self.hint = HintLine(self)
        self.empty = EmptyText(self)
        self.lens = Lens(store, feed, self.model, self.loading, self.view, self)
        self.bubble = ErrorBubble(self)
        self.saying = Saying(self)
        self.rename_editor = RenameEditor(self._rename, self)
        self.search = SearchPopup(catalogue, self)
        self.find_bar = FindBar(self.model, self)
        self.placing = Placing(self.view, self.editor, self.search)
        self.join_offer = JoinOffer(self)
        self._joining = Joining(self.view, self.editor, self.join_offer, suppose)
        self.clipping, self.decorating = Clipping(self), Decorating(self)
        self.key_map = key_map if key_map is not None else KeyMap(parent=self)
        self.blocks = BlockActions(self, store, selection)
        self.actions_set = CanvasActions(
            self.key_map,
            self,
            *(Navigation(self), WiringKeys(self), NodeActions(self)),
            *(self.clipping, Arranging(self), self.decorating, self.blocks),
        )
        self.tasks = Tasks(self)
        self._glide = Glide(self._show_places, lambda: self.minimap.renew(), self)
        self._wants_frame = True
        self._connect()
        self._keys_changed()
        self._voice = CanvasVoice(self.view, self.actions_set)
        self._load()

    # ------------------------------------------------------------------ for menus and keys

    @property
    def zoom(self) -> float:
        return self.view.zoom

    def select_all(self) -> None:
        self._selection.select(
            self.model.nodes.slots, self.model.wires.dots.owners, self.model.decorations.values
        )

    def select_none(self) -> None:
        """Select nothing; where nothing is selected, leave the block that is shown."""
        if (
            not (self._selection.has_items or self._selection.dots)
            and self.view.emphasis.selected_wire is None
        ):
            self.blocks.leave_block()
        self.view.select_wire(None)
        self._selection.clear()

    def select_upstream(self) -> None:
        """Select what feeds the selected nodes, too."""
        self._selection.add(upstream(self.model.graph, self._selection.nodes))

    def select_downstream(self) -> None:
        """Select what the selected nodes feed, too."""
        self._selection.add(downstream(self.model.graph, self._selection.nodes))

    def select_connected(self) -> None:
        """Select all that hangs together with the selected nodes, too."""
        self._selection.add(connected(self.model.graph, self._selection.nodes))

    def find(self) -> None:  # type: ignore[override]
        """Open the find bar."""
        self.find_bar.open()

    def find_next(self) -> None:
        """Go to the next match; opens the find bar where nothing was looked for yet."""
        self.find_bar.go_on(1)

    def find_previous(self) -> None:
        self.find_bar.go_on(-1)

    def rename(self) -> None:
        """Edit the name of the selected node on its card, or the title of the selected frame, or
        write in the selected note."""
        chosen = [*self._selection.nodes, *self._selection.decorations]
        if len(chosen) == 1 and chosen[0] in self.model.nodes:
            self.start_rename(chosen[0])
        elif len(chosen) == 1:
            self.decorating.edit(chosen[0])

    def start_rename(self, key: str) -> None:
        """Edit the name of a node or the title of a frame, in its place."""
        frame = self.model.decorations.frame(key)
        if frame is None or not QRectF(self.view.rect()).contains(self.card_box(key).topLeft()):
            self.view.reveal(key)
        name = self.model.layer(key).name if frame is None else frame.title
        self.rename_editor.open(key, name, self._name_box(key))

    def _rename(self, key: str, name: str) -> Problem | None:
        if self.model.decorations.frame(key) is None:
            return self.editor.rename(key, name)
        self.editor.decor.rename(key, name)
        return None

    def frame_all(self) -> None:
        self.view.frame(self.model.bounds())

    def frame_selection(self) -> None:
        """Frame what is selected; everything when nothing is."""
        chosen = self._selection
        if chosen.has_items:
            self.view.frame(self.model.bounds(chosen.nodes, chosen.decorations))
        else:
            self.frame_all()

    def zoom_100(self) -> None:
        self.view.set_zoom(1.0)

    def zoom_in(self) -> None:
        self.view.set_zoom(self.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        self.view.set_zoom(self.zoom / ZOOM_STEP)

    def add_layer_at_cursor(self) -> None:
        """Open the search where the mouse is; behind the selected node when keys were used last."""
        if self.view.by_keys:
            chosen = [node for node in self._selection.nodes if node in self.model.nodes]
            chained = len(chosen) == 1 and self.model.ports(chosen[0]).outputs
            self.placing.ask_beside(End(chosen[0], 0) if chained else None)
            return
        spot = self.view.mouse_spot()
        self.placing.ask(spot, self.view.to_scene(spot), None)

    def add_layer(self, layer_type: LayerType) -> None:
        """Place a layer without pointing: behind the selected node and wired where that makes
        sense, else in the middle of the view."""
        node = self.placing.place(layer_type)
        if node is not None:
            self.view.reveal(node)

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Offer other layers: those of Keras, and saved blocks."""
        self.catalogue = self.model.catalogue = catalogue
        self.search.set_catalogue(catalogue)

    def toggle_minimap(self) -> None:
        self.minimap.setVisible(self.minimap.isHidden())
        self._place_hint()

    def apply_fix(self, fix: Fix) -> None:
        """Mend a problem: one undo step."""
        self.preview_fix(None)
        self.editor.apply_fix(fix)

    def mend(self) -> None:
        """Put the keyboard on the first mend of the selected node."""
        self._update_bubble()
        if not self.bubble.focus_first():
            self.view.say("Nothing to mend here.", self.view.mouse_spot())

    def preview_fix(self, fix: Fix | None) -> None:
        """Draw as ghosts what a mend would change; None takes the ghosts away."""
        if self.view.ghosts.show(None if fix is None else self.editor.preview(fix)):
            self.view.refresh()

    def reveal(self, node: str) -> None:
        self.view.reveal(node)

    def close_threads(self) -> None:
        """Wait for what is done in other threads (at the end of the program)."""
        self.loading.close()
        self.find_bar.wait()
        self.tasks.wait()

    # ------------------------------------------------------------------ following

    def _connect(self) -> None:
        view = self.view
        self._store.project_changed.connect(self._project_changed)
        self._store.document_replaced.connect(self._replaced)
        self._selection.selection_changed.connect(self._selection_changed)
        self._selection.graph_changed.connect(self._load)
        self._selection.reveal_requested.connect(view.reveal)
        self._feed.inspection_changed.connect(self._inspected)
        self._feed.problems_changed.connect(self._problems_changed)
        self._feed.summary_changed.connect(self._summary_changed)
        theme.theme_changed.connect(self._theme_changed)
        self.loading.loading_changed.connect(self._loading_changed)
        self.loading.loaded.connect(self._loaded)
        view.view_changed.connect(self._view_moved)
        view.hover_changed.connect(lambda _hit: self._update_bubble())
        view.gesture_changed.connect(lambda _running: self._update_bubble())
        view.search_requested.connect(self.placing.ask)
        view.layer_dropped.connect(self.placing.drop)
        view.layer_wanted.connect(self.placing.ask_beside)
        view.announced.connect(self.announced)
        view.rearranged.connect(self._rearranged)
        self.placing.placed.connect(self.layer_placed)
        self.join_offer.left.connect(lambda: view.setFocus(Qt.FocusReason.OtherFocusReason))
        view.rename_requested.connect(self.start_rename)
        view.open_requested.connect(self.blocks.open)
        view.menu_requested.connect(self._show_menu)
        view.key_pressed.connect(self._key_pressed)
        self.key_map.keys_changed.connect(self._keys_changed)
        view.said.connect(self.saying.say)
        self.find_bar.found.connect(self.decorating.show_found)
        self.find_bar.closed.connect(lambda: view.setFocus(Qt.FocusReason.OtherFocusReason))
        self.editor.refused.connect(self.blocks.explain)
        self.bubble.fix_chosen.connect(self.apply_fix)
        self.bubble.fix_previewed.connect(self.preview_fix)
        self.bubble.grown.connect(self._update_bubble)
        self.bubble.escaped.connect(lambda: view.setFocus(Qt.FocusReason.OtherFocusReason))
        self.rename_editor.closed.connect(lambda: view.setFocus(Qt.FocusReason.OtherFocusReason))

    def _load(self) -> None:
        self._glide.stop()
        self.view.ghosts.show(None)
        self.view.cancel_gesture()
        self.view.select_wire(None)
        self._wants_frame = True
        self.loading.load()

    def _loading_changed(self, count: int) -> None:
        """A large drawing is on its way: nothing can be done with the one that is still seen."""
        self.view.setEnabled(count == 0)
        if count:
            self._selection.clear()
        self._update_hint()

    def _loaded(self) -> None:
        self.view.painter.cards.clear()
        if self.isVisible():
            self._frame_once()
        self._drawing_changed()

    def _replaced(self) -> None:
        if self._selection.graph not in self._store.project.graphs:
            self._selection.show_graph(self._store.project.root)
        self._selection.clear()
        self._load()

    def _project_changed(self, change: Diff) -> None:
        self._glide.stop()
        self.view.ghosts.show(None)
        if self._selection.graph not in self._store.project.graphs:
            self.blocks.trail.settle()
            return
        if self.view.gesture is not None:
            # The drawing changed under the hand (undo by key): its gesture has no ground any more.
            self.view.cancel_gesture()
        if not self.loading.follow(change):
            return
        kept = [node for node in self._selection.nodes if node in self.model.nodes]
        dots = [dot for dot in self._selection.dots if self.model.wires.dots.place(dot)]
        decorations = self._selection.decorations & self.model.decorations.values.keys()
        self._selection.select(kept, dots, decorations)
        emphasis = self.view.emphasis
        if emphasis.selected_wire is not None and emphasis.selected_wire not in self.model.wires:
            emphasis.selected_wire = None
        renamed = self.rename_editor.node
        if renamed is not None and not self.model.has(renamed):
            self.rename_editor.close_editor()
        self._drawing_changed()

    def _rearranged(self, before: Places) -> None:
        """Cards that had to make room glide there from where they were shown."""
        if self.motion:
            self._glide.start(before, self.view.places())

    def _show_places(self, places: Places) -> None:
        self.model.move(places)
        self.view.refresh()

    def _drawing_changed(self) -> None:
        self.view.supposing.forget()
        self._joining.drawing_changed()
        self.blocks.refresh()
        self._voice.drawing_changed()
        self.decorating.follow()
        self.empty.setVisible(not (len(self.model.nodes) or len(self.model.decorations)))
        self.minimap.renew()
        self._update_hint()
        self._update_bubble()
        self.view.refresh()

    def _inspected(self, nodes: frozenset[str]) -> None:
        self.model.set_inspection(self._feed.inspection, nodes)
        self._update_hint()
        self.view.refresh()

    def _problems_changed(self) -> None:
        self.model.set_problems(self._feed.problems)
        self._update_bubble()
        self.view.refresh()

    def _summary_changed(self) -> None:
        self.model.set_summary(self._feed.summary)
        self.view.refresh()

    def show_starts(self, starts: Mapping[str, LayerStart], layers: Iterable[str]) -> None:
        """Mark the cards of layers that begin training with kept or new weights."""
        self.model.set_starts(starts, layers)
        self.view.refresh()

    def _selection_changed(self) -> None:
        self.minimap.update()
        if self._selection.has_items:
            self.view.select_wire(None)
            if len(self._selection.nodes) == 1:
                self.view.emphasis.focused = next(iter(self._selection.nodes))
        self._update_bubble()
        self.view.refresh()

    def _theme_changed(self) -> None:
        self.view.theme_changed()
        self.minimap.theme_changed()
        self.update()

    def _view_moved(self) -> None:
        self._update_bubble()
        renamed = self.rename_editor.node
        if renamed is not None and self.model.has(renamed):
            self.rename_editor.place(self._name_box(renamed))
        elif renamed is not None:
            self.rename_editor.close_editor()  # another graph is shown
        self.zoom_changed.emit(self.zoom)

    def _key_pressed(self, event: QKeyEvent) -> None:
        if self.actions_set.pressed(event):
            event.accept()

    def _keys_changed(self) -> None:
        self.view.mouse.set_bindings(self.key_map.mouse, self.key_map.scheme.wheel)
        self.empty.show_key(self.key_map.text("model.add"))
        self._update_hint()

    def _show_menu(self, spot: QPointF, found: Hit) -> None:
        if found.node is not None and found.node not in self._selection.nodes:
            self._selection.select((found.node,))
        if found.decoration is not None and found.decoration not in self._selection.decorations:
            self._selection.select((), (), (found.decoration,))
        menu = QMenu(self)
        context_menu.fill(menu, self, found, spot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.view.viewport().mapToGlobal(spot.toPoint()))

    # ------------------------------------------------------------------ overlays

    def _update_hint(self) -> None:
        if self.loading.count:
            self.hint.say(f"placing {plural(self.loading.count, 'node')} …")
            return
        count = len(self.model.nodes)
        keys = [
            f"{keys} {words}"
            for action, words in (("model.add", "add layer"), ("view.show_all", "show all"))
            if (keys := self.key_map.text(action))
        ]
        self.hint.show_drawing(count, self._store.project, self._feed.inspection, keys)

    def _update_bubble(self) -> None:
        """Problems of the hovered node, else of the one that is selected."""
        node = self.view.emphasis.hovered
        if node is None or not self.model.problems_of(node):
            # While the mouse is on its way to a button, the bubble stays.
            chosen = self._selection.nodes
            node = next(iter(chosen)) if len(chosen) == 1 else None
        problems = self.model.problems_of(node) if node and node in self.model.nodes else ()
        if node is None or not problems or self.view.gesture is not None:
            held = self.bubble.underMouse() or self.bubble.has_keys
            if not (self.bubble.isVisible() and held):
                self.bubble.clear()
            return
        self.bubble.show_problems(node, problems)
        self.bubble.place(self.card_box(node), QRectF(self.rect()))

    def _name_box(self, key: str) -> QRectF:
        """Where the name of a card or the title of a frame is edited."""
        box = self.card_box(key)
        if key in self.model.decorations:
            box.setWidth(min(box.width(), TITLE_WIDTH))
        return box

    def card_box(self, key: str) -> QRectF:
        """A card, note or frame in widget pixels."""
        x, y, width, height = self.model.rect(key)
        corner = self.view.to_spot(QPointF(x, y))
        return QRectF(corner.x(), corner.y(), width * self.zoom, height * self.zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view.setGeometry(self.rect())
        self.minimap.move(
            self.width() - self.minimap.width() - 14, self.height() - self.minimap.height() - 14
        )
        self.lens.place(self.size())
        self._place_hint()
        self.empty.move(
            (self.width() - self.empty.width()) // 2, (self.height() - self.empty.height()) // 2
        )
        self._frame_once()
        self._update_bubble()

    def _place_hint(self) -> None:
        """Beside the button of the legend, as far as the overview leaves room."""
        button = self.lens.button.geometry()
        left = button.right() + 12
        end = self.width() if self.minimap.isHidden() else self.minimap.x()
        self.hint.set_room(end - left - 14)
        self.hint.move(left, button.center().y() - self.hint.height() // 2 + 1)

    def _frame_once(self) -> None:
        """A document is brought into view when it is first seen; after that the view belongs to
        the person."""
        if self._wants_frame and self.width() > 50 and self.height() > 50:
            if self.isVisible():
                self._wants_frame = False
            if not self.blocks.memory.restore(self.view, self.model.graph_id):
                viewpoint.begin(self.view, self.model.bounds())

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._frame_once()
