"""Numbers for people: "9,248", "7.2 M", "98 kB"."""

from __future__ import annotations

from kerasstudio.graph.inspection import bytes_in_words


def count_text(count: int) -> str:
    """Every digit, in groups of three: "9,248"."""
    return f"{count:,}"


def amount_text(amount: float) -> str:
    """Two or three digits and a letter: "950", "9.2 k", "7.2 M", "1.3 G"."""
    letters = ["", " k", " M", " G", " T"]
    while amount >= 999.5 and len(letters) > 1:
        amount /= 1000
        letters.pop(0)
    digits = f"{amount:.0f}" if not letters[0] or amount >= 99.5 else f"{amount:.1f}"
    return f"{digits}{letters[0]}"


def bytes_text(size: int) -> str:
    """ "98 kB", "1.1 MB" (thousands, not 1,024s)."""
    return bytes_in_words(size)


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 row", "3 rows"; `many` where it is not just an s more."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
