"""Reading, encoding and splitting the data as code: NumPy and the csv module only, and the same
samples in the same parts as in the program."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kerasstudio.graph.bindings import Binding, Bindings, resolve
from kerasstudio.graph.codegen.helpers import EMPTY, HELPERS
from kerasstudio.graph.codegen.pieces import Call, Items, Method, Pairs, Piece
from kerasstudio.graph.codegen.rendering import INDENT, body_lines, flat
from kerasstudio.graph.codegen.source import Names, text
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project
from kerasstudio.graph.resources import resource

SAMPLE = "sample:"
_OPTIONS = {"delimiter": ",", "decimal": "point", "encoding": "utf-8", "header": "yes"}


class DataCode:
    """Constants, helper functions and `load_data()` for one project."""

    def __init__(self, project: Project, summary: DataSummary | None) -> None:
        self._project = project
        self._data: DataSpec = project.data
        self._summary = summary
        self._bindings: Bindings = resolve(project, summary)
        self._helpers: set[str] = set()
        self._files = Names(("load_data", "main", "SEED"))
        self.constants: list[str] = []
        self.body: list[str] = []
        if self.complete:
            self._write()

    @property
    def complete(self) -> bool:
        """Whether every Input and Output of the drawing has data."""
        inputs = {layer.id for _, layer in self._project.inputs()}
        outputs = {layer.id for _, layer in self._project.outputs()}
        return bool(
            self._data.sources
            and inputs
            and inputs == set(self._bindings.inputs)
            and outputs == set(self._bindings.outputs)
        )

    def functions(self) -> list[str]:
        """The helper functions that are used, then `load_data`."""
        lines: list[str] = []
        for name, source in HELPERS.items():
            if name in self._helpers:
                lines += [*source.strip("\n").splitlines(), "", ""]
        return [*lines, *self.body]

    def uses(self, module: str) -> bool:
        """Whether the code needs this import."""
        return any(f"{module}." in line for line in self.functions())

    # ------------------------------------------------------------------ load_data

    def _write(self) -> None:
        body = ['"""The samples as (x, y) of the training, validation and test part."""']
        tables = {source.id: self._open(source, body) for source in self._data.sources}
        body += self._read_columns(tables)
        body += self._drop_rows()
        body += self._split()
        body += self._fill()
        body += self._one_hot()
        body += self._gather()
        if self._helpers & {"numbers", "class_numbers"}:
            self.constants.append(EMPTY)
        self.body = [
            "def load_data() -> list[tuple]:",
            *(f"{INDENT}{line}" if line else "" for line in body),
        ]

    def _open(self, source: Source, body: list[str]) -> str:
        """Note the file's constant; the name of the variable with its columns."""
        stem = Path(source.path.removeprefix(SAMPLE)).stem
        variable = self._files.give(stem, "table")
        constant = f"{variable.upper()}_FILE"
        path = str(resource(f"samples/{source.path.removeprefix(SAMPLE)}"))
        if not source.path.startswith(SAMPLE):
            path = source.path
        self.constants.append(f"{constant} = Path({text(path)})")
        if source.kind == "csv":
            self._helpers.add("read_table")
            options = [
                (name, text(source.options[name]))
                for name, default in _OPTIONS.items()
                if source.options.get(name, default) != default
            ]
            call = Call("read_table", (constant,), tuple(options))
            body += body_lines(call, f"{variable} = ")
        elif source.kind == "npy":
            body.append(f"{variable} = {{{text(stem)}: np.load({constant})}}")
        else:
            body.append(f"{variable} = np.load({constant})")
        return variable

    def _used(self) -> list[Column]:
        ports = (*self._bindings.inputs.values(), *self._bindings.outputs.values())
        names = {name for port in ports for name in port.columns}
        dropping = {
            column.name
            for column in self._data.columns
            if column.role != "ignore" and column.missing == "drop_row"
        }
        return [column for column in self._data.columns if column.name in names | dropping]

    def _read_columns(self, tables: dict[str, str]) -> list[str]:
        """Columns that are read alike are read in one loop."""
        kinds = {source.id: source.kind for source in self._data.sources}
        alike: dict[tuple[str, str], list[str]] = {}
        for column in self._used():
            reader = self._reader(column, kinds[column.source])
            alike.setdefault((tables[column.source], reader), []).append(column.name)
        lines = ["columns = {}"]
        for (table, reader), names in alike.items():
            read = reader.format(f"{table}[name]")
            if len(names) == 1:
                read = reader.format(f"{table}[{text(names[0])}]")
                lines.append(f"columns[{text(names[0])}] = {read}")
                continue
            tuple_of = Items(tuple(text(name) for name in names), "()")
            lines += body_lines(tuple_of, "for name in ", suffix=":")
            lines.append(f"{INDENT}columns[name] = {read}")
        return lines

    def _reader(self, column: Column, kind: str) -> str:
        if column.encoding != "none" and column.kind == "array":
            return '{}.astype("int32")'
        if column.encoding != "none":
            self._helpers.add("class_numbers")
            return "class_numbers({})"
        if column.kind == "array":
            return "{}"
        if column.kind == "text":
            self._helpers.add("words")
            return "words({})"
        if kind != "csv":
            return '{}.astype("float32")'
        self._helpers.add("numbers")
        return "numbers({})"

    def _drop_rows(self) -> list[str]:
        names = [
            column.name
            for column in self._data.columns
            if column.role != "ignore" and column.missing == "drop_row"
        ]
        if not names:
            return []
        self._helpers.add("filled")
        listed = Items(tuple(text(name) for name in names), "()")
        return [
            "# Rows with an empty cell are left out.",
            *body_lines(
                listed, "keep = np.all([filled(columns[name]) for name in ", suffix="], axis=0)"
            ),
            "columns = {name: values[keep] for name, values in columns.items()}",
        ]

    def _split(self) -> list[str]:
        split, window = self._data.split, self._data.window
        self._helpers.add("split")
        lines = ["rows = len(next(iter(columns.values())))"]
        count = "rows"
        if window.length:
            self.constants += [f"WINDOW = {window.length}", f"HORIZON = {window.horizon}"]
            lines.append("samples = rows - WINDOW - HORIZON + 1")
            count = "samples"
        arguments: list[tuple[str, Piece]] = [
            ("validation", repr(split.validation)),
            ("test", repr(split.test)),
        ]
        if split.method == "ordered":
            arguments.append(("ordered", "True"))
        else:
            arguments.append(("seed", repr(split.seed)))
            classes = self._stratified() if split.method == "stratified" else None
            if classes is not None:
                labels = f"columns[{text(classes)}]"
                if window.length:
                    labels += "[WINDOW + HORIZON - 1 :]"
                arguments.append(("classes", labels))
        return [*lines, *body_lines(Call("split", (count,), tuple(arguments)), "parts = ")]

    def _stratified(self) -> str | None:
        for column in self._data.columns:
            encoded = column.encoding != "none" and column.kind != "array"
            if column.role == "target" and encoded:
                return column.name
        return None

    def _fill(self) -> list[str]:
        lines: list[str] = []
        for column in self._used():
            if column.missing not in ("mean", "most_frequent") or column.kind == "array":
                continue
            self._helpers |= {"fill", "filled"}
            way = "mean" if column.missing == "mean" and column.encoding == "none" else "frequent"
            if not lines:
                lines = [
                    "# Empty cells are filled with what the training rows have.",
                    *self._train(),
                ]
            name = f"columns[{text(column.name)}]"
            lines.append(f"{name} = fill({name}, train_rows, {text(way)})")
        return lines

    def _train(self) -> list[str]:
        if not self._data.window.length:
            return ["train_rows = parts[0]"]
        return ["train_rows = np.arange(parts[0][0], parts[0][-1] + WINDOW + HORIZON)"]

    def _one_hot(self) -> list[str]:
        lines = []
        for column in self._used():
            if column.encoding == "one_hot":
                name = f"columns[{text(column.name)}]"
                lines.append(f'{name} = np.eye({name}.max() + 1, dtype="float32")[{name}]')
        return lines

    # ------------------------------------------------------------------ inputs and targets

    def _gather(self) -> list[str]:
        lines: list[str] = []
        x = self._ports(self._bindings.inputs.values(), "x", lines, self._input)
        y = self._ports(self._bindings.outputs.values(), "y", lines, self._target)
        if len(self._bindings.inputs) == 1 and len(self._bindings.outputs) == 1:
            return [*lines, f"return [({x}[part], {y}[part]) for part in parts]"]
        self._helpers.add("take")
        return [*lines, f"return [(take({x}, part), take({y}, part)) for part in parts]"]

    def _ports(
        self, bindings: Iterable[Binding], name: str, lines: list[str], source: object
    ) -> str:
        made = [(binding.name, source(binding)) for binding in bindings]  # type: ignore[operator]
        if len(made) == 1:
            lines += body_lines(made[0][1], f"{name} = ")
        else:
            lines += body_lines(Pairs(tuple(made)), f"{name} = ")
        return name

    def _joined(self, binding: Binding) -> Piece:
        if len(binding.columns) == 1:
            column = self._data.column(binding.columns[0])
            name = f"columns[{text(binding.columns[0])}]"
            alone = column is not None and (column.kind == "array" or column.encoding == "one_hot")
            return name if alone else f"{name}[:, None]"
        self._helpers.add("join")
        listed = Items(tuple(text(name) for name in binding.columns), "()")
        return Call("join", ("columns", listed))

    def _input(self, binding: Binding) -> Piece:
        piece = self._joined(binding)
        if self._data.window.length:
            self._helpers.add("windows")
            piece = Call("windows", (piece, "samples"))
        layer = self._project.layers[binding.layer]
        shape = layer.arguments.get("shape") or []
        other = shape and all(shape) and binding.shape != tuple(shape)
        if other and any(self._is_array(name) for name in binding.columns):
            # Axes of length 1 may be missing in the file (an image without channels).
            sizes = (repr(int(axis)) for axis in shape)
            piece = Method(piece, "reshape", ("-1", *sizes))
        return self._cast(piece, binding, str(layer.arguments.get("dtype") or "float32"))

    def _target(self, binding: Binding) -> Piece:
        column = self._data.column(binding.columns[0])
        piece = self._joined(binding)
        if column is not None and column.encoding == "index" and len(binding.columns) == 1:
            piece = f"columns[{text(column.name)}]"
            cast: Piece = piece
        else:
            cast = self._cast(piece, binding, "float32")
        return f"{flat(cast)}[WINDOW + HORIZON - 1 :]" if self._data.window.length else cast

    def _cast(self, piece: Piece, binding: Binding, dtype: str) -> Piece:
        """`piece` in the dtype the Input wants; single numbers are float32 already."""
        columns = [self._data.column(name) for name in binding.columns]
        ready = all(
            column is not None and column.kind != "array" and column.encoding in ("none", "one_hot")
            for column in columns
        )
        if dtype == "string" or (ready and dtype == "float32"):
            return piece
        return Method(piece, "astype", (text(dtype),))

    def _is_array(self, name: str) -> bool:
        column = self._data.column(name)
        return column is not None and column.kind == "array"
