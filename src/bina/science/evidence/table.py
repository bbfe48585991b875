"""The flat table of evidence: one row per piece, about one person and one competency, from one source."""

from dataclasses import dataclass, field

import numpy as np

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices, same_length


@dataclass(frozen=True, eq=False)
class Evidence:
    """Pieces of evidence, in any order.

    person_index, competency_index, source_index: positions from 0 in the caller's lists. value and sd: the level that
    the piece speaks for and its standard error, in levels (sd >= 0). age_years: how old it is (>= 0). superseded: rows
    that newer evidence of the same origin has replaced; they keep their row but have no say. None means no such row.
    Raises ValueError when a range is broken or the lengths differ.
    """

    person_index: IntArray
    competency_index: IntArray
    source_index: IntArray
    value: FloatArray
    sd: FloatArray
    age_years: FloatArray
    superseded: BoolArray | None = field(default=None)

    def __post_init__(self) -> None:
        as_indices("person_index", self.person_index)
        as_indices("competency_index", self.competency_index)
        as_indices("source_index", self.source_index)
        as_floats("value", self.value, ndim=1)
        as_floats("sd", self.sd, ndim=1, at_least=0)
        as_floats("age_years", self.age_years, ndim=1, at_least=0)
        if self.superseded is not None and (self.superseded.dtype != np.bool_ or self.superseded.ndim != 1):
            raise ValueError("superseded must be a flat array of true or false")
        same_length(
            person_index=self.person_index,
            competency_index=self.competency_index,
            source_index=self.source_index,
            value=self.value,
            sd=self.sd,
            age_years=self.age_years,
            superseded=self.counted,
        )

    def __len__(self) -> int:
        return len(self.value)

    @property
    def counted(self) -> BoolArray:
        """True for the rows that have a say, that is, are not superseded."""
        return np.ones(len(self), dtype=np.bool_) if self.superseded is None else ~self.superseded
