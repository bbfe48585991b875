"""The array types of the science rooms and the checks that every formula makes on what it is given."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def as_floats(
    name: str,
    values: ArrayLike,
    *,
    ndim: int | None = None,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
    missing: bool = False,
) -> FloatArray:
    """Return `values` as float64 after checking dimensions and range; `missing=True` lets NaN through.

    Raises ValueError, naming `name`, if the values are not numbers, not finite or out of range.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers") from error
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s), not {array.ndim}")
    present = array[~np.isnan(array)] if missing else array
    if not np.isfinite(present).all():
        raise ValueError(f"{name} must be finite" + (" or missing (NaN)" if missing else ""))
    if at_least is not None and (present < at_least).any():
        raise ValueError(f"{name} must be at least {at_least:g}")
    if above is not None and (present <= above).any():
        raise ValueError(f"{name} must be greater than {above:g}")
    if at_most is not None and (present > at_most).any():
        raise ValueError(f"{name} must be at most {at_most:g}")
    if below is not None and (present >= below).any():
        raise ValueError(f"{name} must be less than {below:g}")
    return array


def as_number(name: str, value: float, *, above: float, below: float) -> float:
    """Return one finite number that lies strictly between `above` and `below`; raises ValueError otherwise."""
    if not above < value < below:
        raise ValueError(f"{name} must lie between {above:g} and {below:g}, both excluded")
    return float(value)


def as_indices(name: str, values: ArrayLike, count: int | None = None) -> IntArray:
    """Return `values` as a flat int64 array of positions 0 .. count - 1 (no upper end if `count` is None).

    Raises ValueError, naming `name`, if they are not whole numbers, not flat or out of range.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have 1 dimension, not {array.ndim}")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers")
    if array.size and (array.min() < 0 or (count is not None and array.max() >= count)):
        raise ValueError(f"{name} must be positions from 0" + ("" if count is None else f" to {count - 1}"))
    return array.astype(np.int64, copy=False)


def same_length(**arrays: FloatArray | IntArray | BoolArray) -> int:
    """Return the common length of the named arrays; raises ValueError if they differ."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError("these must be equally long: " + ", ".join(f"{name} ({n})" for name, n in lengths.items()))
    return next(iter(lengths.values()))


def sorted_by(*keys: FloatArray | IntArray) -> IntArray:
    """The order that sorts by the last key, then the one before it, and so on: numpy's lexsort at half the time.

    Each pass sorts a contiguous copy, where lexsort jumps through memory; with millions of rows that decides the speed.
    """
    order: IntArray = np.argsort(keys[0], kind="stable")
    for key in keys[1:]:
        order = order[np.argsort(key[order], kind="stable")]
    return order
