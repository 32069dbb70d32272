"""The metrics of one Output: a list to add to and take from, each with its arguments."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.metric_names import metric_name
from kerasstudio.graph.training_spec import KerasObject
from kerasstudio.ui.inspector import objects
from kerasstudio.ui.inspector.argument_form import NestedForm
from kerasstudio.ui.train.keras_object_editor import of_kind
from kerasstudio.ui.widgets.fields import FieldCombo
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.labels import ElidedLabel, Label, LinkButton, TextBlock

ADD = "Add a metric…"


class MetricsEditor(QWidget):
    """`changed(metrics or None, merge)`: the wanted list; None is "chosen automatically"."""

    changed = Signal(object, str)
    finished = Signal()

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._metrics: tuple[KerasObject, ...] = ()
        self.rows: list[MetricRow] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.none = TextBlock("No metric: only the loss is measured.", "muted")
        self.add = FieldCombo()
        self.add.setAccessibleName("add a metric")
        self.add.addItem(ADD)
        self.add.add_late(sorted(kind.class_name for kind in catalogue.family("metrics")))
        self.add.set_look(changed=False, wrong=False, default=True)
        self.add.activated.connect(self._add)
        self.automatic = LinkButton("Choose automatically")
        self.automatic.clicked.connect(lambda: self.changed.emit(None, ""))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._lines)
        column.addWidget(self.none)
        column.addWidget(self.add)
        column.addWidget(self.automatic)

    def show_metrics(
        self, chosen: tuple[KerasObject, ...] | None, automatic: tuple[KerasObject, ...]
    ) -> None:
        """Show the person's list, or the automatic one."""
        metrics = automatic if chosen is None else chosen
        self.automatic.setVisible(chosen is not None)
        self.none.setVisible(not metrics)
        same = [metric.class_name for metric in metrics] == [
            metric.class_name for metric in self._metrics
        ]
        self._metrics = metrics
        if not same or len(self.rows) != len(metrics):
            self._rebuild()
        for row, metric in zip(self.rows, metrics, strict=True):
            row.show_metric(metric)

    def _rebuild(self) -> None:
        for row in self.rows:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for index in range(len(self._metrics)):
            row = MetricRow(self._catalogue)
            row.removed.connect(lambda index=index: self._remove(index))
            row.changed.connect(lambda metric, merge, i=index: self._replace(i, metric, merge))
            row.finished.connect(self.finished)
            self.rows.append(row)
            self._lines.addWidget(row)

    def _add(self, index: int) -> None:
        name = self.add.itemText(index)
        self.add.setCurrentIndex(0)
        kind = self._catalogue.object_type("metrics", name)
        if kind is not None and all(metric.class_name != name for metric in self._metrics):
            self.changed.emit((*self._metrics, of_kind(kind)), "")

    def _remove(self, index: int) -> None:
        self.changed.emit(self._metrics[:index] + self._metrics[index + 1 :], "")

    def _replace(self, index: int, metric: KerasObject, merge: str) -> None:
        before, after = self._metrics[:index], self._metrics[index + 1 :]
        self.changed.emit((*before, metric, *after), f"{index}.{merge}")


class MetricRow(QWidget):
    """One metric: its class, the name it is reported under, its arguments on demand."""

    changed = Signal(object, str)
    removed = Signal()
    finished = Signal()

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._metric: KerasObject | None = None
        self.form: NestedForm | None = None
        self.name = Label("", mono=True)
        self.note = ElidedLabel("", "muted")
        self.disclose = GlyphButton("▸", "show the metric's arguments")
        self.disclose.clicked.connect(self._toggle)
        self.remove = GlyphButton("✕", "remove the metric")
        self.remove.clicked.connect(self.removed)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(Label("✓", "ok"))
        line.addWidget(self.name)
        line.addWidget(self.note, 1)
        line.addWidget(self.disclose)
        line.addWidget(self.remove)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addLayout(line)

    def show_metric(self, metric: KerasObject) -> None:
        self._metric = metric
        self.setProperty("helpTopic", f"metrics/{metric.class_name}")
        self.name.setText(metric.class_name)
        inside = {key: value for key, value in metric.config.items() if key != "name"}
        parts = [f"{key} {objects.in_short(value)}" for key, value in inside.items()]
        shown = [f"as {metric_name(metric, self._catalogue)}"]
        self.note.setText(" · ".join(shown + parts))
        self.remove.setAccessibleName(f"remove {metric.class_name}")
        kind = self._catalogue.object_type("metrics", metric.class_name)
        self.disclose.setVisible(bool(objects.arguments_of(kind)))
        if self.form is not None:
            self.form.set_values(metric.config)

    def _toggle(self) -> None:
        if self._metric is None:
            return
        if self.form is None:
            kind = self._catalogue.object_type("metrics", self._metric.class_name)
            self.form = NestedForm(objects.arguments_of(kind), self._catalogue)
            self.form.argument_changed.connect(self._argument_changed)
            self.form.argument_reset.connect(self._argument_reset)
            self.form.editing_finished.connect(lambda _name: self.finished.emit())
            self.form.set_values(self._metric.config)
            self._column.addWidget(self.form)
        else:
            self.form.setVisible(self.form.isHidden())
        self.disclose.setText("▸" if self.form.isHidden() else "▾")

    def _argument_changed(self, name: str, value: Any) -> None:
        if self._metric is not None:
            self._offer({**self._metric.config, name: value}, name)

    def _argument_reset(self, name: str) -> None:
        if self._metric is not None:
            config = {key: part for key, part in self._metric.config.items() if key != name}
            self._offer(config, name)

    def _offer(self, config: dict[str, Any], name: str) -> None:
        if self._metric is not None:
            metric = msgspec.structs.replace(self._metric, config=config)
            self.changed.emit(metric, name)
