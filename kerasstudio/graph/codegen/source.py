"""Text of Python source: literals, identifiers, paths of classes. Nothing a person or a file names
gets into code except through these functions."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from typing import Any

from kerasstudio.graph.problems import Place, Problem, StudioError

# Where classes may come from that code makes objects of: nothing in there acts when it is made.
_FAMILIES = (
    "activations|applications|constraints|dtype_policies|initializers|layers|losses|metrics|models"
    "|ops|optimizers|quantizers|random|regularizers"
)
_MODULE = re.compile(rf"keras|keras\.(src\.)?({_FAMILIES})(\.[a-z_][a-z0-9_]*)*")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9_]*")


def text(value: str) -> str:
    """A Python string literal, in double quotes where that needs no more escapes."""
    written = repr(value)
    if written[0] == '"':
        return written
    if '"' in value:
        return written
    return f'"{written[1:-1]}"'


def constant(value: Any) -> str:
    """A number, text, None, or a nested tuple or list of those, as source on one line."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, tuple):
        inner = ", ".join(constant(each) for each in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(constant(each) for each in value)}]"
    return repr(value)


def comment(value: str) -> str:
    """A person's text made safe for one comment line, or for a docstring."""
    clean = " ".join(value.split())
    return "".join(char for char in clean if char.isprintable())


def docstring(value: str) -> str:
    """A docstring of one line."""
    safe = comment(value).replace("\\", "/").replace('"', "'")
    return f'"""{safe}"""'


class Names:
    """Python identifiers for people's names, each used once in its scope."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self._taken = set(taken)

    def give(self, name: str, fallback: str = "value") -> str:
        """An identifier like `name` that nothing else has."""
        wanted = identifier(name, fallback)
        found, number = wanted, 2
        while found in self._taken:
            found = f"{wanted}_{number}"
            number += 1
        self._taken.add(found)
        return found

    def reserve(self, name: str) -> bool:
        """Take exactly this name; False when it is taken."""
        if name in self._taken:
            return False
        self._taken.add(name)
        return True

    def forget(self, name: str) -> None:
        """Give a name back."""
        self._taken.discard(name)

    def inner(self) -> Names:
        """Names of a scope inside, which may not hide those of this one."""
        return Names(tuple(self._taken))


def identifier(name: str, fallback: str = "value") -> str:
    """A lower-case ASCII identifier that looks like `name`, is no keyword and hides nothing."""
    bare = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
    if not plain:
        return fallback
    if plain[0].isdigit():
        plain = f"{fallback}_{plain}"
    if plain == "input":
        return "inputs"
    reserved = keyword.iskeyword(plain) or keyword.issoftkeyword(plain) or plain in _BUILTINS
    return f"{plain}_" if reserved else plain


# Names that a reader takes for Python's own.
_BUILTINS = {
    "abs", "all", "any", "ascii", "bin", "bool", "bytes", "callable", "chr", "compile", "complex",
    "copyright", "credits", "delattr", "dict", "dir", "divmod", "enumerate", "eval", "exec", "exit",
    "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr", "hash", "help",
    "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len", "license", "list",
    "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow",
    "print", "property", "quit", "range", "repr", "reversed", "round", "set", "setattr", "slice",
    "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "vars", "zip",
}  # fmt: skip


def class_path(module: str, class_name: str, place: Place = Place()) -> str:  # noqa: B008 (frozen)
    """ "keras.layers", "Dense" → "layers.Dense"; what is not Keras's is refused, because a
    project file may come from anywhere. Raises `StudioError`."""
    known = (
        isinstance(module, str)
        and _MODULE.fullmatch(module) is not None
        and _CLASS.fullmatch(class_name) is not None
    )
    if not known:
        raise StudioError(
            Problem(
                code="export.class",
                message=f'There is no code for the class "{str(class_name)[:80]}".',
                expected="a class of Keras, or one whose code is part of the project",
                received=f"{str(module)[:80]}.{str(class_name)[:80]}",
                place=place,
            )
        )
    return f"layers.{class_name}" if module == "keras.layers" else f"{module}.{class_name}"


def keyword_name(name: str) -> str:
    """`name` when it can be a keyword argument. Raises `StudioError`."""
    if not is_name(name):
        raise StudioError(
            Problem(
                code="export.argument",
                message=f"{name[:80]!r} cannot be the name of an argument.",
                expected="a Python identifier",
                received=name[:80],
            )
        )
    return name


def is_name(name: Any) -> bool:
    """Whether this can stand for a name in code; Python folds letters like "ﬁ" to others."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        return False
    return unicodedata.normalize("NFKC", name) == name
