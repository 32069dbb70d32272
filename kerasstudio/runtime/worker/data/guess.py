"""A data description for files a person chose."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from kerasstudio.graph.data_guess import guess
from kerasstudio.graph.data_spec import DataSpec, Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.resources import resource
from kerasstudio.runtime.worker.data.columns import Report, silent
from kerasstudio.runtime.worker.data.describe import open_tables, summarise
from kerasstudio.runtime.worker.data.faults import fault
from kerasstudio.runtime.worker.data.sources import SAMPLE, kind_of, locate


def guess_data(
    paths: Iterable[str],
    base: Path | str,
    target: str | None = None,
    progress: Report | None = None,
) -> tuple[DataSpec, DataSummary]:
    """(data description, its summary) for files; the reasons are hints in the summary.

    Raises `StudioError` for a file that cannot be used and for a `target` that is no column."""
    report = progress or silent
    folder = Path(base)
    sources = tuple(_source(path, folder, number) for number, path in enumerate(paths, start=1))
    if not sources:
        raise fault("data.no_source", "No data file was chosen.", expected="one file or more")
    bare = DataSpec(sources=sources)
    tables = open_tables(bare, folder, report)
    first = summarise(bare, tables, folder, report)
    data, hints = guess(sources, first, target)
    summary = summarise(data, tables, folder, report)
    return data, msgspec.structs.replace(summary, problems=(*summary.problems, *hints))


def _source(path: str, base: Path, number: int) -> Source:
    """The source for a chosen path, written so that the project can be moved with its data."""
    kind = kind_of(Path(path.removeprefix(SAMPLE)))
    source = Source(id=f"s{number}", path=path, kind=kind.id)
    if path.startswith(SAMPLE):
        return source
    found = locate(source, base).resolve()
    samples = resource("samples").resolve()
    if found.parent == samples:
        written = SAMPLE + found.name
    elif found.is_relative_to(base.resolve()):
        written = found.relative_to(base.resolve()).as_posix()
    else:
        written = str(found)
    return msgspec.structs.replace(source, path=written)
