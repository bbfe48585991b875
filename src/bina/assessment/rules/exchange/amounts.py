"""Numbers in foreign files, and keys that give shares: which of our kinds of question they make."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.kinds.choices import SHARES
from bina.assessment.rules.kinds.parts import Kind

_NEAR = 0.005  # other systems round thirds and sixths


def amount(text: object) -> int | float | None:
    """The number that a machine wrote (“61”, “0.5”, “1e3”), whole where it is written whole; None for anything else."""
    words = str(text).strip()
    if len(words) > 40 or not words.isascii() or "_" in words:
        return None
    try:
        return int(words)
    except ValueError:
        pass
    try:
        value = float(words)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Weighed:
    """An option as others hold it: its words, the share that picking it earns (−1 to 1), and what is said then."""

    text: str
    share: float
    feedback: str = ""


def choice_parts(
    options: Sequence[Weighed], *, takes_many: bool, kind: object = None
) -> tuple[dict[str, Any], list[str]]:
    """``kind`` and ``options`` of an item for options with shares, and notes on what was changed.

    One pick with shares between nothing and everything is a situational judgement; several picks keep only what is
    right and what is not, because their share always counts right picks minus wrong ones.
    """
    shares, notes = [option.share for option in options], list[str]()
    right = [share > _NEAR for share in shares]
    if takes_many and sum(right) != 1:
        count = sum(right) or 1
        expected = [1 / count if is_right else -1 / count for is_right in right]
        softer = [1 / count if is_right else 0.0 for is_right in right]
        if any(abs(a - b) > _NEAR for a, b in zip(shares, expected, strict=True)):
            plain = all(abs(a - b) <= _NEAR for a, b in zip(shares, softer, strict=True))
            notes.append(
                _("Pilihan salah kini mengurangi nilai, sama besar dengan nilai satu pilihan benar.")
                if plain
                else _("Bobot tiap pilihan tidak disimpan; yang disimpan hanya benar atau salah.")
            )
        return {"kind": Kind.MULTIPLE.value, "options": [_option(o, o.share > _NEAR) for o in options]}, notes
    if takes_many:
        notes.append(_("Hanya satu pilihan yang benar, maka dibaca sebagai pilihan tunggal."))
    is_graded = not takes_many and (
        kind == Kind.SITUATIONAL or (any(_NEAR < share < 1 - _NEAR for share in shares) and max(shares) >= 1 - _NEAR)
    )
    if is_graded:
        steps = [_nearest_step(share) for share in shares]
        if kind != Kind.SITUATIONAL:
            notes.append(_("Sebagian pilihan bernilai sebagian, maka dibaca sebagai penilaian situasi."))
        if any(abs(step - share) > _NEAR for step, share in zip(steps, shares, strict=True)):
            notes.append(_("Nilai pilihan dibulatkan ke 0, 0.25, 0.5, 0.75, atau 1."))
        rows = [
            {"text": option.text, "score": step, **_said(option)} for option, step in zip(options, steps, strict=True)
        ]
        return {"kind": Kind.SITUATIONAL.value, "options": rows}, notes
    if not takes_many and any(share < -_NEAR for share in shares):
        notes.append(_("Pilihan salah tidak mengurangi nilai pada pilihan tunggal."))
    return {"kind": Kind.SINGLE.value, "options": [_option(o, o.share > _NEAR) for o in options]}, notes


def _nearest_step(share: float) -> float:
    return min(SHARES, key=lambda step: abs(step - share))


def _said(option: Weighed) -> dict[str, str]:
    return {"feedback": option.feedback} if option.feedback else {}


def _option(option: Weighed, is_right: bool) -> dict[str, Any]:
    return {"text": option.text, **({"correct": True} if is_right else {}), **_said(option)}


def shares_of(item: Mapping[str, Any]) -> list[float]:
    """What each option of an item earns when others count it: wrong picks cost where several may be picked."""
    options = item["options"]
    if item["kind"] == Kind.SITUATIONAL:
        return [float(option["score"]) for option in options]
    right = sum(option.get("correct") is True for option in options)
    wrong = -1 / right if item["kind"] == Kind.MULTIPLE else 0.0
    return [1 / right if option.get("correct") is True else wrong for option in options]
