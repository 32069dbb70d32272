"""All models of one configuration, and where a file keeps the state of their layers."""

from __future__ import annotations

from typing import Any

from keras.src.utils.naming import to_snake_case

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.model_config import INPUT, ConfigReader, Entry, ModelConfig


class Parsed:
    """The models of one configuration, each read once: `models` by the identity of their entry."""

    def __init__(self, reader: ConfigReader) -> None:
        self._reader = reader
        self.models: dict[Any, ModelConfig] = {}
        self._paths: dict[int, str] = {}

    def root(self, config: dict[str, Any]) -> Entry:
        """The outermost model. Raises `StudioError` for something else, or one written as code."""
        entry = self._reader.entry(config)
        if entry.is_model:
            self.model(entry)
            return entry
        raise StudioError(
            Problem(
                code="import.subclass",
                message=f'"{entry.name}" is written as code, so there is no graph to draw.',
                expected="a Functional or Sequential model",
                received=entry.class_name,
            )
        )

    def held(self, config: dict[str, Any], path: str) -> Entry:
        """A layer inside a layer, which lies at `path`."""
        entry = self._reader.entry(config)
        self._paths[id(entry)] = path
        return entry

    def path(self, entry: Entry) -> str:
        """Where a `.keras` file keeps the state of a layer ("layers/dense_1")."""
        return self._paths.get(id(entry), "")

    def model(self, entry: Entry) -> ModelConfig:
        if entry.identity not in self.models:
            found = self.models[entry.identity] = self._reader.model(entry)
            self._name_paths(found, self.path(entry))
            for each in found.entries:
                if each.is_model:
                    self.model(each)
        return self.models[entry.identity]

    def _name_paths(self, model: ModelConfig, base: str) -> None:
        """Keras counts the classes of a model's layers; a Sequential does not list its Input."""
        used: dict[str, int] = {}
        for entry in model.entries:
            hidden = model.kind == "sequential" and entry.class_name == INPUT
            if entry.is_operation or hidden:
                continue
            name = to_snake_case(entry.class_name)
            number = used[name] = used.get(name, -1) + 1
            unique = f"{name}_{number}" if number else name
            self._paths[id(entry)] = f"{base}/layers/{unique}".lstrip("/")
