"""Files that are either the old ones or the new ones: the functions of `graph.atomic`."""

from __future__ import annotations

from kerasstudio.graph.atomic import replace_atomic, sync_folder, write_atomic

__all__ = ["replace_atomic", "sync_folder", "write_atomic"]
