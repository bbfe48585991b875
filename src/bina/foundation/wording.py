"""Choosing the Indonesian or the English wording of a stored text, by the language of the reader."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language

_second_wording: ContextVar[bool | None] = ContextVar("second_wording", default=None)


def reads_english() -> bool:
    """Whether the reader has chosen English; for lists, which need to ask only once."""
    chosen = _second_wording.get()
    return (get_language() or "id").startswith("en") if chosen is None else chosen


@contextmanager
def second_wording(wanted: bool | None) -> Generator[None]:
    """Within it the second wording of texts is chosen, or the first, whatever the language of the pages; None changes nothing.

    A course is read in its own language, which may be another one than that of the pages around it.
    """
    token = _second_wording.set(wanted)
    try:
        yield
    finally:
        _second_wording.reset(token)


def localized(indonesian: str, english: str = "") -> str:
    """The English text for an English reader where one exists, else the Indonesian one."""
    return english if english and reads_english() else indonesian
