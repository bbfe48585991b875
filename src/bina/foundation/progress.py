"""Reporting how far long work has come, cheaply: a row is written at most a few times a second."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.models import CalculatedRun, Progress


class ProgressReporter:
    """Updates one Progress row while work goes on. Use as a context manager: an exception marks it failed and rises."""

    def __init__(self, progress: Progress, *, interval_seconds: float = 0.4) -> None:
        self.progress = progress
        self._interval = interval_seconds
        self._written_at = 0.0

    def __enter__(self) -> "ProgressReporter":
        self.progress.state = Progress.State.RUNNING
        self.progress.save(update_fields=["state", "updated_at"])
        return self

    def advance(self, done: int, *, total: int | None = None, message: str | None = None) -> None:
        """Note that ``done`` units are finished; writes only when enough time has passed or the total is reached."""
        self.progress.done = done
        if total is not None:
            self.progress.total = total
        if message is not None:
            self.progress.message = message
        moment = time.monotonic()
        if moment - self._written_at >= self._interval or done == self.progress.total:
            self._written_at = moment
            self.progress.save(update_fields=["done", "total", "message", "updated_at"])

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.progress.state = Progress.State.FAILED if error else Progress.State.DONE
        if error and not self.progress.message:
            self.progress.message = str(error)
        self.progress.save()


@contextmanager
def calculation(run: CalculatedRun, *, steps: int, broken: str) -> Iterator[ProgressReporter]:
    """Calculate a run that waits, of so many steps: it ends done, or failed with the sentence of a refusal.

    Any other exception rises, and the run says ``broken``: one that stayed waiting would stand in the way of every later one.
    What the block wrote on the run is saved either way.
    """
    if run.progress is None:
        raise ValueError("a run that is calculated has its progress")
    with ProgressReporter(run.progress) as reporter:
        run.progress.total = steps
        state, problem = CalculatedRun.State.DONE, ""
        try:
            yield reporter
        except Refused as refusal:
            state, problem = CalculatedRun.State.FAILED, str(refusal)
        except Exception:
            state, problem = CalculatedRun.State.FAILED, broken
            raise
        finally:
            run.state, run.problem, run.finished_at = state, problem[:300], clock.now()
            run.save()
        reporter.advance(steps, message="")
