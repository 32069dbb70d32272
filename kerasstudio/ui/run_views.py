"""Brings runs to the charts panel and the Results page."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject

from kerasstudio.graph.diff import describe
from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.runs import RunRecord, read_project
from kerasstudio.ui.charts.charts_panel import ChartsPanel
from kerasstudio.ui.charts.colors import chart_colors, matrix_colors
from kerasstudio.ui.charts.metric_plot import number_text
from kerasstudio.ui.charts.run_list import RunLine
from kerasstudio.ui.results.results_page import ResultsPage
from kerasstudio.ui.results.runs_table import RunRow
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.theme import theme_changed


class RunViews(QObject):
    """Listens to the run feed. The charts panel is there from the start, the Results page comes
    with `set_results_page` when it is first shown."""

    def __init__(self, feed: RunFeed, charts: ChartsPanel) -> None:
        super().__init__(charts)
        self._feed, self._charts = feed, charts
        self._page: ResultsPage | None = None
        self._changes: dict[str, tuple[str, ...]] = {}
        self._tasks = Tasks(self)
        self._wanted_changes: set[str] = set()
        feed.points_received.connect(self._points_received)
        feed.epoch_ended.connect(self._epoch_ended)
        feed.current_changed.connect(self._current_changed)
        feed.run_changed.connect(self._run_changed)
        feed.runs_changed.connect(self.show_runs)
        theme_changed.connect(self._theme_changed)

    def set_results_page(self, page: ResultsPage) -> None:
        self._page = page
        page.continue_chosen.connect(self._feed.resume_run)
        self.show_runs()
        if self._feed.current is not None:
            page.choose(self._feed.current.key)

    def show_runs(self) -> None:
        """Bring the lists up to date."""
        newest_first = list(reversed(self._feed.runs))
        colors = chart_colors().runs
        self._charts.set_runs(
            [run_line(view, colors[(view.number - 1) % len(colors)]) for view in newest_first]
        )
        if self._page is not None:
            self._page.show_runs(
                [RunRow(_record(view), self._changes.get(view.key, ())) for view in newest_first]
            )
            self._read_changes()

    def close(self) -> None:
        self._tasks.wait()
        self._charts.close_files()
        if self._page is not None:
            self._page.close_files()

    # ------------------------------------------------------------ the feed

    def _points_received(self, view: RunView, points: p.Points) -> None:
        self._charts.add_points(view.key, points)

    def _epoch_ended(self, view: RunView, ended: p.EpochEnded) -> None:
        self._charts.add_epoch(view.key, ended)
        self.show_runs()

    def _current_changed(self, view: RunView | None) -> None:
        self._charts.set_current(view.key if view is not None else None)

    def _run_changed(self, view: RunView) -> None:
        self.show_runs()
        if view.ended:
            self._charts.run_ended()
            if self._page is not None:
                self._page.choose(view.key)

    def _theme_changed(self) -> None:
        self._charts.set_colors(chart_colors())
        if self._page is not None:
            self._page.set_colors(chart_colors(), matrix_colors())
        self.show_runs()

    # ------------------------------------------------------------ what changed between runs

    def _read_changes(self) -> None:
        """Compare each run's snapshot with that of the run before, in another thread."""
        views = self._feed.runs
        for before, view in pairwise(views):
            if view.key in self._wanted_changes:
                continue
            self._wanted_changes.add(view.key)
            self._tasks.run(
                partial(_compare, Path(before.key), Path(view.key)),
                partial(self._compared, view.key),
            )

    def _compared(self, key: str, words: tuple[str, ...]) -> None:
        self._changes[key] = words
        if self._page is not None:
            self.show_runs()


def run_line(view: RunView, color: str) -> RunLine:
    """The row of a run beside the plots: its newest validation metric and loss."""
    history = view.record.history
    others = [name for name in history if name.startswith("val_") and not name.endswith("loss")]
    status = "" if view.status == "finished" else f" {view.status}"
    seconds = _seconds(view.record)
    return RunLine(
        key=view.key,
        label=f"{view.number}{status}",
        color=color,
        metric=_newest(view.record, others[0]) if others else "–",
        loss=_newest(view.record, "val_loss"),
        time=f"{seconds // 60}:{seconds % 60:02d}" if seconds is not None else "–",
        tip=view.reason,
    )


def _newest(record: RunRecord, name: str) -> str:
    values = record.history.get(name) or [None]
    return number_text(values[-1]) if values[-1] is not None else "–"


def _seconds(record: RunRecord) -> int | None:
    if not record.started or not record.ended:
        return None
    started, ended = (datetime.fromisoformat(when) for when in (record.started, record.ended))
    return round((ended - started).total_seconds())


def _record(view: RunView) -> RunRecord:
    """The record as the folder has it, with the status the window knows first."""
    return msgspec.structs.replace(
        view.record, folder=view.key, number=view.number, status=view.status, reason=view.reason
    )


def _compare(before: Path, after: Path) -> tuple[str, ...]:
    try:
        return tuple(describe(read_project(before), read_project(after)))
    except StudioError as error:
        return (f"not known: {error.problem.message}",)
