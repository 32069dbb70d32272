"""Everything the command palette can find: actions, layers, settings, files, problems, nodes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from kerasstudio.graph.layer_search import COMMON, search
from kerasstudio.ui.key_chords import shown
from kerasstudio.ui.key_schemes import SCHEMES
from kerasstudio.ui.palette.command_search import Entry, entry, node_entry
from kerasstudio.ui.palette.layer_query import offered, shown_name
from kerasstudio.ui.settings import SETTINGS

if TYPE_CHECKING:
    from kerasstudio.graph.catalogue import LayerType
    from kerasstudio.ui.app import Studio


def entries(studio: Studio) -> list[Entry]:
    """All of it as it is now; what was chosen last comes first among the actions."""
    studio.window.page_widget("model")  # the actions of the drawing need it
    return [
        *_actions(studio),
        *_layers(studio),
        *_settings(studio),
        *_files(studio),
        *_problems(studio),
        *_nodes(studio),
    ]


def _actions(studio: Studio) -> Iterator[Entry]:
    actions = studio.window.actions_set
    for record in actions.offered():
        if record.id == "help.palette" or record.topic == "Canvas":
            continue
        yield entry(
            "action",
            record.id,
            actions.action(record.id).text().rstrip("…"),
            partial(actions.trigger, record.id),
            f"{record.topic.casefold()} {record.text.casefold()} {record.also}",
            hint=record.topic,
            keys=tuple(shown(chord) for chord in actions.key_map.keys(record.id)[:1]),
            hindrance=actions.hindrance(record.id),
        )


def _layers(studio: Studio) -> Iterator[Entry]:
    common = {
        kind.class_name: n for n, kind in enumerate(search(studio.catalogue, "", len(COMMON)))
    }
    for kind in offered(studio.canvas.catalogue):
        yield entry(
            "layer",
            kind.class_name,
            shown_name(kind),
            partial(_add_layer, studio, kind),
            " ".join((*kind.aliases, kind.category)),
            hint=f"add · {kind.category}",
            hindrance=f"It needs {kind.needs}." if kind.needs else "",
            weight=common.get(kind.class_name, len(common)),
        )


def _settings(studio: Studio) -> Iterator[Entry]:
    settings = studio.settings
    for setting in SETTINGS:
        if not setting.title:
            continue
        now = settings.get(setting.key)
        choices: tuple[tuple[object, str], ...] = setting.choices or ((True, "on"), (False, "off"))
        for value, text in choices:
            if value != now:
                yield entry(
                    "setting",
                    f"{setting.key}={value}",
                    f"{setting.title}: {text}",
                    partial(settings.set, setting.key, value),
                    "setting option",
                    hint="setting",
                )
    for scheme in SCHEMES.values():
        if scheme is not studio.key_map.scheme:
            yield entry(
                "setting",
                f"key_scheme={scheme.id}",
                f"Key map: {scheme.title}",
                partial(studio.key_map.choose_scheme, scheme.id),
                "setting shortcuts keys",
                hint="setting",
            )


def _files(studio: Studio) -> Iterator[Entry]:
    for path in studio.settings.recent():
        yield entry(
            "file",
            str(path),
            path.name,
            partial(studio.documents.open, path),
            f"open recent {path.parent.name}",
            hint=str(path.parent),
            hindrance="" if path.exists() else "The file is gone.",
        )


def _problems(studio: Studio) -> Iterator[Entry]:
    for number, problem in enumerate(studio.feed.problems):
        yield entry(
            "problem",
            str(number),
            problem.message,
            partial(studio.commands.show_problem_place, problem),
            f"problem {problem.severity}",
            hint=problem.severity,
        )


def _nodes(studio: Studio) -> Iterator[Entry]:
    project = studio.store.project
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            key, go = f"{graph.id}:{node.id}", partial(_go_to, studio, graph.id, node.id)
            yield node_entry(key, layer.name, layer.class_name, go)


def _add_layer(studio: Studio, kind: LayerType) -> None:
    studio.window.show_page("model")
    studio.canvas.add_layer(kind)
    studio.canvas.setFocus()


def _go_to(studio: Studio, graph: str, node: str) -> None:
    studio.window.show_page("model")
    studio.selection.show_graph(graph)
    studio.selection.reveal(node)
    studio.canvas.setFocus()
