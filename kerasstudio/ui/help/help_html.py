"""A page of help as HTML in the colours of the theme, in the part of HTML that Qt draws."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from kerasstudio.graph.axes import axes_in_words, expected_axes
from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.docstring import (
    Block,
    Code,
    Entries,
    Formula,
    Heading,
    Items,
    Paragraph,
    blocks_of,
)
from kerasstudio.graph.help_topics import LAYERS, HelpTopics, Topic
from kerasstudio.graph.project import Layer
from kerasstudio.ui.code.python_html import python_html
from kerasstudio.ui.inspector.argument_row import default_text, kind_text
from kerasstudio.ui.tokens import Tokens

MONO = "JetBrains Mono"
_CODE = re.compile(r"``?([^`]+)``?")
_LINK = re.compile(r"[\[(]([^\])]+)[\])]\s*[\[(]\s*(https?://[^\s)\]]+)\s*[\])]")
_BARE = re.compile(r"(?<![\"'>=])(https?://[^\s<>)\]]+[^\s<>)\].,;:])")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")
_SEE = re.compile(r"^(?:keras\.)(\w+)\.(?:\w+\.)*(\w+)$")
_HELD = "\x00{}\x00"


def page(topic: Topic, topics: HelpTopics, catalogue: Catalogue, theme: Tokens) -> str:
    """The whole page: title, where it lives, what it takes, and Keras's text."""
    blocks = list(blocks_of(topics.text(topic)))
    body = "".join(
        _block(block, topic, topics, theme, _arguments(topic, blocks, number))
        for number, block in enumerate(blocks)
    )
    if not any(isinstance(block, Entries) for block in blocks) and topic.arguments:
        body += _heading("Arguments", theme) + _own_table(topic.arguments, topics, theme)
    return (
        f'<body style="color:{theme.text};">'
        f'<p style="margin:0 0 2px 0;"><span style="font-size:20px; font-weight:600;">'
        f"{escape(_title(topic))}</span>"
        f'&nbsp;&nbsp;<span style="color:{theme.text_muted};">{escape(topic.kind)}</span></p>'
        f"{_where(topic, theme)}{_takes(topic, catalogue, theme)}{body}</body>"
    )


def index_page(topics: HelpTopics, theme: Tokens) -> str:
    """What there is help on, by kind."""
    kinds: dict[str, list[Topic]] = {}
    for topic in topics.known.values():
        kinds.setdefault(topic.family, []).append(topic)
    parts = [f'<body style="color:{theme.text};"><p style="color:{theme.text_muted};">']
    parts.append("Select a layer, or search above. All of Keras's help is here, also offline.</p>")
    for family, found in kinds.items():
        links = ", ".join(
            f'<a style="color:{theme.accent}; text-decoration:none;" href="topic:{each.key}">'
            f"{escape(_title(each))}</a>"
            for each in found
        )
        parts.append(_heading(family.capitalize(), theme) + f"<p>{links}</p>")
    return "".join(parts) + "</body>"


def inline(text: str, topics: HelpTopics, theme: Tokens) -> str:
    """Markdown inside a paragraph: code, links, bold, italic."""
    held: list[str] = []

    def hold(html: str) -> str:
        held.append(html)
        return _HELD.format(len(held) - 1)

    def code(found: re.Match[str]) -> str:
        return hold(_code_span(found.group(1), topics, theme))

    def link(found: re.Match[str]) -> str:
        words = _CODE.sub(r"\1", found.group(1))
        return hold(_link(found.group(2), words, theme))

    text = _LINK.sub(link, text)
    text = _CODE.sub(code, text)
    text = escape(text, quote=False)
    text = _BARE.sub(lambda found: hold(_link(found.group(1), found.group(1), theme)), text)
    text = _BOLD.sub(r"<b>\1</b>", text)
    text = _ITALIC.sub(r"<i>\1</i>", text)
    for number in reversed(range(len(held))):
        text = text.replace(_HELD.format(number), held[number])
    return text


def anchor(name: str) -> str:
    """Where an argument stands on its page."""
    return f"argument-{name}"


def _title(topic: Topic) -> str:
    return "Input" if topic.family == LAYERS and topic.name == "InputLayer" else topic.name


def _where(topic: Topic, theme: Tokens) -> str:
    path = escape(f"{topic.module}.{topic.name}")
    mono = f'<span style="font-family:{MONO}; font-size:11px; color:{theme.text_muted};">{path}'
    link = f"&nbsp;&nbsp;{_link(topic.address, 'on the web ↗', theme)}" if topic.address else ""
    return f'<p style="margin:0 0 8px 0;">{mono}</span>{link}</p>'


def _takes(topic: Topic, catalogue: Catalogue, theme: Tokens) -> str:
    """The shape rule in one line, where the class has one."""
    kind = catalogue.named(topic.name) if topic.family == LAYERS else None
    if kind is None:
        return ""
    axes = expected_axes(Layer("", topic.name, "", topic.module, arguments=kind.example), kind)
    if axes is None:
        return ""
    return (
        f'<p style="margin:0 0 8px 0; color:{theme.text_muted};">takes '
        f'<span style="color:{theme.accent};">{axes_in_words(axes)}</span></p>'
    )


def _arguments(topic: Topic, blocks: list[Block], number: int) -> Mapping[str, Argument]:
    """The catalogue's arguments, for the table that lists those of the constructor."""
    before = blocks[number - 1] if number else None
    if isinstance(before, Heading) and before.text in ("Args", "Arguments", "Initialization args"):
        return {argument.name: argument for argument in topic.arguments}
    return {}


def _block(
    block: Block,
    topic: Topic,
    topics: HelpTopics,
    theme: Tokens,
    arguments: Mapping[str, Argument],
) -> str:
    match block:
        case Heading(text):
            return _heading({"Args": "Arguments"}.get(text, text), theme)
        case Code(text):
            return _box(python_html(text, theme), theme, theme.field)
        case Formula(text):
            return _box(python_html(text, theme), theme, theme.accent_soft)
        case Items(items, ordered):
            tag = "ol" if ordered else "ul"
            lines = "".join(f"<li>{inline(item, topics, theme)}</li>" for item in items)
            return f'<{tag} style="margin:2px 0 8px 0;">{lines}</{tag}>'
        case Entries(entries):
            return _table(entries, topic, topics, theme, arguments)
        case Paragraph(text, note):
            html = inline(text, topics, theme)
            if note:
                return _note(html, theme)
            return f'<p style="margin:0 0 8px 0;">{html}</p>'
    return ""


def _heading(text: str, theme: Tokens) -> str:
    return (
        f'<p style="margin:14px 0 4px 0; font-weight:600; color:{theme.text};">{escape(text)}</p>'
    )


def _box(html: str, theme: Tokens, ground: str) -> str:
    return (
        f'<table width="100%" cellpadding="8" cellspacing="0" style="margin:2px 0 10px 0;">'
        f'<tr><td bgcolor="{ground}"><pre style="font-family:{MONO}; font-size:12px; margin:0; '
        f'white-space:pre-wrap;">{html}</pre></td></tr></table>'
    )


def _note(html: str, theme: Tokens) -> str:
    return (
        '<table width="100%" cellpadding="8" cellspacing="0" style="margin:2px 0 10px 0;"><tr>'
        f'<td width="3" bgcolor="{theme.warning}" style="padding:0;"></td>'
        f'<td bgcolor="{theme.hover}">{html}</td></tr></table>'
    )


def _table(
    entries: Iterable[tuple[str, tuple[Block, ...]]],
    topic: Topic,
    topics: HelpTopics,
    theme: Tokens,
    arguments: Mapping[str, Argument],
) -> str:
    rows = []
    for name, blocks in entries:
        first = name.split(",")[0].strip()
        argument = arguments.get(first)
        meaning = "".join(_block(each, topic, topics, theme, {}) for each in blocks)
        rows.append(_row(name, argument, meaning, theme))
    return _rows(rows)


def _own_table(arguments: Iterable[Argument], topics: HelpTopics, theme: Tokens) -> str:
    """The catalogue's arguments, where the docstring has no section of them."""
    return _rows(
        [
            _row(
                each.name,
                each,
                f"<p style='margin:0'>{inline(each.help, topics, theme)}</p>",
                theme,
            )
            for each in arguments
        ]
    )


def _rows(rows: list[str]) -> str:
    return (
        '<table width="100%" cellpadding="5" cellspacing="0" style="margin:0 0 8px 0;">'
        f"{''.join(rows)}</table>"
    )


def _row(name: str, argument: Argument | None, meaning: str, theme: Tokens) -> str:
    facts = ""
    if argument is not None:
        told = "required" if argument.required else f"default {default_text(argument)}"
        facts = (
            f'&nbsp;&nbsp;<span style="color:{theme.text_muted}; font-size:11px;">'
            f"{escape(kind_text(argument))} · {escape(told)}</span>"
        )
    return (
        f'<tr><td style="border-top:1px solid {theme.border};">'
        f'<p style="margin:2px 0 2px 0;"><a name="{anchor(name)}"></a>'
        f'<span style="font-family:{MONO}; font-size:12px; color:{theme.accent};">'
        f"{escape(name)}</span>{facts}</p>"
        f'<div style="margin-left:10px;">{meaning}</div></td></tr>'
    )


def _code_span(text: str, topics: HelpTopics, theme: Tokens) -> str:
    """Code in a sentence; the name of a topic is a link to it."""
    style = f"font-family:{MONO}; font-size:12px; background-color:{theme.hover};"
    html = escape(text, quote=False)
    key = _known(text, topics)
    if key is None:
        return f'<span style="{style}">{html}</span>'
    style += f" color:{theme.accent}; text-decoration:none;"
    return f'<a style="{style}" href="topic:{key}">{html}</a>'


def _known(text: str, topics: HelpTopics) -> str | None:
    found = _SEE.match(text)
    if found is not None:
        for family in (found.group(1), "schedules"):
            if f"{family}/{found.group(2)}" in topics.known:
                return f"{family}/{found.group(2)}"
        return None
    return f"layers/{text}" if f"layers/{text}" in topics.known else None


def _link(address: str, words: str, theme: Tokens) -> str:
    href, shown = escape(address), escape(words, quote=False)
    return f'<a style="color:{theme.accent};" href="{href}">{shown}</a>'
