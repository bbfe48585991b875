"""No question may be known by everybody: how often each may be offered, from how often it was."""

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, FloatArray, as_floats, as_number, same_length


def eligibility(offered: ArrayLike, asked: ArrayLike, *, most: float) -> FloatArray:
    """The probability with which each item is eligible for the next person, so that at most ``most`` of them meet it.

    P = min(1, most * offered / asked), with offered the tests in which the item was eligible and asked those that
    contained it: the item-eligibility method (van der Linden & Veldkamp 2004, eq. 13), which corrects itself from real
    tests and needs no simulation beforehand. An item that is ahead of its share of all tests so far (the most that any
    item was offered) is held back once more by as much, so that a lively beginning is made up for. The rate then swings
    around ``most``; aim a little below the bound that must hold. Items never asked are always eligible.

    Raises ValueError if asked exceeds offered, the lengths differ, or ``most`` does not lie between 0 and 1.
    """
    as_number("most", most, above=0, below=1)
    times_offered = as_floats("offered", offered, ndim=1, at_least=0)
    times_asked = as_floats("asked", asked, ndim=1, at_least=0)
    same_length(offered=times_offered, asked=times_asked)
    if (times_asked > times_offered).any():
        raise ValueError("no item can be asked more often than it was offered")
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.minimum(1.0, most * times_offered / times_asked)
        chance *= np.minimum(1.0, most * times_offered.max(initial=0.0) / times_asked)
    return np.where(times_asked > 0, chance, 1.0)


def draw_eligible(chance: FloatArray, draws: FloatArray) -> BoolArray:
    """Which items are eligible for one person: each where its uniform draw in [0, 1) lies below its chance."""
    eligible: BoolArray = draws < chance
    return eligible
