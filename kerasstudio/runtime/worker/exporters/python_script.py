"""`.py`: model and training as a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.data.describe import describe
from kerasstudio.runtime.worker.data.dialects import sniff
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.weights import save_in_order


def write(subject: Subject, path: Path) -> None:
    project, summary = described(subject)
    code = python_code(project, shipped(), summary, titled(subject, path))
    path.write_text(code, encoding="utf-8")


def described(subject: Subject) -> tuple[Project, DataSummary | None]:
    """The project as the code shall name its files, and what is in them where they can be read."""
    project = _with_files(subject.project, subject.base)
    if not project.data.sources:
        return project, None
    try:
        return project, describe(project.data, subject.base)
    except StudioError as error:
        subject.notes.append(f"the code was written without looking at the data: {error}")
        return project, None


def titled(subject: Subject, path: Path) -> str:
    """What stands at the top of the code."""
    return f"{subject.title or path.stem}: a Keras model and its training."


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    weights = save_in_order(subject.model, folder / "weights.npz")
    return {"kind": "script", "path": str(path), "weights": str(weights)}


def _with_files(project: Project, base: Path) -> Project:
    """The project with absolute paths and with the way each table is written."""
    sources = tuple(_with_dialect(source, base) for source in project.data.sources)
    data = msgspec.structs.replace(project.data, sources=sources)
    return msgspec.structs.replace(project, data=data)


def _with_dialect(source: Source, base: Path) -> Source:
    if source.path.startswith("sample:"):
        return source
    path = Path(source.path).expanduser()
    path = path if path.is_absolute() else base / path
    options = dict(source.options)
    if source.kind == "csv" and path.is_file():
        dialect = sniff(path, source.options)
        options |= {
            "delimiter": dialect.delimiter,
            "encoding": dialect.encoding,
            "decimal": "comma" if dialect.decimal_comma else "point",
            "header": "yes" if dialect.has_header else "no",
        }
    return msgspec.structs.replace(source, path=str(path), options=options)


EXPORTER = Exporter(
    Format("python", "Python script", ".py", "Model and training as code, without weights."),
    write,
    recipe,
)
