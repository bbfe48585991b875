"""Which piece of evidence still speaks: of one origin only the newest counts."""

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, as_indices, same_length, sorted_by
from bina.science.evidence.table import Evidence


def newest_only(evidence: Evidence, origin_index: ArrayLike) -> BoolArray:
    """True for the newest row of each person x competency x source x origin; the rest is superseded.

    `origin_index` (whole numbers from 0, one per row) names what makes two pieces repeats of each other: the same
    instrument, the same rater. So a second sitting of a test replaces the first, and a second rater adds to the first.
    At equal age the lower value counts, then the larger sd: the cautious reading. Rows equal in all of these are the
    same piece twice; one of them counts. Rows that `evidence` already marks superseded never count and replace nothing.
    Raises ValueError if origin_index is not one position per row.
    """
    origins = as_indices("origin_index", origin_index)
    same_length(evidence=evidence.value, origin_index=origins)
    rows = np.flatnonzero(evidence.counted)
    person, competency, source = evidence.person_index, evidence.competency_index, evidence.source_index
    sizes = [int(column.max(initial=0)) + 1 for column in (person, competency, source)]
    # one packed key sorts faster than three; person x competency x source stays far below what 64 bits hold
    place = np.ravel_multi_index((person[rows], competency[rows], source[rows]), sizes)
    origin = origins[rows]
    order = sorted_by(-evidence.sd[rows], evidence.value[rows], evidence.age_years[rows], origin, place)
    place, origin = place[order], origin[order]
    first = np.ones(rows.shape[0], dtype=np.bool_)
    first[1:] = (place[1:] != place[:-1]) | (origin[1:] != origin[:-1])
    newest = np.zeros(len(evidence), dtype=np.bool_)
    newest[rows[order[first]]] = True
    return newest
