"""What a rubric must say before anybody may be scored by it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from bina.assessment.rules.tasks import MARKS

MOST_CRITERIA = 12
LONGEST_NAME = 120
LONGEST_DESCRIPTOR = 400


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric as it is typed: competency (public id or code), level, name, what each mark 0 to 4 looks like."""

    competency: str
    level: int
    name: str
    descriptors: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name.strip() or any(text.strip() for text in self.descriptors))


def read_rubric(sent: Mapping[str, str]) -> list[Criterion]:
    """The lines of a sent form, in order: fields ``c-<n>-name``, ``-competency``, ``-level`` and ``-d0`` to ``-d4``."""
    found = []
    for row in range(MOST_CRITERIA):
        if f"c-{row}-name" not in sent:
            continue
        level = str(sent.get(f"c-{row}-level", ""))
        found.append(
            Criterion(
                competency=str(sent.get(f"c-{row}-competency", "")).strip()[:60],
                level=int(level) if level.isascii() and level.isdigit() and len(level) < 3 else 0,
                name=str(sent[f"c-{row}-name"]).strip()[:LONGEST_NAME],
                descriptors=tuple(
                    str(sent.get(f"c-{row}-d{mark}", "")).strip()[:LONGEST_DESCRIPTOR] for mark, _word in MARKS
                ),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a task says beside its rubric, as it is typed."""

    title: str
    brief: str
    wants_text: bool
    wants_files: bool
    minutes: int
    due_days: int
    is_double: bool
    largest_difference: int


def rubric_problems(
    criteria: Sequence[Criterion], level_counts: Mapping[str, int], *, is_complete: bool = True
) -> list[str]:
    """What is missing, one sentence per line of the rubric; ``level_counts``: levels of each competency that may be named.

    A draft (``is_complete`` False) may still lack descriptors and lines.
    """
    if not criteria and is_complete:
        return [_("Rubrik belum memuat kriteria. Tambahkan sedikitnya satu.")]
    problems, names = [], set()
    for number, row in enumerate(criteria, start=1):
        if not row.name:
            problems.append(_("Kriteria %(n)s belum bernama.") % {"n": number})
        elif row.name.lower() in names:
            problems.append(_("Kriteria %(n)s memakai nama yang sudah dipakai di atasnya.") % {"n": number})
        names.add(row.name.lower())
        if row.competency not in level_counts:
            problems.append(_("Kriteria %(n)s belum menunjuk kompetensi.") % {"n": number})
        elif not 1 <= row.level <= level_counts[row.competency]:
            problems.append(
                _("Tingkat kriteria %(n)s harus antara 1 dan %(most)s.")
                % {"n": number, "most": level_counts[row.competency]}
            )
        empty = [str(mark) for mark, _word in MARKS if not row.descriptors[mark]]
        if empty and is_complete:
            problems.append(
                _("Kriteria %(n)s belum menjelaskan seperti apa nilai %(marks)s.")
                % {"n": number, "marks": ", ".join(empty)}
            )
    return problems


def digest_of_task(facts: TaskFacts, criteria: Sequence[Criterion]) -> str:
    """A mark of the content of a task: the same words give the same mark."""
    content = json.dumps([asdict(facts), [asdict(row) for row in criteria]], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2s(content.encode(), digest_size=16).hexdigest()
