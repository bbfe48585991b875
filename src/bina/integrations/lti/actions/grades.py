"""What tools do with columns of grades and the roster: make, change and remove columns, send scores, read people."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.integrations.lti import entries
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.people import name_people
from bina.integrations.lti.models import LineItem, ResourceLink, Result, ScoreReport, Tool, ToolPerson
from bina.integrations.lti.queries import enrolment_for_score, known_people, line_items_of
from bina.integrations.lti.rules import (
    MOST_LINE_ITEMS,
    Known,
    LineItemWords,
    Rejected,
    Score,
    can_take_score,
    outcome_of,
)
from bina.journal.actions import record
from bina.learning.actions import record_activity_progress
from bina.learning.queries import activity_of

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment
    from bina.people.models import Employee


@transaction.atomic
def make_line_item(*, tool: Tool, course: "Course", words: LineItemWords) -> LineItem:
    """A column of the tool's own. Raises Rejected for a link that is not the tool's here, and beyond 500 columns."""
    if line_items_of(tool, course, {}).count() >= MOST_LINE_ITEMS:
        raise Rejected(
            _t("Paling banyak %(most)s kolom nilai dalam satu kursus.") % {"most": MOST_LINE_ITEMS}, status=403
        )
    link = _link_of(tool, course, words.link_id)
    return LineItem.objects.create(
        tool=tool, course=course, link=link, label=words.label, maximum=words.maximum, resource_id=words.resource_id,
        tag=words.tag, starts_at=words.starts_at, ends_at=words.ends_at,
    )  # fmt: skip


def _link_of(tool: Tool, course: "Course", link_id: str) -> ResourceLink | None:
    if not link_id:
        return None
    found = [
        row for row in ResourceLink.objects.filter(tool=tool, course=course) if str(row.public_id) == link_id.lower()
    ]
    if not found:
        raise Rejected(_t("Tautan (resourceLinkId) ini bukan milik alat tersebut di kursus ini."), status=404)
    return found[0]


@transaction.atomic
def change_line_item(*, item: LineItem, words: LineItemWords) -> LineItem:
    """Change a column; its link stays. Raises Rejected when the message names another one."""
    held = LineItem.objects.select_for_update(of=("self",)).select_related("link", "course", "tool").get(pk=item.pk)
    known = str(held.link.public_id) if held.link else ""
    if words.link_id and words.link_id.lower() != known:
        raise Rejected(_t("Tautan (resourceLinkId) sebuah kolom nilai tidak dapat diganti."))
    held.label, held.maximum, held.resource_id, held.tag = words.label, words.maximum, words.resource_id, words.tag
    held.starts_at, held.ends_at = words.starts_at, words.ends_at
    held.save(update_fields=["label", "maximum", "resource_id", "tag", "starts_at", "ends_at"])
    return held


@transaction.atomic
def remove_line_item(*, item: LineItem) -> None:
    """Take a column of the tool's own away; what it held stays readable for those who look after records.

    Raises Rejected for the column of a part of the course: that belongs to the course.
    """
    if item.is_ours:
        raise Rejected(
            _t("Kolom nilai ini milik bagian kursus dan tidak dapat dihapus oleh alat."), status=403, code="forbidden"
        )
    LineItem.objects.filter(pk=item.pk, removed_at=None).update(removed_at=clock.now())


@transaction.atomic
def take_score(*, item: LineItem, score: Score) -> Result:
    """Keep a score, and let the part of the course follow it.

    The same message twice is taken once. Raises Rejected: 404 for somebody who is not in the course under that name, 403
    for a closed account, 409 for a message that is older than what is known or that contradicts one of the same moment.
    """
    person = ToolPerson.objects.filter(tool_id=item.tool_id, subject=score.subject).first()
    enrolment = (
        enrolment_for_score(item.tool, item.course, person.employee_id) if person and person.employee_id else None
    )
    if enrolment is None:
        raise Rejected(_t("Orang ini bukan peserta kursus tersebut."), status=404, code="not_found")
    by = getattr(enrolment.employee, "user", None)
    if by is None or not by.is_active:
        raise Rejected(_t("Akun ini tidak aktif lagi; nilai tidak dapat dicatat."), status=403, code="forbidden")
    words = {
        "given": score.given, "maximum": score.maximum, "activity": score.activity.value, "grading": score.grading.value,
        "comment": score.comment, "told_at": score.at,
    }  # fmt: skip
    now = clock.now()
    row, is_new = Result.objects.get_or_create(
        line_item=item, employee_id=enrolment.employee_id, defaults={**words, "received_at": now}
    )
    held = Result.objects.select_for_update().get(pk=row.pk)
    if not is_new:
        if not can_take_score(held.told_at, score):
            if all(getattr(held, name) == value for name, value in words.items()):
                return held
            raise Rejected(
                _t("Nilai ini lebih lama daripada, atau sewaktu dengan, nilai yang sudah tercatat; yang tercatat tetap."),
                status=409, code="conflict",
            )  # fmt: skip
        for name, value in words.items():
            setattr(held, name, value)
        held.received_at = now
        held.save()
    ScoreReport.objects.create(result=held, received_at=now, **words)
    _follow(item, enrolment, held, score)
    return held


def _follow(item: LineItem, enrolment: "Enrolment", result: Result, score: Score) -> None:
    link = item.link
    activity = activity_of(enrolment.version_id, link.key) if link is not None else None
    by = enrolment.employee.user
    if item.is_ours and activity is not None and activity.kind == "lti":
        outcome = outcome_of(activity.payload, score)
        record_activity_progress(by=by, enrolment=enrolment, activity=activity, report={"outcome": outcome})
    record(
        entries.SCORE_TAKEN, by=by, kind="enrolment", object_id=enrolment.public_id,
        name=activity.title if activity else item.label, agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "activity": link.key if link else "", "tool": item.tool.code,
              "given": score.given, "maximum": score.maximum, "progress": score.activity.value,
              "grading": score.grading.value, "employee_id": enrolment.employee_id},
    )  # fmt: skip
    share = result.share
    if share is not None and share > 1:
        note(item.tool, _t("Nilai di atas nilai tertinggi diterima; kursus menghitungnya sebagai nilai penuh."))
    note(item.tool, _t("Nilai diterima."))


@transaction.atomic
def read_people(*, tool: Tool, course: "Course", people: "list[Employee]") -> list[Known]:
    """People of a roster as the tool may know them, each under the name that this tool knows."""
    name_people(tool, people)
    note(tool, _t("Daftar peserta “%(course)s” dibaca.") % {"course": course.title[:120]})
    return known_people(tool, people)
