"""All keys and mouse gestures as lines by topic: for the cheat-sheet on the screen and on paper."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from kerasstudio.ui.action_table import MENUS
from kerasstudio.ui.actions import ActionSet
from kerasstudio.ui.key_chords import shown
from kerasstudio.ui.mouse_table import GESTURES, HABITS, WHEELS, chord_words

Line = tuple[str, tuple[str, ...]]
Topic = tuple[str, list[Line]]
MOUSE = "Mouse"
CANVAS = "Canvas"


def key_lines(actions: ActionSet, gestures: Callable[[str], bool]) -> list[Topic]:
    """What is offered now, with the keys of now: (topic, [(what, chords)]) in the order of the
    menus. `gestures(id)` says whether a mouse gesture is offered."""
    topics: dict[str, dict[str, list[str]]] = {name: {} for name in MENUS}
    key_map = actions.key_map
    for record in actions.offered():
        chords = [shown(chord) for chord in key_map.keys(record.id)]
        if not chords:
            continue
        # The four directions of an arrow action are one line.
        what, turned, _way = record.text.partition(": ")
        topic = topics.setdefault(record.topic, {})
        topic.setdefault(what.rstrip("…"), []).extend(chords[:1] if turned else chords)
    topics = {
        name: {what: _arrows(chords) for what, chords in lines.items()}
        for name, lines in topics.items()
    }
    mouse = topics.setdefault(MOUSE, {})
    for gesture in GESTURES:
        chords = [chord_words(chord, gesture.verb) for chord in key_map.mouse[gesture.id]]
        if chords and gestures(gesture.id):
            mouse.setdefault(gesture.text, []).extend(chords)
    for what, words in WHEELS[key_map.scheme.wheel]:
        mouse.setdefault(what, []).extend(words.split(", "))
    for what, habit in HABITS:
        mouse.setdefault(what, []).append(habit)
    return [
        (name, [(what, tuple(chords)) for what, chords in lines.items()])
        for name, lines in topics.items()
        if lines
    ]


def _arrows(chords: list[str]) -> list[str]:
    """Four chords of arrow keys as one."""
    held = {chord.rpartition("+")[0] for chord in chords}
    ways = {chord.rpartition("+")[2] for chord in chords}
    if len(chords) == 4 and len(held) == 1 and ways == {"Left", "Right", "Up", "Down"}:
        return ["+".join(part for part in (*held, "Arrows") if part)]
    return chords


def matching(topics: list[Topic], typed: str) -> list[Topic]:
    """The lines that hold every typed word in what they do, their keys or their topic."""
    words = typed.casefold().split()
    kept = []
    for name, lines in topics:
        fit = [
            (what, chords)
            for what, chords in lines
            if all(word in f"{name} {what} {' '.join(chords)}".casefold() for word in words)
        ]
        if fit:
            kept.append((name, fit))
    return kept


def columns(topics: list[Topic], count: int) -> list[list[Topic]]:
    """The topics in `count` columns of about the same height, in order."""
    total = sum(len(lines) + 2 for _name, lines in topics)
    result: list[list[Topic]] = [[] for _ in range(count)]
    taken = 0
    for name, lines in topics:
        middle = taken + (len(lines) + 2) / 2
        result[min(count - 1, int(middle * count / max(1, total)))].append((name, lines))
        taken += len(lines) + 2
    return result


def as_html(topics: list[Topic], title: str) -> str:
    """A page to print: black on white, two columns."""
    cells = []
    for column in columns(topics, 2):
        rows = []
        for name, lines in column:
            rows.append(f'<tr><td colspan="2"><br><b>{escape(name)}</b></td></tr>')
            rows += [
                f"<tr><td>{escape(what)}</td><td><code>{escape(', '.join(chords))}</code></td></tr>"
                for what, chords in lines
            ]
        cells.append(f'<td><table cellspacing="3">{"".join(rows)}</table></td>')
    return (
        '<html><body style="color:#000000; font-size:8pt">'
        f'<p style="font-size:14pt">{escape(title)}</p>'
        f'<table width="100%" cellspacing="8"><tr>{"".join(cells)}</tr></table></body></html>'
    )
