"""No question may be known by everybody: how often each may be offered, from how often it was."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, FloatArray, as_floats, as_number, same_length

# How steeply an item is held back that is ahead of its share: asked a tenth too often, it is offered a third as often.
STEEPNESS = 12


def eligibility(offered: ArrayLike, asked: ArrayLike, *, most: float) -> FloatArray:
    """The probability with which each item is eligible for the next person, so that at most ``most`` of them meet it.

    P = min(1, most * offered / asked), with offered the tests in which the item was eligible and asked those that
    contained it: the item-eligibility method (van der Linden & Veldkamp 2004, eq. 13), which corrects itself from real
    tests and needs no simulation beforehand. By itself it lets the rate of the most wanted items swing far around ``most``
    for a thousand people and longer. So an item that is ahead of its share of all tests so far (the most that any item was
    offered) is held back once more, by the power `STEEPNESS` of how far it is ahead: a lively beginning is made up for at
    once, and chance drives no item more than a few hundredths above ``most``; aim so much below the bound that must hold.
    Items never asked are always eligible.

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
        chance *= np.minimum(1.0, most * times_offered.max(initial=0.0) / times_asked) ** STEEPNESS
    return np.where(times_asked > 0, chance, 1.0)


def draw_eligible(chance: FloatArray, draws: FloatArray, needed: Sequence[tuple[int, int, int]] = ()) -> BoolArray:
    """Which items are eligible for a person: each where its uniform draw in [0, 1) lies below its chance.

    draws: one per item, or persons x items. needed: (first, end, count) of parts of the items, each with at least ``count``
    that must be eligible because the test will ask so many of them; where the draws leave fewer, those nearest to it (the
    smallest draw in terms of its chance) come too. So a test that needs nearly the whole bank spreads over all of it instead
    of running out of items.
    """
    with np.errstate(divide="ignore"):
        distance = np.where(chance > 0, draws / chance, np.inf)
    eligible: BoolArray = distance < 1
    for first, end, count in needed:
        if count > 0:
            part = distance[..., first:end]
            last = np.partition(part, count - 1, axis=-1)[..., count - 1 : count]
            eligible[..., first:end] |= part <= last
    return eligible
