"""Exceptions in words."""

from __future__ import annotations

import traceback

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime.protocol import Failed


def crash_report(request_id: int, error: BaseException) -> Failed:
    """`Failed` for an error nobody expected, with the traceback in `detail`."""
    return Failed(
        id=request_id,
        crash=True,
        problem=Problem(
            code="worker.crash",
            message=f"An unexpected error: {type(error).__name__}: {str(error)[:500]}",
            detail="".join(traceback.format_exception(error)),
        ),
    )
