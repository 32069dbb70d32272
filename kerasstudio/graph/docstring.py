"""Keras's docstrings as blocks that can be drawn: paragraphs, headings, code, formulas, lists,
and tables of arguments. Their style is Google's, with Markdown inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from textwrap import dedent

import msgspec

_SECTION = re.compile(r"^([A-Z][\w /,'-]{1,60}?):\s*$")
_ENTRY_SECTIONS = {
    "Args", "Arguments", "Call arguments", "Initialization args", "Raises", "Attributes", "Returns",
}  # fmt: skip
_KNOWN = {"Example", "Examples", "Formula", "Input", "Output", "Reference", "References", "Usage"}
_LONGEST_TITLE = 4
_ENTRY = re.compile(
    r"^[`*]{0,2}([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_]\w*)*)`?\s*(?:\([^)]*\))?:(?:\s+(.*)|$)"
)
_ITEM = re.compile(r"^([-*]|\d+[.)])\s+(.*)$")
_FORMULA = re.compile(r"^`([^`]+)`[.,;:]?\s*((?:where|and|with)\b.*)?$")
_COMPUTES = re.compile(
    r"(?<![=<>!])=(?!=).*[\s(*/+-]|\b(?:sqrt|exp|log|mean|sum|max|min|square|dot)\(|\s[*/+^-]\s"
)
_COMPARES = re.compile(r"[<>]|==|!=")


class Block(msgspec.Struct, frozen=True, tag=True):
    """A part of a page."""


class Heading(Block, frozen=True):
    text: str


class Paragraph(Block, frozen=True):
    """Text with Markdown inside; `note` sets it off."""

    text: str
    note: bool = False


class Code(Block, frozen=True):
    text: str


class Formula(Block, frozen=True):
    text: str


class Items(Block, frozen=True):
    """A list; `ordered` ones are numbered."""

    items: tuple[str, ...]
    ordered: bool = False


class Entries(Block, frozen=True):
    """Names with what they mean: (name, blocks)."""

    entries: tuple[tuple[str, tuple[Block, ...]], ...]


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a docstring whose lines have no common indentation."""
    return tuple(_blocks(text.splitlines()))


def _blocks(lines: Sequence[str], formulas: bool = False) -> Iterator[Block]:
    """`formulas`: code here is a formula (the section "Formula")."""
    at = 0
    paragraph: list[str] = []
    while at < len(lines):
        line = lines[at]
        section = _heading(line, bool(paragraph))
        starts = not line.strip() or line.startswith(("```", ">>>")) or section is not None
        item = _ITEM.match(line)
        indented = line.startswith("    ") and not paragraph
        if starts or item or indented:
            yield from _flushed(paragraph)
            paragraph = []
        if not line.strip():
            at += 1
        elif line.startswith("```"):
            end = _find(lines, at + 1, lambda each: each.startswith("```"))
            code = "\n".join(lines[at + 1 : end]).strip("\n")
            yield Formula(code) if formulas else Code(code)
            at = end + 1
        elif line.startswith(">>>"):
            end = _find(lines, at, lambda each: not each.strip())
            yield Code("\n".join(lines[at:end]))
            at = end
        elif section is not None:
            end = _end_of_section(lines, at + 1)
            yield from _section(section, lines[at + 1 : end])
            at = end
        elif item is not None:
            items, ordered, at = _items(lines, at)
            yield Items(items, ordered)
        elif indented:
            end = _find(lines, at, lambda each: bool(each.strip()) and not each.startswith("    "))
            yield Code(dedent("\n".join(lines[at:end])).strip("\n"))
            at = end
        else:
            paragraph.append(line.strip())
            at += 1
    yield from _flushed(paragraph)


def _heading(line: str, inside: bool) -> str | None:
    """The title of a section that begins here; a sentence that ends with a colon is none, nor is
    the last line of a paragraph."""
    found = _SECTION.match(line)
    if found is None:
        return None
    title = found.group(1)
    known = title in _ENTRY_SECTIONS or title.split()[0] in _KNOWN
    return title if known or (not inside and len(title.split()) <= _LONGEST_TITLE) else None


def _section(title: str, lines: Sequence[str]) -> Iterator[Block]:
    yield Heading(title)
    inner = dedent("\n".join(lines)).splitlines()
    if title in _ENTRY_SECTIONS:
        entries = _entries(inner)
        if entries:
            yield Entries(entries)
            return
    yield from _blocks(inner, formulas=title.startswith("Formula"))


def _entries(lines: Sequence[str]) -> tuple[tuple[str, tuple[Block, ...]], ...]:
    """Names at no indentation, what they mean behind them and in the lines below; empty when the
    section is written otherwise."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is not None:
            found.append((entry.group(1), [entry.group(2) or ""]))
        elif not found:
            if line.strip():
                return ()
        else:
            found[-1][1].append(line)
    return tuple((name, tuple(_blocks(_meaning(text)))) for name, text in found)


def _meaning(lines: Sequence[str]) -> list[str]:
    """The first line, and those below it without their indentation."""
    first, *rest = lines
    return [first.strip(), *dedent("\n".join(rest)).splitlines()]


def _items(lines: Sequence[str], at: int) -> tuple[tuple[str, ...], bool, int]:
    """A list from line `at` on: its items, whether it is numbered, and the line behind it.
    Keras's own items go on without indentation, up to a blank line or the next item."""
    found: list[list[str]] = []
    first = _ITEM.match(lines[at])
    ordered = first is not None and first.group(1)[0].isdigit()
    while at < len(lines):
        line = lines[at]
        item = _ITEM.match(line)
        if item is not None:
            found.append([item.group(2)])
        elif not line.strip():
            behind = lines[at + 1] if at + 1 < len(lines) else ""
            if not (_ITEM.match(behind) or behind.startswith("  ")):
                break
        elif line.startswith(("```", ">>>")) or _SECTION.match(line):
            break
        else:
            found[-1].append(line.strip())
        at += 1
    return tuple(" ".join(parts) for parts in found), ordered, at


def _flushed(lines: list[str]) -> Iterator[Block]:
    """The paragraph that these lines make; a line that is nothing but a computation stands out."""
    if not lines:
        return
    text: list[str] = []
    for line in lines:
        formula = _FORMULA.match(line)
        told = formula.group(1) if formula is not None else ""
        if formula is not None and _COMPUTES.search(told) and not _COMPARES.search(told):
            if text:
                yield _paragraph(text)
            yield Formula(formula.group(1))
            text = [formula.group(2)] if formula.group(2) else []
        else:
            text.append(line)
    if text:
        yield _paragraph(text)


def _paragraph(lines: list[str]) -> Paragraph:
    text = " ".join(lines)
    for start in ("Note:", "**Note:**", "**Note**:", "Note that"):
        if text.startswith(start) and start != "Note that":
            return Paragraph(text[len(start) :].strip(), note=True)
    return Paragraph(text)


def _end_of_section(lines: Sequence[str], at: int) -> int:
    """Sections go on while lines are indented or blank; an example's code may not be. List items
    and links below "References:" are not indented either."""
    end = at
    while end < len(lines):
        line = lines[end]
        if line.startswith("```"):
            end = _find(lines, end + 1, lambda each: each.startswith("```")) + 1
            continue
        if line.strip() and not line.startswith((" ", ">>>", "...")) and not _ITEM.match(line):
            before = [each for each in lines[at:end] if each.strip()]
            doctest = bool(before) and before[-1].startswith((">>>", "..."))
            if not doctest and (before or _SECTION.match(line)):
                break
            if not doctest and not before:
                # The text of the section stands at its margin.
                return _find(lines, end, lambda each: bool(_SECTION.match(each)))
        end += 1
    return end


def _find(lines: Sequence[str], at: int, wanted: Callable[[str], bool]) -> int:
    """The first line from `at` on that is `wanted`; behind the last where there is none."""
    return next((number for number in range(at, len(lines)) if wanted(lines[number])), len(lines))
