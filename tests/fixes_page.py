"""The examples in `docs/FIXES.md`."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "FIXES.md"


def promised(heading: str) -> set[str]:
    """The labels in the table below a heading."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\|[^|]*\| `([^|]*)` \|", section, re.MULTILINE))
