"""Python's stored code as plain values: a reader of the marshal format, written in Python.

The format is that of Python/marshal.c, versions 3 and 4. Which Python wrote it is not said; code
objects of Python 3.4 to 3.13 differ in their fields, and the layout that fits to the last byte is
taken. Every length is checked against the data, so the worst that crafted data does is a refusal.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

_DEEPEST = 60
_MOST_OBJECTS = 100_000
_REFERABLE = 0x80
_PLAIN = {ord("N"): None, ord("T"): True, ord("F"): False, ord("."): ...}
_TEXTS = {ord("u"): 4, ord("t"): 4, ord("a"): 4, ord("A"): 4, ord("z"): 1, ord("Z"): 1}
_GROUPS = {ord("("): 4, ord(")"): 1, ord("["): 4, ord("<"): 4, ord(">"): 4}


class MarshalError(Exception):
    """The data is no stored code that is understood."""


@dataclass(frozen=True)
class StoredCode:
    """A code object: `arguments` are the names it takes, `instructions` its bytes. `layout` is
    "3.4", "3.8" or "3.11", the first Python that stored code so."""

    name: str
    arguments: tuple[str, ...]
    locals: tuple[str, ...]
    free: tuple[str, ...]
    names: tuple[str, ...]
    constants: tuple[Any, ...]
    instructions: bytes
    flags: int
    layout: str


def read_code(data: bytes) -> StoredCode:
    """The code object that `data` is. Raises `MarshalError`."""
    last: MarshalError | None = None
    for layout in ("3.11", "3.8", "3.4"):
        try:
            reader = _Reader(data, layout)
            code = reader.value()
            if not isinstance(code, StoredCode):
                raise MarshalError("it is no code")
            if reader.place != len(data):
                raise MarshalError("there is more behind it")
        except MarshalError as error:
            last = error
        else:
            return code
    raise last or MarshalError("it is empty")


class _Reader:
    def __init__(self, data: bytes, layout: str) -> None:
        self._data = data
        self._layout = layout
        self.place = 0
        self._known: list[Any] = []
        self._count = 0
        self._depth = 0

    def value(self) -> Any:
        self._count += 1
        self._depth += 1
        if self._count > _MOST_OBJECTS or self._depth > _DEEPEST:
            raise MarshalError("it is too long or nested too deeply")
        kind = self._take(1)[0]
        number = None
        if kind & _REFERABLE:
            kind &= ~_REFERABLE
            number = len(self._known)
            self._known.append(None)
        found = self._of_kind(kind)
        if number is not None:
            self._known[number] = found
        self._depth -= 1
        return found

    def _of_kind(self, kind: int) -> Any:
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in _TEXTS:
            return self._take(self._size(_TEXTS[kind])).decode("utf-8", "replace")
        if kind in _GROUPS:
            size = self._size(_GROUPS[kind])
            if size > len(self._data) - self.place:
                raise MarshalError("it ends too early")
            return tuple(self.value() for _ in range(size))
        match chr(kind):
            case "i":
                return self._integer()
            case "l":
                return self._long()
            case "g":
                return struct.unpack("<d", self._take(8))[0]
            case "f":
                return self._number(self._take(self._size(1)))
            case "y":
                return complex(*struct.unpack("<dd", self._take(16)))
            case "s":
                return self._take(self._size(4))
            case "r":
                number = self._size(4)
                if number >= len(self._known):
                    raise MarshalError("it refers to what is not there")
                return self._known[number]
            case "c":
                return self._code()
        raise MarshalError(f"it holds a value of the kind {kind}")

    def _code(self) -> StoredCode:
        new = self._layout == "3.11"
        counts = [self._integer()]
        if self._layout != "3.4":
            self._integer()  # how many by position only
        keywords = self._integer()
        if not new:
            self._integer()  # how many locals
        self._integer()  # the depth of its stack
        flags = self._integer()
        instructions, constants, names = self.value(), self.value(), self.value()
        variables = self.value()
        kinds = self.value() if new else b""
        free = () if new else self.value()
        if not new:
            self.value()  # variables that functions inside it use
        self.value()  # the file
        name = self.value()
        if new:
            self.value()  # the name with those around it
        self._integer()  # the first line
        self.value()  # lines of instructions
        if new:
            self.value()  # exceptions
        if not isinstance(instructions, bytes) or not isinstance(constants, tuple):
            raise MarshalError("its instructions are none")
        names, variables = _texts(names), _texts(variables)
        if new:
            if not isinstance(kinds, bytes) or len(kinds) != len(variables):
                raise MarshalError("its variables are none")
            free = tuple(each for each, kind in zip(variables, kinds, strict=True) if kind & 0x80)
        taken = counts[0] + keywords
        if not 0 <= taken <= len(variables):
            raise MarshalError("its arguments are none")
        return StoredCode(
            str(name),
            variables[:taken],
            variables,
            _texts(free),
            names,
            constants,
            instructions,
            flags,
            self._layout,
        )

    def _take(self, count: int) -> bytes:
        end = self.place + count
        if count < 0 or end > len(self._data):
            raise MarshalError("it ends too early")
        part = self._data[self.place : end]
        self.place = end
        return part

    def _integer(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _size(self, bytes_: int) -> int:
        return int.from_bytes(self._take(bytes_), "little")

    def _long(self) -> int:
        digits = self._integer()
        parts = [self._size(2) for _ in range(min(abs(digits), 2000))]
        value = sum(part << (15 * place) for place, part in enumerate(parts))
        return -value if digits < 0 else value

    @staticmethod
    def _number(text: bytes) -> float:
        try:
            return float(text)
        except ValueError as error:
            raise MarshalError("it holds a number that is none") from error


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, tuple) or not all(isinstance(each, str) for each in values):
        raise MarshalError("its names are none")
    return values
