"""Choosing the Indonesian or the English wording of a stored text, by the language of the reader."""

from django.utils.translation import get_language


def localized(indonesian: str, english: str = "") -> str:
    """The English text for an English reader where one exists, else the Indonesian one."""
    return english if english and (get_language() or "id").startswith("en") else indonesian
