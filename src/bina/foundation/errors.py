"""The two ways in which a change is turned down, each carrying a sentence for the person who asked."""


class DomainError(Exception):
    """A change was turned down; ``str(error)`` is a sentence for the screen. Nothing was written."""


class Denied(DomainError):
    """This person may not do it (HTTP 403)."""


class Refused(DomainError):
    """Anyone would be turned down now: the state or the input does not allow it (HTTP 409)."""
