"""What there is help on: every layer, optimizer, loss, metric ... of the catalogue, and how it is
found."""

from __future__ import annotations

from itertools import islice

import msgspec

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType, ObjectType, keras_docs
from kerasstudio.graph.layer_search import search

LAYERS = "layers"
_SITE = "https://www.tensorflow.org/api_docs/python/tf/{path}"
_SINGULAR = {
    "layers": "layer",
    "optimizers": "optimizer",
    "schedules": "learning rate schedule",
    "losses": "loss",
    "metrics": "metric",
    "callbacks": "callback",
    "initializers": "initializer",
    "regularizers": "regularizer",
    "constraints": "constraint",
    "activations": "activation",
}
_OUTPUT = (
    "Marks a tensor as a result of the model. The name of the Output is the name under which its "
    "loss and metrics are reported.\n\nAn Output computes nothing and has no weights: it is drawn "
    "so that each result has a place of its own for its loss, its metrics and its target column."
)
_INPUT = (
    "Where data enters the model.\n\nThe shape is that of one sample, without the batch axis. An "
    "axis of unknown size is written as `?`.\n\nExample:\n\n```python\n"
    'image = keras.Input(shape=(28, 28, 1), name="image")\n```'
)


class Topic(msgspec.Struct, frozen=True):
    """`key` is "layers/Dense", "optimizers/Adam"; `family` one of the catalogue's, or "layers"."""

    key: str
    family: str
    name: str
    module: str
    summary: str
    arguments: tuple[Argument, ...] = ()

    @property
    def kind(self) -> str:
        """What it is, in words: "layer", "loss"."""
        return _SINGULAR.get(self.family, self.family)

    @property
    def address(self) -> str:
        """Its page on the web; "" for what is ours alone."""
        if not self.module.startswith("keras"):
            return ""
        return _SITE.format(path=f"{self.module}.{self.name}".replace(".", "/"))


def topic_key(family: str, name: str) -> str:
    return f"{family}/{name}"


class HelpTopics:
    """Everything there is help on, by key."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        found = [_topic(LAYERS, kind) for kind in catalogue.layers]
        found += [_topic(kind.family, kind) for kind in catalogue.objects]
        self.known: dict[str, Topic] = {topic.key: topic for topic in found}

    def text(self, topic: Topic) -> str:
        """The docstring of a topic; where Keras has none, the summary."""
        if topic.family == LAYERS and topic.name in ("Output", "InputLayer"):
            return _OUTPUT if topic.name == "Output" else _INPUT
        return self._docs.get(f"{topic.module}.{topic.name}") or topic.summary

    def find(self, query: str, most: int = 40) -> list[tuple[Topic, bool]]:
        """Topics for a few letters: those whose name, nickname or kind has them first, then those
        (True) that only speak of it."""
        wanted = query.strip().casefold()
        if not wanted:
            return []
        named = [
            self.known[topic_key(LAYERS, kind.class_name)]
            for kind in search(self._catalogue, query, limit=12)
        ]
        rest = [topic for topic in self.known.values() if topic.family != LAYERS]
        starts = [topic for topic in rest if topic.name.casefold().startswith(wanted)]
        inside = [
            topic for topic in rest if wanted in topic.name.casefold() or topic.kind == wanted
        ]
        exact = [each for each in (*starts, *named) if each.name.casefold() == wanted]
        found = {topic.key: topic for topic in (*exact, *named, *starts, *inside)}
        result = [(topic, False) for topic in islice(found.values(), most)]
        if len(wanted) > 2:
            spoken = (
                topic
                for topic in self.known.values()
                if topic.key not in found and wanted in self.text(topic).casefold()
            )
            result += [(topic, True) for topic in islice(spoken, most - len(result))]
        return result

    @property
    def _docs(self) -> dict[str, str]:
        return keras_docs(self._catalogue.keras_version)


def _topic(family: str, kind: LayerType | ObjectType) -> Topic:
    key = topic_key(family, kind.class_name)
    return Topic(key, family, kind.class_name, kind.module, kind.summary, kind.arguments)
