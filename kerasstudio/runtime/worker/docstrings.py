"""Keras's docstrings taken apart: a summary, the description, help for each argument."""

from __future__ import annotations

import re

import msgspec

_SECTION = re.compile(r"^[A-Z][\w /-]*:$")
_ENTRY = re.compile(
    r"^[`*]*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)`?\s*(?:\([^)]*\))?:(?:\s+(.*)|$)"
)
_BULLET = re.compile(r"^[-*]\s+(`?\w+`?(?:\s*\([^)]*\))?:.*)$")
_LINK = re.compile(r"\[([^\]]+)\]\(\s*https?://[^)]*\)")


class Docs(msgspec.Struct, frozen=True):
    """`summary` is one sentence, `text` the description without examples and sections."""

    summary: str = ""
    text: str = ""
    arguments: dict[str, str] = {}


def read_docs(docstring: str | None) -> Docs:
    """Take a docstring in Keras's (Google's) style apart."""
    lines = dedented(docstring or "")
    text = _description(lines)
    summary = re.split(r"(?<=[.])\s", text.partition("\n\n")[0], maxsplit=1)[0]
    return Docs(summary, text, _arguments(lines))


def dedented(docstring: str) -> list[str]:
    """The lines without their common indentation.

    Keras pastes examples without indentation into indented docstrings, so that the smallest
    indentation says nothing: that of the first indented line is taken."""
    first, *rest = docstring.expandtabs().splitlines() or [""]
    indent = next((len(line) - len(line.lstrip()) for line in rest if line[:1] == " "), 0)
    start = [first.strip()] if first.strip() else []
    return start + [
        line[indent:].rstrip() if not line[:indent].strip() else line.rstrip() for line in rest
    ]


def _description(lines: list[str]) -> str:
    """Paragraphs up to the first section, example or list of results."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if _SECTION.match(line) or line.startswith((">>>", "```", "**Note", "Example", "For ex")):
            break
        if not line.strip():
            paragraphs.append([])
        else:
            paragraphs[-1].append(line.strip())
    kept = [" ".join(paragraph) for paragraph in paragraphs if paragraph]
    return "\n\n".join(_plain(paragraph) for paragraph in kept[:4])


def _arguments(lines: list[str]) -> dict[str, str]:
    """Help by argument name, from the sections "Args:" and "Arguments:"."""
    found: dict[str, list[str]] = {}
    inside = False
    names: list[str] = []
    depth: int | None = None
    for line in lines:
        if re.match(r"^(Args|Arguments|Initialization args):$", line):
            inside, depth, names = True, None, []
            continue
        if not inside:
            continue
        if not line.strip():
            for name in names:
                found[name].append("")
            continue
        indent = len(line) - len(line.lstrip())
        if indent == 0 and not line.startswith("- "):
            inside = False
            continue
        depth = indent if depth is None else depth
        text = line.strip()
        bullet = _BULLET.match(text)
        entry = _ENTRY.match(bullet.group(1) if bullet else text)
        if indent <= depth and entry:
            names = [name.strip() for name in entry.group(1).split(",")]
            for name in names:
                found[name] = [entry.group(2) or ""]
        else:
            for name in names:
                found[name].append(text)
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[str]) -> str:
    """Lines into paragraphs; list items stay on lines of their own."""
    text = ""
    for part in parts:
        if not part:
            text = text.rstrip() + "\n\n"
        elif part.startswith(("- ", "* ")):
            text = text.rstrip() + "\n" + part + " "
        else:
            text += part + " "
    return _plain(re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", text)).strip())


def _plain(text: str) -> str:
    """Without Markdown links, which a tool tip cannot follow."""
    return _LINK.sub(r"\1", text)
