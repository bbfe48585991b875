"""Questions about instruments: which there are, who may change them, and how a sheet looks to the person."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from bina.assessment.models import Instrument
from bina.assessment.rules import InstrumentState
from bina.assessment.rules.instruments import STEPS, Content, Question, options_of, words_of
from bina.foundation.wording import localized
from bina.people.queries import agencies_visible_to, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Agency, User


def instrument_by_code(code: str) -> Instrument:
    """The newest published version of a questionnaire; raises Instrument.DoesNotExist."""
    found = Instrument.objects.filter(code=code).exclude(state=InstrumentState.DRAFT).order_by("-version").first()
    if found is None:
        raise Instrument.DoesNotExist(code)
    return found


def published_instrument(code: str, agency: "Agency | None") -> Instrument | None:
    """The newest version in use of a shipped questionnaire or of one of the agency; None when there is none."""
    rows = Instrument.objects.filter(code=code, state=InstrumentState.PUBLISHED)
    return rows.filter(Q(agency=None) | Q(agency=agency)).order_by("-version").first()


def may_survey(user: "User") -> bool:
    """Whether the account holds surveys anywhere."""
    return standing_of(user).may(Permission.EVALUATE)


def agencies_that_survey(user: "User") -> "list[Agency]":
    """The agencies in which the account holds surveys."""
    return list(agencies_visible_to(user, Permission.EVALUATE).order_by("name"))


def may_manage_instrument(user: "User", instrument: Instrument) -> bool:
    """Whether the account may change an instrument: those of agencies where it evaluates; shipped ones nobody."""
    agencies = standing_of(user).agencies_with(Permission.EVALUATE)
    return instrument.agency_id is not None and (agencies is None or instrument.agency_id in agencies)


def instruments_visible_to(user: "User") -> QuerySet[Instrument]:
    """Instruments that the account may read: shipped ones, and those of agencies where it evaluates."""
    agencies = standing_of(user).agencies_with(Permission.EVALUATE)
    rows = Instrument.objects.select_related("agency")
    if agencies is None:
        return rows
    return rows.filter(Q(agency=None) | Q(agency_id__in=agencies)) if agencies else rows.none()


def instrument_visible_to(user: "User", public_id: "UUID | str") -> Instrument | None:
    """One instrument that the account may read."""
    return instruments_visible_to(user).filter(public_id=public_id).first()


def newest_instruments(user: "User") -> list[Instrument]:
    """The newest version of every instrument with ``survey_count`` over all versions; own ones before shipped ones."""
    newest = Instrument.objects.filter(code=OuterRef("code")).values("code").annotate(top=Max("version")).values("top")
    counts = dict(
        instruments_visible_to(user)
        .order_by()
        .values_list("code")
        .annotate(n=Count("surveys"))
        .values_list("code", "n")
    )
    rows: list[Any] = list(
        instruments_visible_to(user)
        .annotate(newest=Subquery(newest))
        .filter(version=F("newest"))
        .order_by(F("agency").asc(nulls_last=True), "title")
    )
    for row in rows:
        row.survey_count = counts.get(row.code, 0)
    return rows


def usable_instruments(user: "User") -> list[Instrument]:
    """Published instruments that the account may use, the newest version of each, own ones first."""
    rows = instruments_visible_to(user).filter(state=InstrumentState.PUBLISHED).order_by("code", "-version")
    newest: dict[str, Instrument] = {}
    for row in rows:
        newest.setdefault(row.code, row)
    return sorted(newest.values(), key=lambda row: (row.agency_id is None, row.title))


def versions_of_instrument(instrument: Instrument) -> list[Instrument]:
    """All versions, newest first."""
    return list(Instrument.objects.filter(code=instrument.code).order_by("-version"))


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """One question as the person reads it."""

    key: str
    kind: str
    text: str
    lowest: str
    highest: str
    options: tuple[tuple[str, str], ...]
    required: bool
    steps: int
    least: float | None
    most: float | None


def sheet_question(raw: Mapping[str, Any]) -> SheetQuestion:
    """A stored question in the reader's language."""
    anchors = raw.get("anchors") or {}
    return SheetQuestion(
        key=raw["key"],
        kind=raw["kind"],
        text=localized(raw["text"], raw.get("text_en", "")),
        lowest=words_of(anchors.get("lowest")),
        highest=words_of(anchors.get("highest")),
        options=tuple(options_of(raw)),
        required=bool(raw.get("required")),
        steps=STEPS.get(raw["kind"], 0),
        least=raw.get("min"),
        most=raw.get("max"),
    )


def sheet_questions(questions: Sequence[Question]) -> tuple[SheetQuestion, ...]:
    """Stored questions in the reader's language."""
    return tuple(sheet_question(row) for row in questions)


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """What a group said to one question. ``counts`` by answer; ``mean`` of scales; ``texts`` in no telling order.

    ``options``: key and words of every offered answer. ``is_told``: whether enough people answered.
    """

    key: str
    kind: str
    text: str
    count: int
    mean: float | None
    counts: dict[str, int]
    texts: tuple[str, ...]
    lowest: str
    highest: str
    options: tuple[tuple[str, str], ...] = ()
    median: float | None = None
    is_told: bool = True

    @property
    def bars(self) -> list[tuple[str, int, float]]:
        """Words, count and share of every offered answer."""
        return [
            (words, self.counts.get(key, 0), self.counts.get(key, 0) / self.count if self.count else 0.0)
            for key, words in self.options
        ]


def question_summary(question: Question, rows: Sequence[Mapping[str, Any]], *, least: int = 0) -> QuestionSummary:
    """What the sheets say to one question; nothing but the number of answers when fewer than ``least`` gave one."""
    given = [row[question["key"]] for row in rows if question["key"] in row]
    count, shown = len(given), sheet_question(question)
    is_told = count >= least
    given = given if is_told else []
    counts = {key: 0 for key, _words in shown.options} if shown.steps else {}
    for value in () if shown.kind in ("text", "number") else given:
        for one in value if isinstance(value, list) else [value]:
            counts[str(one)] = counts.get(str(one), 0) + 1
    marks = [float(value) for value in given] if shown.steps or shown.kind == "number" else []
    return QuestionSummary(
        key=shown.key,
        kind=shown.kind,
        text=shown.text,
        count=count,
        mean=sum(marks) / len(marks) if marks else None,
        counts=counts,
        texts=tuple(sorted(given, key=_in_no_order)) if shown.kind == "text" else (),
        lowest=shown.lowest,
        highest=shown.highest,
        options=shown.options,
        median=median(marks) if marks else None,
        is_told=is_told,
    )


def _in_no_order(text: str) -> str:
    """Something to sort texts by that tells neither when they were written nor anything about them."""
    return hashlib.sha256(text.encode()).hexdigest()


def scale_names(content: Content) -> dict[str, str]:
    """Names of the scales by code, in the reader's language."""
    return {scale["code"]: localized(scale["name"], scale.get("name_en", "")) for scale in content.scales}
