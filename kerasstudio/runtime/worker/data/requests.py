"""Answers to the requests about data."""

from __future__ import annotations

from kerasstudio.runtime.protocol import DataDescribed, DataGuessed, DescribeData, GuessData
from kerasstudio.runtime.worker.data.columns import Report
from kerasstudio.runtime.worker.data.describe import describe
from kerasstudio.runtime.worker.data.guess import guess_data


def answer(
    request: DescribeData | GuessData, progress: Report | None = None
) -> DataDescribed | DataGuessed:
    """Describe the project's data, or propose a description for chosen files.

    Raises `StudioError` for a file that cannot be used."""
    if isinstance(request, DescribeData):
        return DataDescribed(id=request.id, summary=describe(request.data, request.base, progress))
    data, summary = guess_data(request.paths, request.base, request.target, progress)
    return DataGuessed(id=request.id, data=data, summary=summary)
