"""HDF5 files: nothing of them may lie elsewhere, be a trick of links, or burst."""

from __future__ import annotations

import math
from typing import Any

import h5py

from kerasstudio.graph.vetting.limits import (
    BIG_DATASET,
    DEEPEST,
    MOST_CONFIG_BYTES,
    MOST_EXPANSION,
    MOST_OBJECTS,
    MOST_RANK,
    UnsafeError,
)

_FILTERS = {
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
    h5py.h5z.FILTER_LZF,
    h5py.h5z.FILTER_SCALEOFFSET,
    h5py.h5z.FILTER_NBIT,
}
"""What h5py itself unpacks; for any other HDF5 looks for a library to load."""
_MOST_FILE_EXPANSION = 200
_OURS = "/kerasstudio/"
"""Where our own files have second names for data that Keras has."""


def vet_hdf5(file: h5py.File, size: int) -> None:
    """Look at every group, link, data set and attribute of a file of `size` bytes, without
    reading values. Raises `UnsafeError`."""
    waiting: list[tuple[h5py.Group, str, int]] = [(file, "", 0)]
    seen = {_address(file)}
    total = 0
    while waiting:
        group, place, depth = waiting.pop()
        if depth > DEEPEST:
            raise UnsafeError("groups nested too deeply", place)
        _vet_attributes(group, place)
        for name in group:
            here = f"{place}/{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise UnsafeError("a link", here)
            item = group[name]
            address = _address(item)
            if address in seen:
                if not (isinstance(item, h5py.Dataset) and here.startswith(_OURS)):
                    raise UnsafeError("one thing under two names", here)
                total += item.nbytes
                continue
            seen.add(address)
            if len(seen) > MOST_OBJECTS:
                raise UnsafeError(f"more than {MOST_OBJECTS:,} groups and data sets", place)
            if isinstance(item, h5py.Group):
                waiting.append((item, here, depth + 1))
            elif isinstance(item, h5py.Dataset):
                total += _vet_dataset(item, here)
                _vet_attributes(item, here)
            else:
                raise UnsafeError("a type definition", here)
    if total > 4 * BIG_DATASET and total > _MOST_FILE_EXPANSION * max(size, 1):
        raise UnsafeError(f"data sets of {total >> 20:,} MiB in a file of {size >> 10:,} KiB")


def text_attribute(holder: Any, name: str) -> str | None:
    """A text that Keras keeps as an attribute, None when it is absent. Raises `UnsafeError` for one
    of another kind."""
    if name not in holder.attrs:
        return None
    value = holder.attrs[name]
    if hasattr(value, "tobytes") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        raise UnsafeError("an attribute that should be text and is not", name)
    return value


def name_attribute(holder: Any, name: str) -> list[str]:
    """A list of names: `weight_names`, or its parts `weight_names0`, `weight_names1`, ... where
    it is longer than an attribute can be."""
    if name in holder.attrs:
        found = list(holder.attrs[name])
    else:
        found, number = [], 0
        while f"{name}{number}" in holder.attrs:
            found += list(holder.attrs[f"{name}{number}"])
            number += 1
    return [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
            for each in found]  # fmt: skip


def _vet_dataset(item: h5py.Dataset, where: str) -> int:
    """Returns the bytes it takes in memory."""
    if item.external:
        raise UnsafeError("values that lie in another file", where)
    if item.is_virtual:
        raise UnsafeError("values that are taken from elsewhere", where)
    if len(item.shape or ()) > MOST_RANK:
        raise UnsafeError(f"a data set of {len(item.shape)} axes", where)
    _vet_type(item.dtype, where)
    plan = item.id.get_create_plist()
    for number in range(plan.get_nfilters()):
        code = plan.get_filter(number)[0]
        if code not in _FILTERS:
            raise UnsafeError(f"values packed by a foreign filter (number {code})", where)
    stored = item.id.get_storage_size()
    if item.nbytes > BIG_DATASET and stored * MOST_EXPANSION < item.nbytes:
        raise UnsafeError(f"a tiny data set that claims the shape {item.shape}", where)
    return int(item.nbytes)


def _vet_attributes(holder: Any, where: str) -> None:
    for name in holder.attrs:
        here = f"{where}@{name}"
        attribute = holder.attrs.get_id(name)
        # Not asked of HDF5 itself, which takes the size 0 for an error.
        if math.prod(attribute.shape or ()) * attribute.dtype.itemsize > MOST_CONFIG_BYTES:
            raise UnsafeError("an attribute as big as a file", here)
        _vet_type(attribute.dtype, here)


def _vet_type(dtype: Any, where: str) -> None:
    """Numbers and texts only: references and records lead elsewhere."""
    text = h5py.check_string_dtype(dtype) is not None
    if (not text and dtype.kind not in "biufcSV") or (dtype.kind == "V" and dtype.itemsize > 2):
        raise UnsafeError(f"values of the kind {dtype}", where)
    if dtype.fields is not None:
        raise UnsafeError("records instead of numbers", where)


def _address(item: Any) -> Any:
    """Where the object's header lies: the same for every name of one object."""
    info = h5py.h5o.get_info(item.id)
    return info.addr
