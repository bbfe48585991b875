"""Reporting how far long work has come, cheaply: a row is written at most a few times a second."""

import time

from bina.foundation.models import Progress


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
