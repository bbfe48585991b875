"""Texts of strangers' programs: kept as they are where the program reads them again, made readable where people do.

JavaScript counts in halves of a character, so a text that was cut in the middle of an emoji, or a state that was packed to be
short, may hold half of one, or a zero. PostgreSQL takes neither in a text nor in JSON, UTF-8 cannot write the halves, and a report
that is refused for one of them would lose everything else in it. A packed state with a single character replaced cannot be
unpacked, so what goes back to the program is written so that nothing of it is lost.
"""

import re
from collections.abc import Mapping

# A place for private use that no writing system has; where a text holds it itself, it is written out like the others.
_MARK = "\U0010f8fe"
_ODD = re.compile(f"[\x00\ud800-\udfff{_MARK}]")
_WRITTEN = re.compile(f"{_MARK}([0-9a-f]{{4,6}});")
_HALF = re.compile("[\ud800-\udfff]")


def storable(values: Mapping[str, str]) -> dict[str, str]:
    """Values as a database takes them; most of them as they are."""
    return {_written(name): _written(value) for name, value in values.items()}


def as_told(values: Mapping[str, str]) -> dict[str, str]:
    """Stored values exactly as the program told them."""
    return {_read(name): _read(value) for name, value in values.items()}


def readable(text: str) -> str:
    """A text for people and for other systems: halves of characters become the sign for what cannot be read, zeros go."""
    return _HALF.sub("\ufffd", text.replace("\x00", ""))


def _written(text: str) -> str:
    return _ODD.sub(lambda found: f"{_MARK}{ord(found[0]):04x};", text)


def _read(text: str) -> str:
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text) if _MARK in text else text
