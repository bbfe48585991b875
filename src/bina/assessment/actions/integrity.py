"""Hints after a formal assessment: what in its answers, times and log may deserve a look by a human; never a verdict."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.scoring import prior_for
from bina.assessment.actions.windows import note_window
from bina.assessment.models import AssessmentWindow, IntegrityEvent, IntegrityHint, ItemVersion, Response, Session
from bina.assessment.queries.formal import ended_attempts, windows_awaiting_hints
from bina.assessment.rules import (
    DEVICE_CHANGES,
    FOCUS_LOSSES,
    LEAST_FIT,
    SECONDS_AWAY,
    EventKind,
    HintKind,
    Kind,
    part_key,
    right_answer,
)
from bina.foundation import clock
from bina.science.arrays import FloatArray
from bina.science.psychometrics import (
    ScoredItems,
    answer_similarity,
    option_probabilities,
    probability,
    rapid_guessing,
    standardized_person_fit,
    suspicious_pairs,
)

# Below these the figures say too little to be shown at all.
FEWEST_ANSWERS = 10
FEWEST_TIMES = 5
FEWEST_SHARED = 8
# With more people than this only those of one room or one unit are compared, who could have worked together.
MOST_COMPARED = 300


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """The answers of a formal assessment as arrays, persons x item versions, NaN where not answered."""

    sessions: list[Session]
    versions: list[ItemVersion]
    scores: FloatArray
    seconds: FloatArray
    choices: FloatArray
    keys: list[int]
    options: int


def prepare_due_hints() -> int:
    """Calculate the hints of every closed formal assessment in which nobody is still answering; returns how many."""
    due = windows_awaiting_hints()
    for window in due:
        prepare_hints(window)
    return len(due)


@transaction.atomic
def prepare_hints(window: AssessmentWindow) -> int:
    """Calculate the hints of a closed formal assessment anew; returns how many. What humans decided stays as it is."""
    found, notes = calculate_hints(window)
    IntegrityHint.objects.filter(session__in=[row.pk for row in ended_attempts(window)]).delete()
    IntegrityHint.objects.bulk_create(found, batch_size=500)
    window.hints_at, window.hints_note = clock.now(), notes
    window.save(update_fields=["hints_at", "hints_note"])
    note_window(entries.HINTS_PREPARED, None, window, {"hints": len(found)})
    return len(found)


def calculate_hints(window: AssessmentWindow) -> tuple[list[IntegrityHint], list[str]]:
    """The hints that the ended attempts give, not yet written, and in words what could not be judged."""
    sheet = _sheet(window)
    notes: list[str] = []
    found = _from_the_log(sheet.sessions)
    if sheet.sessions and sheet.versions:
        found += _quick_answers(sheet, notes)
        found += _fit_and_similarity(window, sheet, notes)
    return found, notes


def _sheet(window: AssessmentWindow) -> AnswerSheet:
    sessions = list(ended_attempts(window))
    rows = list(
        Response.objects.filter(session__in=sessions, answer__isnull=False).values_list(
            "session_id", "item_version_id", "score", "milliseconds", "answer"
        )
    )
    used = {row[1] for row in rows}
    versions = list(
        ItemVersion.objects.filter(pk__in=used).select_related("item__competency__framework").order_by("pk")
    )
    shape = (len(sessions), len(versions))
    scores, seconds, choices = (np.full(shape, np.nan) for _matrix in range(3))
    person = {session.pk: place for place, session in enumerate(sessions)}
    item = {version.pk: place for place, version in enumerate(versions)}
    # A single question's options, numbered as they stand in its payload; others cannot be compared option by option.
    numbered = {version.pk: _options(version) for version in versions if version.item.kind == Kind.SINGLE}
    for session_id, version_id, score, milliseconds, answer in rows:
        spot = (person[session_id], item[version_id])
        scores[spot] = 1.0 if (score or 0.0) >= 0.5 else 0.0
        if milliseconds is not None:
            seconds[spot] = milliseconds / 1000
        chosen = numbered.get(version_id, {}).get(answer[0]) if isinstance(answer, list) and answer else None
        if chosen is not None:
            choices[spot] = chosen
    keys = [
        numbered[version.pk][_first(right_answer(version.item.kind, version.payload))] if version.pk in numbered else 0
        for version in versions
    ]
    most = max((len(options) for options in numbered.values()), default=0)
    return AnswerSheet(sessions, versions, scores, seconds, choices, keys, most)


def _options(version: ItemVersion) -> dict[str, int]:
    """The options of a single question, by the keys under which answers name them."""
    return {part_key(option["text"]): place for place, option in enumerate(version.payload["options"])}


def _first(answer: object) -> str:
    return str(answer[0]) if isinstance(answer, list) and answer else ""


def _from_the_log(sessions: list[Session]) -> list[IntegrityHint]:
    losses, away, devices = Counter[int](), Counter[int](), Counter[int]()
    for session_id, kind, data in IntegrityEvent.objects.filter(session__in=sessions).values_list(
        "session_id", "kind", "data"
    ):
        if kind == EventKind.FOCUS_LOST:
            losses[session_id] += 1
        elif kind == EventKind.FOCUS_BACK:
            away[session_id] += int(data.get("seconds", 0))
        elif kind == EventKind.DEVICE:
            devices[session_id] += 1
    hints = []
    for session in sessions:
        count, seconds, changes = losses[session.pk], away[session.pk], devices[session.pk]
        if count >= FOCUS_LOSSES or seconds >= SECONDS_AWAY:
            figures = {"count": count, "seconds": seconds}
            hints.append(IntegrityHint(session=session, kind=HintKind.FOCUS.value, figures=figures))
        if changes >= DEVICE_CHANGES:
            hints.append(IntegrityHint(session=session, kind=HintKind.DEVICES.value, figures={"count": changes}))
    return hints


def _quick_answers(sheet: AnswerSheet, notes: list[str]) -> list[IntegrityHint]:
    times = sheet.seconds.copy()
    # A mean of a handful of times is no norm.
    times[:, (~np.isnan(times)).sum(axis=0) < FEWEST_TIMES] = np.nan
    judged = (~np.isnan(times)).sum(axis=1)
    if not (judged >= FEWEST_ANSWERS).any():
        notes.append(_("Waktu per soal belum dapat dinilai: terlalu sedikit orang menjawab soal yang sama."))
        return []
    found = rapid_guessing(times)
    return [
        IntegrityHint(
            session=session, kind=HintKind.RAPID.value,
            figures={"rapid": int(found.rapid[place].sum()), "items": int(judged[place])},
        )
        for place, session in enumerate(sheet.sessions)
        if judged[place] >= FEWEST_ANSWERS and found.flagged[place]
    ]  # fmt: skip


def _fit_and_similarity(window: AssessmentWindow, sheet: AnswerSheet, notes: list[str]) -> list[IntegrityHint]:
    items = ScoredItems.without_guessing([row.a for row in sheet.versions], [row.b for row in sheet.versions])
    competency = next((row.item.competency for row in sheet.versions if row.item.competency), None)
    prior = prior_for(competency.framework.level_count if competency else 4)
    fit = standardized_person_fit(sheet.scores, items, prior)
    provisional = sum(row.is_provisional for row in sheet.versions)
    if provisional:
        notes.append(
            _("%(n)s dari %(all)s soal belum dikalibrasi; kesukarannya masih dugaan penulisnya, jadi petunjuk tentang pola "
              "jawaban dan kemiripan lebih lemah.") % {"n": provisional, "all": len(sheet.versions)}
        )  # fmt: skip
    hints = []
    if window.blueprint.is_adaptive:
        notes.append(_("Uji adaptif menyesuaikan soal dengan orangnya, jadi pola jawabannya tidak dinilai."))
    else:
        answered = (~np.isnan(sheet.scores)).sum(axis=1)
        hints += [
            IntegrityHint(
                session=session, kind=HintKind.FIT.value,
                figures={"lz": round(float(fit.standardized[place]), 3), "items": int(answered[place])},
            )
            for place, session in enumerate(sheet.sessions)
            if answered[place] >= FEWEST_ANSWERS and fit.standardized[place] < LEAST_FIT
        ]  # fmt: skip
    return hints + _similar_pairs(sheet, probability(fit.ability, items), notes)


def _similar_pairs(sheet: AnswerSheet, right: FloatArray, notes: list[str]) -> list[IntegrityHint]:
    pairs = _comparable(sheet)
    if not len(pairs) or sheet.options < 2:
        notes.append(
            _(
                "Kemiripan jawaban tidak dinilai: bentuk soalnya berbeda-beda, sehingga terlalu sedikit soal dijawab bersama."
            )
        )
        return []
    chance = option_probabilities(right, sheet.choices, sheet.keys, sheet.options)
    found = answer_similarity(sheet.choices, sheet.keys, chance, pairs=pairs)
    place = {(int(one), int(two)): row for row, (one, two) in enumerate(found.pairs)}
    hints = []
    for one, two in suspicious_pairs(found):
        row = place[int(one), int(two)]
        figures = {
            "matches": int(found.matches[row]), "expected": round(float(found.expected[row]), 3),
            "p": float(f"{found.adjusted_p[row]:.3g}"),
        }  # fmt: skip
        for mine, other in ((one, two), (two, one)):
            hints.append(
                IntegrityHint(
                    session=sheet.sessions[mine], other=sheet.sessions[other], kind=HintKind.SIMILAR.value,
                    figures=figures,
                )
            )  # fmt: skip
    return hints


def _comparable(sheet: AnswerSheet) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Pairs of different people with enough questions in common, from one room or unit where there are many."""
    groups: dict[object, list[int]] = defaultdict(list)
    many = len(sheet.sessions) > MOST_COMPARED
    for place, session in enumerate(sheet.sessions):
        part = getattr(session, "participation", None)
        room = part.room_id if part else None
        groups[("room", room) if room else ("unit", session.employee.unit_id) if many else "all"].append(place)
    seen = (~np.isnan(sheet.choices)).astype(np.int64)
    shared = seen @ seen.T
    pairs = [
        pair
        for places in groups.values()
        for pair in combinations(places, 2)
        if shared[pair] >= FEWEST_SHARED and sheet.sessions[pair[0]].employee_id != sheet.sessions[pair[1]].employee_id
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
