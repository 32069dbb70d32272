"""How much of everything a model file may hold, and the two ways in which one is turned down."""

from __future__ import annotations

MOST_CONFIG_BYTES = 64 << 20
MOST_VALUES = 5_000_000
"""Values in a configuration: each takes some hundred bytes once it is read."""
DEEPEST = 200
MOST_UNITS = 1 << 20
MOST_SIZE = 1 << 24
MOST_AXIS = 1 << 28
MOST_ELEMENTS = 1 << 31
MOST_RANK = 32
BIG_DATASET = 64 << 20
MOST_EXPANSION = 1000
"""How many times its bytes on disk a data set may take in memory; zeros compress well."""
MOST_MEMBERS = 20_000
MOST_OBJECTS = 500_000
MOST_NAME = 4096
MOST_ASSET_BYTES = 1 << 30
MOST_MEMBER_EXPANSION = 200


class UnsafeError(Exception):
    """The file holds something that no model needs and that can do harm; `what` is a noun phrase,
    `where` a place in the file."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"{what}, at {where or 'the top'}")
        self.what = what
        self.where = where


class DamagedError(Exception):
    """The file is not whole; `why` completes "it ..."."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
