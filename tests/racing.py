"""Several things at once: works that begin together, and one in the midst of another's transaction."""

import importlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

MIDST = 0.4  # seconds that a transaction is held open; what waits for it waits as long


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works in threads that start together, each on its own connection; returns results, or what was raised."""
    barrier = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            results[place] = work()
        except Exception as error:  # the test looks at what came of it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def during(
    patch: pytest.MonkeyPatch, place: str, first: Callable[[], object], second: Callable[[], object]
) -> list[object]:
    """Run ``second`` while ``first`` stands in its open transaction, just after it called ``place`` (a dotted name).

    Returns the results of both, or what was raised. ``second`` either waits for ``first`` or overtakes it.
    """
    module, name = place.rsplit(".", 1)
    real, reached = getattr(importlib.import_module(module), name), threading.Event()

    def paused(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        if not reached.is_set():
            reached.set()
            time.sleep(MIDST)
        return found

    patch.setattr(place, paused)

    def then() -> object:
        assert reached.wait(timeout=20)
        return second()

    return at_once(first, then)
