"""Languages of a course: their names, and the files that hold words of another language beside those of the folder."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from bina.foundation.located_yaml import LocatedDict
from bina.learning.rules.folder import FolderReader

# Each language by its own name, so that who looks for it recognises it; others are shown by their code.
LANGUAGE_NAMES: dict[str, str] = {
    "id": "Bahasa Indonesia", "en": "English", "ace": "Bahsa Acèh", "ban": "Basa Bali", "bbc": "Hata Batak Toba",
    "bjn": "Bahasa Banjar", "bug": "Basa Ugi", "jv": "Basa Jawa", "mad": "Basa Madhurâ", "mak": "Basa Mangkasara",
    "min": "Baso Minang", "sas": "Base Sasak", "su": "Basa Sunda",
}  # fmt: skip
ENGLISH = "en"
_OUTLINE = re.compile(r"course\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)\.yaml")


def language_name(code: str) -> str:
    """A language by its own name."""
    return LANGUAGE_NAMES.get(code, code.upper())


def outline_language(name: str) -> str:
    """The language of a file that holds the words of a course in another language (``course.en.yaml``); else nothing."""
    found = _OUTLINE.fullmatch(name)
    return found[1] if found else ""


def sibling(name: str, language: str) -> str:
    """The file that holds the same in another language: ``01-pembuka.md`` → ``01-pembuka.en.md``."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{language}{path.suffix}"))


def question_words(reader: FolderReader, name: str, language: str) -> dict[str, LocatedDict]:
    """The words of the questions of a file in another language, by their codes; empty where there is no such file.

    The file beside it maps each code to the words alone (stem, options, explanation …), in the order of the question.
    """
    other = sibling(name, language)
    if other not in reader.sizes:
        return {}
    content = reader.yaml(other)
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        reader.error(_("Kata-kata soal ditulis menurut kode soalnya, misalnya “K-1:” lalu stem dan options."), other, 1)
        return {}
    found: dict[str, LocatedDict] = {}
    for code, words in content.items():
        if isinstance(words, LocatedDict):
            found[str(code)] = words
        else:
            line = content.lines.get(str(code)) if isinstance(content, LocatedDict) else None
            reader.error(
                _("Kata-kata soal ini harus berupa isian bernama (stem, options, …)."), other, line, str(code)[:60]
            )
    return found


def note_unknown_questions(reader: FolderReader, words: Mapping[str, Any], known: set[str], file: str) -> None:
    """Note words for questions that are not there."""
    for code in words:
        if code not in known:
            reader.error(_("Soal “%(code)s” tidak ada di berkas aslinya.") % {"code": code[:60]}, file, None, code[:60])
