"""The plots' colours out of the theme's tokens."""

from __future__ import annotations

from kerasstudio.ui.charts.metric_plot import ChartColors
from kerasstudio.ui.results.confusion_matrix import MatrixColors
from kerasstudio.ui.theme import tokens


def chart_colors() -> ChartColors:
    theme = tokens()
    # The validation colour is kept for validation, so runs are told apart by the others.
    runs = tuple(color for color in theme.series if color != theme.validation)
    return ChartColors(
        background=theme.card,
        text=theme.text,
        muted=theme.text_muted,
        grid=theme.border,
        validation=theme.validation,
        runs=runs,
    )


def matrix_colors() -> MatrixColors:
    theme = tokens()
    return MatrixColors(
        muted=theme.text_muted,
        on_bright="#10141c",
        on_dark="#ffffff",
        right=theme.accent,
        wrong=theme.error,
        empty=theme.background,
        focus=theme.validation,
    )
