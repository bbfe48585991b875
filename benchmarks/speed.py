"""Is this processor at full speed? Shared machines run at half of it whenever a neighbour uses the other half of the core.

The same work then costs twice the CPU seconds, for tenths of a second or for minutes. Figures are only comparable when
they were taken at full speed, so a fixed loop is run right before and right after what is measured.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.processes import tree_of

ROUNDS = 40_000
TOLERANCE = 1.3
SETTLING_SECONDS = 20.0
PATIENCE_SECONDS = 60.0


class Speedometer:
    """Knows how long the fixed loop takes at best on one processor, and whether it does so now."""

    def __init__(self, processor: int) -> None:
        self.processor = processor
        self._home = os.sched_getaffinity(0)
        self.best = float("inf")
        end = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < end:
            self.probe()
            time.sleep(0.02)

    def probe(self) -> float:
        """CPU seconds of the loop now."""
        os.sched_setaffinity(0, {self.processor})
        started = time.process_time()
        found: dict[int, str] = {}
        for number in range(ROUNDS):
            found[number % 997] = str(number)
        seconds = time.process_time() - started
        os.sched_setaffinity(0, self._home)
        self.best = min(self.best, seconds)
        return seconds

    def is_full(self) -> bool:
        """Whether the processor runs at full speed at this moment."""
        return self.probe() <= TOLERANCE * self.best

    def wait(self) -> bool:
        """Wait for full speed; False when it does not come."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if self.is_full():
                return True
            time.sleep(0.03)
        return False


def last_processor() -> int:
    """The processor that measured servers are put on; the client stays on the others where there are any."""
    return max(os.sched_getaffinity(0))


def put_on(processor: int, *roots: int | None) -> None:
    """Let the processes and all their descendants run on one processor only; what they start later stays there too."""
    _put_on({processor}, roots)


def put_anywhere(*roots: int | None) -> None:
    """Let the processes and all their descendants run on every processor that we may use."""
    _put_on(os.sched_getaffinity(0), roots)


def _put_on(processors: set[int], roots: Iterable[int | None]) -> None:
    for root in roots:
        for pid in tree_of(root) if root else ():
            for thread in Path(f"/proc/{pid}/task").glob("[0-9]*"):
                try:
                    os.sched_setaffinity(int(thread.name), processors)
                except ProcessLookupError:
                    continue


def run_seconds(*roots: int | None) -> float:
    """Time on a processor of all living threads of the processes and their descendants, to the nanosecond."""
    nanoseconds = 0
    for root in roots:
        for pid in tree_of(root) if root else ():
            for account in Path(f"/proc/{pid}/task").glob("[0-9]*/schedstat"):
                try:
                    nanoseconds += int(account.read_text().split()[0])
                except (FileNotFoundError, ProcessLookupError):
                    continue
    return nanoseconds / 1e9
