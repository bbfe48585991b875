"""What other rooms say about frameworks: which banks of items cannot do without one that is in force."""

from collections.abc import Callable

Leaning = Callable[[str], list[str]]
_LEANING: list[Leaning] = []


def leans_on_frameworks(names: Leaning) -> Leaning:
    """Announce a function that names the banks of items that measure the framework with a code; once at import."""
    _LEANING.append(names)
    return names


def leaning_on(code: str) -> list[str]:
    """The names of all banks that lean on a framework."""
    return [name for names in _LEANING for name in names(code)]
