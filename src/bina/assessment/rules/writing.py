"""Hints of good item writing: what often makes a question unfair or easy to guess. They never block.

After Haladyna, Downing and Rodriguez, “A Review of Multiple-Choice Item-Writing Guidelines” (2002).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.kinds import QUESTION_KINDS, Kind

WORDS_A_MINUTE = 180
LONGEST_ON_A_PHONE = 150
# The key stands out when it is this much longer than the longest other option.
STANDS_OUT = 1.35
UNEQUAL, WORTH_COMPARING = 2.5, 40
_NEGATION = r"\b(?:tidak|bukan|belum|tanpa|kecuali|jangan)\b"
_CATCH_ALL = re.compile(
    r"\b(?:semua (?:jawaban |pilihan )?(?:di atas )?(?:benar|salah)|semua benar|tidak ada (?:jawaban |pilihan )?yang "
    r"(?:benar|tepat)|(?:jawaban )?[a-e] dan [a-e] benar|all of the above|none of the above)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"\b(?:selalu|tidak pernah|semua orang|sama sekali tidak|pasti)\b", re.IGNORECASE)
_BRANDS = re.compile(
    r"\b(?:Microsoft|Excel|PowerPoint|Google|Gmail|WhatsApp|Telegram|Instagram|Facebook|Zoom|Canva|ChatGPT|Gemini|Tokopedia|"
    r"Shopee|Gojek)\b"
)
_CHOICES = {Kind.SINGLE, Kind.MULTIPLE, Kind.SITUATIONAL, Kind.INBASKET}


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to consider: where (as in ``checking.Fault``), and what."""

    place: str
    words: str


def writing_hints(entry: Mapping[str, Any], near: Iterable[tuple[str, float]] = ()) -> list[Hint]:
    """What an author may want to look at again in an item that has no fault; ``near`` are codes of items much like it."""
    return [*_stem_hints(entry), *_option_hints(entry), *_picture_hints(entry), *_whole_hints(entry, near)]


def _stem_hints(entry: Mapping[str, Any]) -> list[Hint]:
    stem, hints = str(entry["stem"]), []
    for sentence in re.split(r"[.?!]\s", stem):
        if len(re.findall(_NEGATION, sentence, re.IGNORECASE)) >= 2:
            hints.append(Hint("stem", _("Dua kata ingkar dalam satu kalimat mudah disalahpahami: “%(text)s”.")
                              % {"text": sentence.strip()[:80]}))  # fmt: skip
            break
    last = re.split(r"[.\n]\s*", stem.strip().rstrip("?:. "))[-1]
    if re.search(r"\b(?:kecuali|bukan|tidak)\b", last) and entry["kind"] in _CHOICES:
        hints.append(Hint("stem", _("Pertanyaannya ingkar. Tanyakan yang benar, atau tebalkan kata ingkarnya.")))
    words = _count_words([stem, *_texts(entry)])
    if words > LONGEST_ON_A_PHONE:
        minutes = max(1, round(words / WORDS_A_MINUTE))
        hints.append(Hint("stem", _("%(words)s kata: kira-kira %(minutes)s menit membaca, dan panjang di layar ponsel.")
                          % {"words": words, "minutes": minutes}))  # fmt: skip
    return hints


def _option_hints(entry: Mapping[str, Any]) -> list[Hint]:
    if entry["kind"] not in _CHOICES:
        return []
    options = entry["options"]
    texts = [str(option["text"]).strip() for option in options]
    hints = [
        Hint("parts", _("Pilihan “%(text)s” menguji cara menebak, bukan pengetahuan.") % {"text": text[:60]})
        for text in texts
        if _CATCH_ALL.search(text)
    ]
    keys = [_is_key(option) for option in options]
    key_lengths = [len(text) for text, is_key in zip(texts, keys, strict=True) if is_key]
    others = [len(text) for text, is_key in zip(texts, keys, strict=True) if not is_key]
    if key_lengths and others and min(key_lengths) > STANDS_OUT * max(others):
        hints.append(Hint("parts", _("Kuncinya jauh lebih panjang daripada pilihan lain, jadi mudah ditebak.")))
    elif max(map(len, texts)) > max(WORTH_COMPARING, UNEQUAL * min(map(len, texts))):
        hints.append(Hint("parts", _("Panjang pilihannya sangat berbeda; samakan agar tidak menjadi petunjuk.")))
    if any(_ABSOLUTE.search(text) for text, is_key in zip(texts, keys, strict=True) if not is_key) and not any(
        _ABSOLUTE.search(text) for text, is_key in zip(texts, keys, strict=True) if is_key
    ):
        hints.append(
            Hint("parts", _("Kata mutlak seperti “selalu” hanya ada di pengecoh dan menandainya sebagai salah."))
        )
    if len(texts) > 5:
        hints.append(Hint("parts", _("Lebih dari lima pilihan jarang menambah ketelitian dan lama dibaca.")))
    return hints


def _is_key(option: Mapping[str, Any]) -> bool:
    return option.get("correct") is True or option.get("score") == 1


def _picture_hints(entry: Mapping[str, Any]) -> list[Hint]:
    alt = str(entry.get("alt") or "").strip()
    if entry.get("image") and alt and len(alt) < 15:
        return [Hint("image", _("Uraian gambar sangat pendek. Sebut apa yang perlu dilihat untuk menjawab."))]
    return []


def _whole_hints(entry: Mapping[str, Any], near: Iterable[tuple[str, float]]) -> list[Hint]:
    hints = []
    found = sorted({match for text in [str(entry["stem"]), *_texts(entry)] for match in _BRANDS.findall(text)})
    if found:
        hints.append(Hint("stem", _("Menyebut merek dagang: %(names)s. Sebut jenisnya bila cukup.")
                          % {"names": ", ".join(found)}))  # fmt: skip
    if not entry.get("explanation"):
        hints.append(Hint("explanation", _("Penjelasan belum ada. Penelaah dan pembelajar memerlukannya.")))
    for code, share in near:
        hints.append(Hint("stem", _("Mirip dengan butir %(code)s (%(share)s%% katanya sama).")
                          % {"code": code, "share": round(100 * share)}))  # fmt: skip
    return hints


def _texts(value: Any) -> list[str]:
    """The words of the parts of an entry, in the language they were written in first."""
    if isinstance(value, Mapping):
        names = (
            QUESTION_KINDS[value["kind"]].parts if "kind" in value else [name for name in value if name != "feedback"]
        )
        return [text for name in names for text in _texts(value.get(name))]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _count_words(texts: Iterable[str]) -> int:
    return sum(len(re.findall(r"\w+", text)) for text in texts)


def tokens(entry: Mapping[str, Any]) -> frozenset[str]:
    """The words of an item, without order, case and the shortest ones."""
    joined = " ".join([str(entry["stem"]), *_texts(entry)]).casefold()
    return frozenset(word for word in re.findall(r"\w+", joined) if len(word) > 3)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words that two items have in common (Jaccard), 0 to 1; nothing is like nothing."""
    return len(one & other) / len(one | other) if one and other else 0.0
