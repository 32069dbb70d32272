"""Python as coloured HTML, for text that is not in an editor."""

from __future__ import annotations

import keyword
import re
from html import escape

from kerasstudio.ui.tokens import Tokens

_WORDS = "|".join(keyword.kwlist)
_TOKEN = re.compile(
    r"(?P<prompt>^(?:>>>|\.\.\.) ?)|(?P<comment>#[^\n]*)"
    r"|(?P<text>[rbf]?\"\"\".*?\"\"\"|[rbf]?\"(?:\\.|[^\"\\\n])*\"|[rbf]?'(?:\\.|[^'\\\n])*')"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)",
    re.MULTILINE | re.DOTALL,
)


def python_html(code: str, theme: Tokens) -> str:
    """The code with spans for comments, texts, keywords and numbers; prompts of an interactive
    session are faint, and what Python answers is muted."""
    colors = {
        "prompt": theme.text_faint,
        "comment": theme.text_faint,
        "text": theme.success,
        "keyword": theme.accent,
        "number": theme.warning,
    }
    if ">>>" in code:
        lines = []
        for line in code.split("\n"):
            answer = not line.startswith((">>>", "..."))
            lines.append(_span(line, theme.text_muted) if answer else _colored(line, colors))
        return "\n".join(lines)
    return _colored(code, colors)


def _colored(code: str, colors: dict[str, str]) -> str:
    parts, end = [], 0
    for found in _TOKEN.finditer(code):
        parts.append(escape(code[end : found.start()], quote=False))
        parts.append(_span(found.group(), colors[found.lastgroup or "number"]))
        end = found.end()
    parts.append(escape(code[end:], quote=False))
    return "".join(parts)


def _span(text: str, color: str) -> str:
    return f'<span style="color:{color}">{escape(text, quote=False)}</span>'
