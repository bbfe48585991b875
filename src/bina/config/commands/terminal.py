"""Speaking to operators: plain sentences, small tables, a bar that grows; and the one way in which a command fails."""

import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO

BAR = 28


class CommandFailedError(Exception):
    """The command cannot go on; ``str(error)`` tells the operator what happened and what to do."""


def say(text: str = "", *, stream: TextIO | None = None) -> None:
    """One line for the operator, at once."""
    print(text, file=stream or sys.stdout, flush=True)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, as wide as needed; the last one takes what is left."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "\n".join(
        "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def size(count: float) -> str:
    """Bytes as people say it: 12,4 MB."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}".replace(".", ",")
        count /= 1024
    raise AssertionError("unreachable")


def number(count: int) -> str:
    """A whole number with thousands dots: 2.400."""
    return f"{count:,}".replace(",", ".")


class Bar:
    """How far long work is: one line that grows in a terminal, one line per step elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._grows = self._stream.isatty()
        self._message = ""
        self._began = time.monotonic()

    def __call__(self, done: int, total: int, message: str) -> None:
        """Show ``done`` of ``total`` and what is being done."""
        share = min(1.0, done / total) if total else 1.0
        if self._grows:
            filled = round(BAR * share)
            width = max(10, shutil.get_terminal_size().columns - BAR - 14)
            line = f"\r  {'█' * filled}{'░' * (BAR - filled)} {share * 100:3.0f} %  {message[:width]:<{min(width, 48)}}"
            self._stream.write(line + ("\n" if done >= total else ""))
        elif message != self._message:
            self._stream.write(f"  {share * 100:3.0f} %  {message}\n")
        self._message = message
        self._stream.flush()

    @property
    def seconds(self) -> int:
        """How long it has taken so far."""
        return round(time.monotonic() - self._began)
