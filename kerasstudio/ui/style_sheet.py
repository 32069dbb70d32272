"""The style sheet over Fusion, made from the tokens."""

from __future__ import annotations

import re

from kerasstudio.graph.resources import resource
from kerasstudio.ui.tokens import Tokens

# Pixels of 4 and more: font sizes, paddings, heights.
_PIXELS = re.compile(r"\b([4-9]|\d\d+)px")


def style_sheet(t: Tokens, text_scale: float = 1.0) -> str:
    """Qt style sheet text. Own widgets that paint themselves need none of it. What must hold text
    grows with it; lines stay thin."""
    if text_scale == 1.0:
        return _sheet(t)
    return _PIXELS.sub(lambda found: f"{round(int(found[1]) * text_scale)}px", _sheet(t))


def _sheet(t: Tokens) -> str:
    check = resource("icons").joinpath(f"tick-{'dark' if t.dark else 'light'}.svg").as_posix()
    arrow = resource("icons").joinpath(f"arrow-{'dark' if t.dark else 'light'}.svg").as_posix()
    return f"""
* {{ outline: none; }}
QWidget {{ color: {t.text}; }}
QMainWindow, QDialog, QMessageBox {{ background: {t.background}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border_strong};
  padding: 5px 7px; }}

QWidget#topBar, QWidget#statusBar {{ background: {t.raised}; }}
QWidget#topBar {{ border-bottom: 1px solid {t.border}; }}
QWidget#statusBar {{ border-top: 1px solid {t.border}; }}
QDialog#commandPalette {{ background: {t.raised}; border: 1px solid {t.border_strong}; }}
QWidget#sidePanel {{ background: {t.surface}; }}
QWidget#bottomPanel {{ background: {t.surface}; border-top: 1px solid {t.border}; }}
QWidget#page {{ background: {t.background}; }}
QLabel {{ background: transparent; }}
QLabel#muted, QLabel#emptyText {{ color: {t.text_muted}; }}
QLabel#productName {{ font-weight: 600; }}
QLabel#pageTitle {{ font-size: 26px; font-weight: 600; }}
QLabel#sectionTitle {{ font-weight: 600; color: {t.text_muted}; }}
QLabel#cardTitle {{ font-weight: 600; }}
QFrame#card {{ background: {t.card}; border: 1px solid {t.border}; border-radius: 8px; }}

QPushButton, QToolButton#button {{ background: {t.selected}; border: 1px solid transparent;
  border-radius: {t.radius}px; padding: 5px 12px; min-height: 18px; }}
QPushButton:hover, QToolButton#button:hover {{ background: {t.border_strong}; }}
QPushButton:focus, QToolButton#button:focus {{ border: 2px solid {t.accent};
  padding: 4px 11px; }}
QPushButton:pressed {{ background: {t.border}; }}
QPushButton:checked {{ background: {t.accent_soft}; color: {t.accent}; }}
QPushButton:disabled {{ color: {t.text_faint}; background: {t.hover}; }}
QPushButton:default {{ background: {t.accent}; color: {t.on_accent}; font-weight: 600; }}
QPushButton:default:hover {{ border: 1px solid {t.text}; }}
QPushButton:default:focus {{ border: 2px solid {t.text}; padding: 4px 11px; }}
QPushButton#primary {{ background: {t.train}; color: {t.on_train}; font-weight: 600; }}
QPushButton#primary:hover {{ background: {t.train_hover}; }}
QPushButton#primary:focus {{ border: 2px solid {t.text}; padding: 4px 11px; }}
QPushButton#primary:disabled {{ background: {t.hover}; color: {t.text_faint}; }}
QPushButton#danger {{ background: {t.badge}; color: {t.on_badge}; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
  padding: 4px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:checked {{ background: {t.selected}; }}
QToolButton:focus {{ border: 2px solid {t.accent}; padding: 3px; }}
QToolButton::menu-indicator {{ image: none; }}

QLineEdit, QPlainTextEdit, QTextEdit {{ background: {t.field}; border: 1px solid {t.border};
  border-radius: {t.radius}px; padding: 5px 8px; selection-background-color: {t.accent};
  selection-color: {t.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{ border: 2px solid {t.accent};
  padding: 4px 7px; }}
QPlainTextEdit#codeView {{ border: 2px solid transparent; border-radius: 0; padding: 0; }}
QPlainTextEdit#codeView:focus {{ border-color: {t.accent}; }}
QWidget#codeProblem {{ background: {t.hover}; }}
QLineEdit:disabled {{ color: {t.text_faint}; }}
QComboBox {{ background: {t.field}; border: 1px solid {t.border}; border-radius: {t.radius}px;
  padding: 4px 8px; min-height: 18px; combobox-popup: 0; }}
QComboBox:hover {{ border: 1px solid {t.border_strong}; }}
QComboBox:focus {{ border: 2px solid {t.accent}; padding: 3px 7px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border_strong};
  selection-background-color: {t.selected}; selection-color: {t.text}; padding: 4px; }}

QMenuBar {{ background: {t.raised}; color: {t.text_muted}; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.selected}; color: {t.text}; }}
QMenu {{ background: {t.raised}; border: 1px solid {t.border_strong}; padding: 5px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selected}; }}
QMenu::item:disabled {{ color: {t.text_faint}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 5px 8px; }}
QMenu::icon {{ padding-left: 8px; }}

QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t.text_muted}; padding: 6px 12px;
  border: 1px solid transparent; border-radius: {t.radius}px; margin: 6px 4px 6px 0; }}
QTabBar::tab:selected {{ background: {t.selected}; color: {t.text}; }}
QTabBar::tab:hover:!selected {{ color: {t.text}; }}
QTabBar::tab:focus {{ border: 2px solid {t.accent}; padding: 5px 11px; }}

QSplitter::handle {{ background: {t.border}; }}
QSplitter::handle:hover {{ background: {t.accent}; }}
QScrollArea {{ background: transparent; border: 2px solid transparent;
  border-radius: {t.radius}px; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.border_strong}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.text_faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QAbstractItemView {{ background: transparent; alternate-background-color: {t.hover};
  border: 2px solid transparent; border-radius: {t.radius}px;
  selection-background-color: {t.selected}; selection-color: {t.text}; }}
QAbstractItemView:focus, QScrollArea:focus {{ border: 2px solid {t.accent}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea#startPage:focus {{ border-color: transparent; }}
QAbstractItemView::item {{ padding: 4px 6px; }}
QAbstractItemView::item:hover {{ background: {t.hover}; }}
QAbstractItemView::item:selected {{ background: {t.selected}; color: {t.text}; }}
QListWidget#commands::item {{ padding: 0; border-radius: 4px; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {t.text_muted}; border: none;
  border-bottom: 1px solid {t.border}; padding: 5px 6px; }}
QTableCornerButton::section {{ background: transparent; border: none; }}

QCheckBox, QRadioButton {{ spacing: 8px; background: transparent; padding: 1px 4px 1px 2px;
  border: 2px solid transparent; border-radius: {t.radius}px; }}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {t.accent}; }}
QCheckBox::indicator, QAbstractItemView::indicator {{ width: 14px; height: 14px;
  border: 1px solid {t.border_strong}; border-radius: 4px; background: {t.field}; }}
QCheckBox::indicator:hover {{ border: 1px solid {t.accent}; }}
QCheckBox::indicator:focus {{ border: 1px solid {t.accent}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {t.accent};
  border: 1px solid {t.accent}; image: url("{check}"); }}
QSlider {{ border: 2px solid transparent; border-radius: {t.radius}px; }}
QSlider:focus {{ border: 2px solid {t.accent}; }}
QSlider::groove:horizontal {{ height: 3px; background: {t.border_strong}; border-radius: 1px; }}
QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 1px; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
  background: {t.text_muted}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
QProgressBar {{ background: {t.field}; border: none; border-radius: 4px; max-height: 8px;
  min-height: 8px; }}
QProgressBar::chunk {{ background: {t.success}; border-radius: 4px; }}
"""
