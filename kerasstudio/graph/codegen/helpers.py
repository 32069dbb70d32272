"""Functions that a generated script may need, in the order they appear in it."""

from __future__ import annotations

EMPTY = 'EMPTY = {"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?"}'

HELPERS = {
    "read_table": '''
def read_table(path, delimiter=",", decimal="point", encoding="utf-8", header="yes"):
    """The columns of a text table by name, every cell as text."""
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(newline="", encoding=encoding) as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    rows = [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]
    names = [f"column_{number}" for number, _ in enumerate(rows[0], start=1)]
    if header == "yes":
        first = rows.pop(0)
        names = [cell or name for cell, name in zip(first, names)]
    if decimal == "comma":
        rows = [[cell.replace(",", ".") for cell in row] for row in rows]
    return dict(zip(names, zip(*rows)))
''',
    "numbers": '''
def numbers(cells):
    """Cells as numbers, NaN where one is empty."""
    values = [float("nan") if cell in EMPTY else float(cell) for cell in cells]
    return np.array(values, dtype="float32")
''',
    "words": '''
def words(cells):
    """Cells as text, for a layer that reads words."""
    return np.array([str(cell).strip() for cell in cells], dtype=object)
''',
    "class_numbers": '''
def class_numbers(values):
    """Each value as the number of its class, in sorted order; -1 where empty."""
    values = np.asarray(values)
    if values.dtype.kind in "US":
        missing = np.isin(values, list(EMPTY))
        try:
            values = np.where(missing, "nan", values).astype("float64")
        except ValueError:
            values = np.char.strip(values)
    else:
        missing = ~np.isfinite(values)
    numbers = np.full(len(values), -1, dtype="int32")
    numbers[~missing] = np.unique(values[~missing], return_inverse=True)[1]
    return numbers
''',
    "filled": '''
def filled(values):
    """True where a value is there."""
    if values.dtype.kind == "i":
        return values >= 0
    finite = np.isfinite(values)
    return finite.all(axis=tuple(range(1, finite.ndim)))
''',
    "fill": '''
def fill(values, train_rows, way):
    """Values with the empty ones replaced by what the training rows have."""
    known = values[train_rows][filled(values[train_rows])]
    if way == "mean":
        middle = known.astype("float64").mean()
    else:
        found, counts = np.unique(known, return_counts=True)
        middle = found[counts.argmax()]
    return np.where(filled(values), values, middle).astype(values.dtype)
''',
    "split": '''
def split(count, validation, test, seed=0, classes=None, ordered=False):
    """Sample numbers of the training, validation and test part.

    With `classes` each part has its share of every class."""

    def size(share):
        return max(1, round(count * share)) if share > 0 else 0

    def steps(length, wanted):
        return (np.arange(wanted) * length + length // 2) // max(1, wanted)

    tested, validated = size(test), size(validation)
    if ordered:
        return np.split(np.arange(count), [count - tested - validated, count - tested])
    order = np.random.default_rng(seed).permutation(count)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    chosen = steps(count, tested)
    rest = np.delete(order, chosen)
    kept = steps(len(rest), validated)
    parts = np.delete(rest, kept), rest[kept], order[chosen]
    return [np.sort(part) for part in parts]
''',
    "join": '''
def join(columns, names):
    """Columns side by side; single values get an axis of their own."""
    values = [columns[name] for name in names]
    return np.concatenate([v[:, None] if v.ndim == 1 else v for v in values], axis=-1)
''',
    "windows": '''
def windows(values, samples):
    """Windows of consecutive rows: (rows, ...) to (samples, WINDOW, ...)."""
    views = np.lib.stride_tricks.sliding_window_view(values, WINDOW, axis=0)
    return np.moveaxis(views, -1, 1)[:samples]
''',
    "take": '''
def take(values, part):
    """The samples of one part, from an array or from several by name."""
    if isinstance(values, dict):
        return {name: array[part] for name, array in values.items()}
    return values[part]
''',
}

ADAPT = '''
def adapt_layers(model, x, names):
    """Let layers learn from the training data, each from what arrives at it."""
    for name in names:
        layer = model.get_layer(name)
        arriving = keras.Model(model.inputs, layer.input)
        layer.adapt(arriving.predict(x, verbose=0))
'''
