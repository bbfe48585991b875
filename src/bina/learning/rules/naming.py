"""Names made from titles: the address of a course, the key of a part."""

import re
from collections.abc import Container
from itertools import count

from django.utils.text import slugify


def slug_of(title: str) -> str:
    """A course address out of a title; empty when nothing of it can be written so."""
    return re.sub(r"-+", "-", slugify(title).replace("_", "-"))[:80].strip("-")


def free_name(title: str, taken: Container[str], *, fallback: str, longest: int = 50) -> str:
    """A name out of a title that is not taken yet: ``kata-sandi``, then ``kata-sandi-2``, …"""
    stem = slug_of(title)[:longest].strip("-") or fallback
    if stem not in taken:
        return stem
    return next(name for number in count(2) if (name := f"{stem}-{number}") not in taken)
