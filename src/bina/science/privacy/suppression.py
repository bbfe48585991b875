"""Which counts of a public table must be withheld, so that small groups stay unknown even to someone who subtracts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

from bina.science.arrays import BoolArray, FloatArray, IntArray

_NEARLY_FREE = 1e-9  # a sparse graph reads a cost of 0 as "no way"


def suppress(counts: ArrayLike, minimum: int = 5) -> BoolArray:
    """True for the cells and totals to withhold, in the shape of the table *with* its totals.

    `counts`: whole numbers >= 0; either rows x columns (the result has one more row and column: the totals) or a flat
    list (the result has one more entry: its total). Primary: every count and total from 1 to minimum - 1.
    Complementary: further cells, as few and as small as a greedy search finds, until no withheld number can be derived
    exactly from the numbers shown, not even by someone who knows that counts are whole and never negative. Zeros are
    shown unless needed.

    Method: the table with totals is a circulation in a network (Gusfield 1988; Fischetti & Salazar 2000): a cell is an
    arc from its row to its column, totals are arcs to and from the whole. A withheld number is uncertain if and only if
    a cycle of withheld numbers passes through it in which those to be lowered are above 0; so for each withheld number
    the cheapest cycle is found (shortest path) and its shown members are withheld too. That leaves at least two
    withheld entries in every line that has any, which alone would not be enough.

    Not promised: protection against someone who knows some of the withheld counts or which of them are small, or that
    the range left open is wide. Deterministic. Raises ValueError for counts that are not whole, negative or not 1- or
    2-dimensional, and for minimum < 1.
    """
    table = np.asarray(counts)
    if table.size and table.dtype.kind not in "iu":
        raise ValueError("counts must be whole numbers")
    if table.size and table.min() < 0:
        raise ValueError("counts must not be negative")
    if minimum < 1:
        raise ValueError("minimum must be at least 1")
    if table.ndim == 1:
        # the row totals of a table with one column repeat its cells, so withholding a cell withholds both
        return suppress(table[:, None], minimum)[:, 0]
    if table.ndim != 2:
        raise ValueError("counts must have 1 or 2 dimensions")
    whole = _with_totals(table.astype(np.int64))
    small = (whole > 0) & (whole < minimum)
    network = _Network.of(whole)
    withheld, uncertain = small.ravel(), _in_rectangles(small).ravel()
    # withholding more never makes a number certain again, so one pass is enough; members of a found cycle are done too
    for arc in np.flatnonzero(withheld):
        if not uncertain[arc]:
            cycle = network.cheapest_cycle(int(arc), withheld)
            withheld[cycle] = True
            uncertain[cycle] = True
    return withheld.reshape(whole.shape)


def _with_totals(table: NDArray[np.int64]) -> NDArray[np.int64]:
    with_row_totals = np.hstack([table, table.sum(axis=1, keepdims=True)])
    return np.vstack([with_row_totals, with_row_totals.sum(axis=0, keepdims=True)])


def _in_rectangles(small: BoolArray) -> BoolArray:
    """True for small numbers that are a corner of a rectangle of small numbers, which is the commonest cycle.

    Small numbers are above 0, so such a cycle can move both ways; a crowded table needs hardly any search after this.
    """
    corner = small.astype(np.float64)
    through = corner @ (corner.T @ corner)
    flat = corner.sum(axis=1, keepdims=True) + corner.sum(axis=0, keepdims=True) - 1
    corners: BoolArray = small & (through > flat)
    return corners


@dataclass(frozen=True, eq=False)
class _Network:
    """The table with totals as arcs tail -> head carrying count, in the order of the flattened table.

    Nodes are rows, columns, then the source that the row totals leave and the sink that the column totals reach; the
    grand total closes the circle from sink to source.
    """

    nodes: int
    tail: IntArray
    head: IntArray
    count: IntArray
    price: FloatArray

    @classmethod
    def of(cls, whole: NDArray[np.int64]) -> Self:
        rows, columns = whole.shape[0] - 1, whole.shape[1] - 1
        row, column, source, sink = np.arange(rows), rows + np.arange(columns), rows + columns, rows + columns + 1
        tail, head = np.empty(whole.shape, dtype=np.int64), np.empty(whole.shape, dtype=np.int64)
        tail[:rows, :columns], head[:rows, :columns] = row[:, None], column
        tail[:rows, columns], head[:rows, columns] = source, row
        tail[rows, :columns], head[rows, :columns] = column, sink
        tail[rows, columns], head[rows, columns] = sink, source
        # big cells cost more than small ones; a zero costs more than any cell, because it may be known to be empty;
        # a total costs more than all cells, because it is what most readers come for
        dearest = whole[rows, columns] + 1.0
        price = np.where(whole > 0, whole, dearest)
        price[:, columns] += dearest * whole.size
        price[rows, :columns] += dearest * whole.size
        return cls(rows + columns + 2, tail.ravel(), head.ravel(), whole.ravel(), price.ravel())

    def cheapest_cycle(self, arc: int, withheld: BoolArray) -> IntArray:
        """The arcs, `arc` first, of the cheapest cycle along which one unit can be moved so that `arc` changes.

        `arc` must carry a count above 0, as every small number does, so that it may be raised or lowered.
        """
        price = np.where(withheld, _NEARLY_FREE, self.price)
        price[arc] = np.inf  # going straight back along the arc itself would change nothing
        head, tail = int(self.head[arc]), int(self.tail[arc])
        raised, lowered = self._cheapest_way(head, tail, price), self._cheapest_way(tail, head, price)
        _, members = min(raised, lowered, key=lambda way: way[0])
        return np.array([arc, *members], dtype=np.int64)

    def _cheapest_way(self, start: int, end: int, price: FloatArray) -> tuple[float, list[int]]:
        """Price and arcs of the cheapest way from start to end; every arc may be raised, and lowered if above 0."""
        lowered = self.count > 0
        leave = np.concatenate([self.tail, self.head[lowered]])
        reach = np.concatenate([self.head, self.tail[lowered]])
        graph = sparse.csr_array(
            (np.concatenate([price, price[lowered]]), (leave, reach)), shape=(self.nodes, self.nodes)
        )
        distance, previous = csgraph.dijkstra(graph, indices=[start], return_predecessors=True)
        members: list[int] = []
        node = end
        while node != start and np.isfinite(distance[0, end]):
            before = int(previous[0, node])
            members.append(self._arc_between[min(node, before), max(node, before)])
            node = before
        return float(distance[0, end]), members

    @cached_property
    def _arc_between(self) -> dict[tuple[int, int], int]:
        ends = zip(np.minimum(self.tail, self.head).tolist(), np.maximum(self.tail, self.head).tolist(), strict=True)
        return {pair: arc for arc, pair in enumerate(ends)}
