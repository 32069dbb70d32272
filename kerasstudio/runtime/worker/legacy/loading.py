"""A file of Keras 1 or 2: brought up to Keras 3 before it is drawn, its weights put in later."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.graph.vetting.known_objects import known_objects
from kerasstudio.graph.vetting.limits import UnsafeError
from kerasstudio.graph.vetting.models import vet_config
from kerasstudio.runtime.worker.legacy.archive_weights import load_archive_weights
from kerasstudio.runtime.worker.legacy.malformed import malformed
from kerasstudio.runtime.worker.legacy.origin import Origin, as_text, is_old
from kerasstudio.runtime.worker.legacy.upgrading import Upgraded, upgrade
from kerasstudio.runtime.worker.legacy.weight_groups import weight_groups
from kerasstudio.runtime.worker.legacy.weight_loading import load_weights
from kerasstudio.runtime.worker.model_files import WEIGHTS, ModelKind
from kerasstudio.runtime.worker.stored_member import open_member

_METADATA = "metadata.json"
_TRAINING = "training_config"


@dataclass(frozen=True)
class OldModel:
    """A model file of Keras 1 or 2. `config` is its configuration today, with `compile_config`
    where the file has one; it is still to be vetted."""

    path: Path
    kind: ModelKind
    upgraded: Upgraded

    @property
    def config(self) -> dict[str, Any]:
        compiled = self.upgraded.compiled
        return {**self.upgraded.config, **({"compile_config": compiled} if compiled else {})}

    @property
    def report(self) -> UpgradeReport:
        return self.upgraded.report

    def load_weights(self, model: Any) -> None:
        """Put the weights of the file into the model that was built of the configuration. Raises
        `StudioError` naming the layer where they do not fit."""
        stored = self.upgraded.stored
        if self.kind == "h5":
            with h5py.File(self.path, "r") as file:
                load_weights(model, stored, weight_groups(file))
        elif self.kind == "keras":
            with (
                zipfile.ZipFile(self.path) as archive,
                open_member(archive, WEIGHTS) as member,
                h5py.File(member, "r") as file,
            ):
                load_archive_weights(model, stored, file)


def old_model(path: Path, kind: ModelKind, config: dict[str, Any]) -> OldModel | None:
    """The upgraded model of a file whose container was vetted and holds `config`; None for one of
    Keras 3. Raises `StudioError` where it cannot be brought up."""
    origin, compiled = _origin(path, kind, config)
    if not is_old(config, origin):
        return None
    try:
        upgraded = upgrade(config, origin, compiled, kind != "json", _is_harmless)
    except StudioError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise malformed("something else", None, repr(error)) from error
    return OldModel(path, kind, upgraded)


def _origin(
    path: Path, kind: ModelKind, config: dict[str, Any]
) -> tuple[Origin, dict[str, Any] | None]:
    """Which Keras wrote the file, and how the model was compiled."""
    if kind == "h5":
        with h5py.File(path, "r") as file:
            groups = [file.attrs, file["model_weights"].attrs if "model_weights" in file else {}]
            version, backend = (
                next((as_text(each[key]) for each in groups if key in each), "")
                for key in ("keras_version", "backend")
            )
            text = file.attrs.get(_TRAINING)
        return Origin(version, backend), _as_dict(text)
    if kind == "keras":
        with zipfile.ZipFile(path) as archive:
            written = _METADATA in archive.namelist()
            found = _as_dict(archive.read(_METADATA)) if written else None
        version = str((found or {}).get("keras_version") or "")
        compiled = config.get("compile_config")
        return Origin(version), compiled if isinstance(compiled, dict) else None
    return Origin(str(config.get("keras_version") or ""), str(config.get("backend") or "")), None


def _as_dict(text: Any) -> dict[str, Any] | None:
    found = None if text is None else json.loads(text)
    return found if isinstance(found, dict) else None


def _is_harmless(config: dict[str, Any]) -> bool:
    """Whether Keras may make a configuration, to ask it for shapes."""
    try:
        return not vet_config(config, known_objects()).foreign
    except UnsafeError:
        return False
