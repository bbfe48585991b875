"""Pages of how a level came about: a picture over time, a table of the same, and a workbook."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from bina.competencies import queries
from bina.competencies.queries import EventKind, HistoryEvent, HistoryPoint, LevelHistory, Reading
from bina.competencies.rules import Source
from bina.competencies.views.profiles import own_employee, visible_employee
from bina.design.formats import number, short_date
from bina.design.level_pictures import Mark, Moment, time_picture
from bina.design.pictures import status_word
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet

if TYPE_CHECKING:
    from bina.people.models import Employee

_SIGNS = {
    Source.TEST: "●", Source.COURSE_TEST: "■", Source.SUPERIOR_RATING: "▲", Source.PEER_RATING: "▲",
    Source.SELF_RATING: "△",
}  # fmt: skip


def sign_of(event: HistoryEvent) -> str:
    """The sign of an event below the picture."""
    if event.evidence is not None:
        return "✕" if event.kind is EventKind.WITHDRAWN else _SIGNS.get(Source(event.evidence.source), "◆")
    return "⚑" if event.kind is EventKind.APPEAL else "┆"


def words_of(event: HistoryEvent, names: dict[str, str], *, with_competency: bool = False) -> str:
    """What happened, in a sentence."""
    if event.evidence is not None:
        piece = event.evidence
        text = _("%(source)s %(value)s ± %(spread)s") % {
            "source": names.get(piece.source, piece.source), "value": number(event.reads[0], 1),
            "spread": number(event.reads[1], 1),
        }  # fmt: skip
        if with_competency:
            text = f"{piece.competency}: {text}"
        if event.kind is EventKind.WITHDRAWN:
            return _("Ditarik: %(what)s. Alasan: %(why)s") % {"what": text, "why": piece.withdrawn_reason}
        if piece.withdrawn_at:
            return _("%(what)s (kemudian ditarik)") % {"what": text}
        return text
    if event.appeal is not None:
        if not event.is_end:
            return _("Peninjauan diminta")
        return _("Peninjauan diputuskan: %(state)s") % {"state": event.appeal.state_name}
    if event.cuts is not None:
        words = (
            _("Batas tingkat dari panel “%(panel)s” ditarik")
            if event.is_end
            else _("Batas tingkat dari panel “%(panel)s” mulai berlaku")
        )
        return words % {"panel": event.cuts.title}
    if event.kind is EventKind.TRUST:
        return _("Kepercayaan pada sumber bukti berubah")
    return _("Syarat jabatan berubah")


@login_required
def history(request: SignedInRequest, subject_id: UUID) -> HttpResponse:
    """How one's own level came about."""
    return _history_page(request, own_employee(request), subject_id)


@login_required
def history_of(request: SignedInRequest, public_id: UUID, subject_id: UUID) -> HttpResponse:
    """How somebody's level came about, for those who may see it."""
    return _history_page(request, visible_employee(request, public_id), subject_id)


@login_required
def history_table(request: SignedInRequest, subject_id: UUID) -> HttpResponse:
    """One's own history as a workbook."""
    return _workbook(request, own_employee(request), subject_id)


@login_required
def history_table_of(request: SignedInRequest, public_id: UUID, subject_id: UUID) -> HttpResponse:
    """Somebody's history as a workbook."""
    return _workbook(request, visible_employee(request, public_id), subject_id)


def _history(request: SignedInRequest, employee: "Employee", subject_id: UUID) -> LevelHistory:
    subject = queries.competency_or_area(subject_id, employee.agency_id)
    if subject is None:
        raise Http404
    reading = Reading.OBSERVED if request.GET.get("reading") == Reading.OBSERVED else Reading.KNOWN
    return queries.history_of_level(employee, subject, reading=reading)


def _history_page(request: SignedInRequest, employee: "Employee", subject_id: UUID) -> HttpResponse:
    found = _history(request, employee, subject_id)
    names = queries.source_names()
    told = {
        point.on: [(sign_of(event), words_of(event, names, with_competency=found.is_area)) for event in point.events]
        for point in found.points
    }
    context = {
        "employee": employee,
        "is_own": request.user.employee_id == employee.pk,
        "subject": found.subject,
        "history": found,
        "told": told,
        "picture": _picture(found, told),
        "observed": found.reading is Reading.OBSERVED,
    }
    return render(request, "competencies/history.html", context)


def _moment(point: HistoryPoint) -> Moment:
    return Moment(point.on, point.mean, point.low, point.high, point.required)


def _picture(found: LevelHistory, told: dict[dt.date, list[tuple[str, str]]]) -> str:
    latest = found.latest
    if latest is None:
        return ""
    marks = []
    for point in found.points:
        # One sign a day is enough to see; the table names everything.
        signs = dict.fromkeys(sign for sign, _words in told[point.on])
        marks += [
            Mark(point.on, sign, "; ".join(words for own, words in told[point.on] if own == sign)) for sign in signs
        ]
    label = _("Tingkat %(name)s sejak %(start)s, sekarang %(mean)s. Tabel di bawah memuat setiap tanggal.") % {
        "name": found.subject, "start": short_date(found.points[0].on), "mean": number(latest.mean, 1),
    }  # fmt: skip
    return time_picture(
        [_moment(point) for point in found.band],
        [_moment(point) for point in found.points if point.events],
        marks,
        label=label,
        level_count=found.subject.framework.level_count,
    )


def _workbook(request: SignedInRequest, employee: "Employee", subject_id: UUID) -> HttpResponse:
    found = _history(request, employee, subject_id)
    names = queries.source_names()
    header = [_("Tanggal"), _("Tingkat"), _("Batas bawah 90%"), _("Batas atas 90%"), _("Syarat jabatan"), _("Status"),
              _("Yang terjadi")]  # fmt: skip
    rows = [
        [point.on, _rounded(point.mean), _rounded(point.low), _rounded(point.high), _rounded(point.required),
         status_word(point.status),
         "; ".join(words_of(event, names, with_competency=found.is_area) for event in point.events) or _("Hari ini")]
        for point in found.points
    ]  # fmt: skip
    notes = [
        f"{employee.full_name} · {found.subject}",
        _("Dihitung ulang dari bukti dan aturan yang berlaku pada setiap tanggal."),
    ]
    return workbook_reply(f"bina-riwayat-{found.subject.code}", Sheet(_("Riwayat tingkat"), header, rows, notes))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
