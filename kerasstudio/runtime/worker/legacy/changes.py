"""The changes of one upgrade, collected while it goes on; alike ones are told together."""

from __future__ import annotations

from typing import Any

from kerasstudio.graph.upgrade_report import Change, ChangeKind, UpgradeReport

_LONGEST = 80
_MOST_TYPES = 3


class Changes:
    """`layer` and `layer_type` say which layer the next changes are of."""

    def __init__(self) -> None:
        self.layer = ""
        self.layer_type = ""
        self._found: dict[tuple[str, ...], dict[str, str]] = {}

    def of(self, layer: str, layer_type: str) -> Changes:
        """Go on with another layer."""
        self.layer, self.layer_type = layer, layer_type
        return self

    def add(
        self, kind: ChangeKind, what: str, why: str, before: Any = None, after: Any = None
    ) -> None:
        """`before` and `after` are values of the configuration, or None where there is none."""
        key = (kind, what, _text(before), _text(after), why)
        self._found.setdefault(key, {})[self.layer] = self.layer_type

    def report(self, wrote: str) -> UpgradeReport:
        changes = []
        for key, layers in self._found.items():
            kind, what, before, after, why = key
            types = list(dict.fromkeys(name for name in layers.values() if name))
            shown = ", ".join(types[:_MOST_TYPES]) + ", ..." * (len(types) > _MOST_TYPES)
            names = tuple(name for name in layers if name)
            changes.append(Change(kind, names, shown, what, before, after, why))  # type: ignore[arg-type]
        return UpgradeReport(wrote, tuple(changes))


def _text(value: Any) -> str:
    """A value as Python writes it, but names without quotes and long ones cut."""
    if value is None:
        return ""
    if isinstance(value, dict) and "class_name" in value:
        config = value.get("config")
        inside = ", ".join(
            f"{name}={_text(each) or None}"
            for name, each in (config if isinstance(config, dict) else {}).items()
        )
        value = f"{value['class_name']}({inside})"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
