"""Works within a course: kept as drafts, handed in, scored or confirmed, returned, appealed; and answers in discussions."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.actions import drop_files, keep_fresh, pieces_of_marks
from bina.assessment.rules import (
    LONGEST_TEXT,
    can_be_handed_in,
    can_send_marks,
    clean_marks,
)
from bina.competencies.actions import record_evidence
from bina.competencies.queries import competencies_by_code
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.progress import finish, locked, progress_row, require_entry
from bina.learning.models import Activity, DiscussionAnswer, Enrolment, HandedWork, PeerVoice, WorkFile
from bina.learning.queries.works import confirms_work, judges_work, peers_for
from bina.learning.rules import (
    CONFIRMING_PEERS,
    LONGEST_COMMENT,
    MOST_PEERS,
    OPEN_TO_LEARNER,
    TESTED_FRAMEWORK,
    ProgressState,
    WorkState,
    can_appeal,
    can_learn,
    can_move_work,
    can_return,
    is_enough,
    may_learn_in,
)

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.journal.registry import Verb
    from bina.people.models import User

LONGEST_ANSWER = 3_000
LONGEST_APPEAL = 2_000


def _held(by: "User", enrolment: Enrolment, activity: Activity) -> HandedWork:
    """The learner's work in an activity, locked, made on the first touch. Raises Denied or Refused."""
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    due = clock.today(held.employee.agency.time_zone) + dt.timedelta(days=activity.payload["due_days"])
    HandedWork.objects.get_or_create(enrolment=held, activity=activity, defaults={"due_on": due})
    return _locked_by(enrolment=held, activity=activity)


def _locked_by(**which: object) -> HandedWork:
    return (
        HandedWork.objects.select_for_update(of=("self",))
        .select_related("enrolment__course", "enrolment__version", "enrolment__employee__agency",
                        "enrolment__employee__unit", "activity")
        .get(**which)
    )  # fmt: skip


def _held_to_decide(work: HandedWork) -> HandedWork:
    """A work and its enrolment, locked in the order in which its learner locks them, so that neither waits for the other."""
    hold(Enrolment.objects.filter(pk=work.enrolment_id))
    return _locked_by(pk=work.pk)


def begin_work(*, by: "User", enrolment: Enrolment, activity: Activity) -> HandedWork:
    """The work of an activity that was opened; from that day on its days are counted. Doing it twice changes nothing."""
    known = HandedWork.objects.filter(enrolment=enrolment, activity=activity).first()
    if known is not None:
        return known
    with transaction.atomic():
        return _held(by, enrolment, activity)


def _require_open(work: HandedWork) -> None:
    if work.state not in OPEN_TO_LEARNER:
        can_move_work(work.state, WorkState.HANDED_IN).require()


@transaction.atomic
def save_work_draft(
    *, by: "User", enrolment: Enrolment, activity: Activity, text: str, uploads: "Sequence[UploadedFile[Any]]" = ()
) -> HandedWork:
    """Keep the words and further files as a draft. Raises Refused when the work is out of one's hands or a file may not be
    kept; then nothing of this call is kept."""
    work = _held(by, enrolment, activity)
    _require_open(work)
    work.text, work.saved_at = text.strip()[:LONGEST_TEXT], clock.now()
    work.save(update_fields=["text", "saved_at"])
    keep_fresh(uploads, set(work.files.values_list("digest", flat=True)), partial(WorkFile, work=work))
    return work


@transaction.atomic
def remove_work_file(*, by: "User", enrolment: Enrolment, activity: Activity, public_id: str) -> None:
    """Take a file out of one's own open work; a file that is gone already stays gone."""
    work = _held(by, enrolment, activity)
    _require_open(work)
    drop_files([row for row in work.files.all() if str(row.public_id) == public_id])


@transaction.atomic
def hand_in_work(*, by: "User", enrolment: Enrolment, activity: Activity, peers: Iterable[str] = ()) -> HandedWork:
    """Hand the draft in; handed in already, nothing changes. ``peers``: public ids of colleagues who are asked to confirm a
    workplace task. Raises Refused when something is missing or the work is out of one's hands."""
    work = _held(by, enrolment, activity)
    if work.state == WorkState.HANDED_IN:
        return work
    can_move_work(work.state, WorkState.HANDED_IN).require()
    payload = activity.payload
    can_be_handed_in(
        text=work.text, file_count=work.files.count(), wants_text=payload["wants_text"],
        wants_files=payload["wants_files"],
    ).require()  # fmt: skip
    if work.handed_in_at:
        _keep_former(work)
    work.state, work.handed_in_at = WorkState.HANDED_IN.value, clock.now()
    work.marks, work.comment, work.appeal, work.decided_by_name, work.decided_at = {}, "", "", "", None
    work.save()
    if activity.kind == "workplace":
        wanted = set(peers)
        chosen = [peer for peer in peers_for(work.enrolment) if str(peer.public_id) in wanted][:MOST_PEERS]
        PeerVoice.objects.bulk_create(PeerVoice(work=work, peer=peer, turn=work.turn) for peer in chosen)
    _note(entries.WORK_HANDED_IN, by, work)
    return work


def take_work_back(*, by: "User", enrolment: Enrolment, activity: Activity, reason: str) -> None:
    """Give an accepted work back, because its part is to be done again; the enrolment is held by the caller's transaction.

    What was handed in and said moves aside and stays readable. Where there is no accepted work nothing changes.
    """
    work = HandedWork.objects.filter(enrolment=enrolment, activity=activity, state=WorkState.ACCEPTED).first()
    if work is None:
        return
    work = _locked_by(pk=work.pk)
    _keep_former(work)
    work.state, work.handed_in_at, work.marks, work.appeal = WorkState.RETURNED.value, None, {}, ""
    work.decided_at, work.decided_by_name, work.comment = clock.now(), by.display_name, reason.strip()[:LONGEST_COMMENT]
    work.due_on = clock.today(enrolment.employee.agency.time_zone) + dt.timedelta(days=activity.payload["due_days"])
    work.save()
    _note(entries.WORK_RETURNED, by, work, work.comment)


def _keep_former(work: HandedWork) -> None:
    work.former = [
        *work.former,
        {"handed_in_at": work.handed_in_at.isoformat() if work.handed_in_at else "", "text": work.text,
         "marks": work.marks, "comment": work.comment, "by": work.decided_by_name},
    ]  # fmt: skip


def _note(verb: "Verb", by: "User | None", work: HandedWork, reason: str = "") -> None:
    enrolment = work.enrolment
    record(
        verb, by=by, kind="course_work", object_id=work.public_id, name=work.activity.title,
        agency_id=enrolment.employee.agency_id, reason=reason,
        data={"course": enrolment.course.slug, "activity": work.activity.key, "kind": work.activity.kind,
              "employee_id": enrolment.employee_id},
    )  # fmt: skip


def _decide(by: "User | None", work: HandedWork, to: WorkState, comment: str, name: str) -> None:
    can_move_work(work.state, to).require()
    work.state, work.decided_at, work.decided_by_name = to.value, clock.now(), name
    work.comment = comment.strip()[:LONGEST_COMMENT]
    work.save()
    _note(entries.WORK_ACCEPTED if to is WorkState.ACCEPTED else entries.WORK_RETURNED, by, work, work.comment)
    if to is WorkState.ACCEPTED:
        held = locked(work.enrolment)
        row = progress_row(held, work.activity)
        row.evidence = {**row.evidence, "accepted": True, "handed_in": work.turn + 1, "by": name}
        row.save(update_fields=["evidence"])
        finish(by=by, enrolment=held, activity=work.activity, row=row, is_own_work=False)


@transaction.atomic
def score_work(*, by: "User", work: HandedWork, marks: Mapping[str, object], comment: str) -> HandedWork:
    """Score an assignment by its rubric: enough points close the part, fewer give it back for another try; either way the
    marks become evidence, in place of those of an earlier try. The same marks again change nothing.

    Raises Denied for others than trainers, Refused without all marks, or without words where it goes back.
    """
    held = _held_to_decide(work)
    if not judges_work(by, held):
        denied(_("Kiriman ini diperiksa oleh widyaiswara atau pengelola kursus.")).require()
    rubric = held.activity.payload.get("rubric", [])
    keys = {str(place): place for place in range(1, len(rubric) + 1)}
    given = clean_marks(marks, keys)
    if held.marks and held.marks == given and held.state not in (WorkState.HANDED_IN, WorkState.APPEALED):
        return held
    to = WorkState.ACCEPTED if is_enough(held.activity.payload, given) else WorkState.RETURNED
    can_move_work(held.state, to).require()
    can_send_marks(given, keys).require()
    if to is WorkState.RETURNED:
        can_return(comment).require()
    held.marks = given
    _decide(by, held, to, comment, by.display_name)
    known = competencies_by_code(TESTED_FRAMEWORK)
    rows = [
        (known[row["competency"]], int(row["level"]), given[str(place)]) for place, row in enumerate(rubric, start=1)
    ]
    employee = held.enrolment.employee
    record_evidence(
        by=by, employee=employee, source=Source.PRACTICAL_TASK,
        pieces=pieces_of_marks(rows, note=_("%(task)s, %(n)s kriteria") % {"task": held.activity.title, "n": len(rows)}),
        observed_on=clock.day_of(held.handed_in_at or clock.now(), employee.agency.time_zone),
        origin_kind="course_work", origin_id=held.public_id, line=f"course_work:{held.activity.version_id}",
    )  # fmt: skip
    return held


@transaction.atomic
def decide_workplace(*, by: "User", work: HandedWork, is_confirmed: bool, comment: str) -> HandedWork:
    """The superior, or a trainer on appeal, says whether a task was really done; decided already the same way, nothing changes.

    Raises Denied for anybody else, Refused without words where it goes back.
    """
    held = _held_to_decide(work)
    if not confirms_work(by, held):
        denied(_("Kiriman ini tidak menunggu keputusan Anda.")).require()
    to = WorkState.ACCEPTED if is_confirmed else WorkState.RETURNED
    if held.state == to and held.decided_by_name == by.display_name:
        return held
    can_move_work(held.state, to).require()
    if not is_confirmed:
        can_return(comment).require()
    _decide(by, held, to, comment, by.display_name)
    return held


@transaction.atomic
def answer_as_peer(*, by: "User", work: HandedWork, is_confirmed: bool, comment: str) -> HandedWork:
    """A colleague who was asked says what was seen; two who confirm are enough. Answering again changes the answer until then.

    Raises Denied for those who were not asked, Refused when it is decided already, or without words to a “no”.
    """
    held = _held_to_decide(work)
    voice = (
        PeerVoice.objects.filter(work=held, peer_id=by.employee_id, turn=held.turn).first() if by.employee_id else None
    )
    if voice is None:
        denied(_("Anda tidak diminta menguatkan kiriman ini.")).require()
        raise AssertionError
    if voice.is_confirmed is is_confirmed and held.state != WorkState.HANDED_IN:
        return held
    can_move_work(held.state, WorkState.ACCEPTED).require()
    if not is_confirmed:
        can_return(comment).require()
    voice.is_confirmed, voice.comment, voice.answered_at = is_confirmed, comment.strip()[:LONGEST_COMMENT], clock.now()
    voice.save()
    sure = list(
        PeerVoice.objects.filter(work=held, turn=held.turn, is_confirmed=True).select_related("peer").order_by("id")
    )
    if len(sure) >= CONFIRMING_PEERS:
        _decide(by, held, WorkState.ACCEPTED, "", ", ".join(row.peer.full_name for row in sure)[:200])
    return held


@transaction.atomic
def appeal_work(*, by: "User", enrolment: Enrolment, activity: Activity, reason: str) -> HandedWork:
    """The learner asks a trainer to look again at a returned workplace task; asked already, nothing changes.

    Raises Refused without a reason, or when it was not returned.
    """
    work = _held(by, enrolment, activity)
    if work.state == WorkState.APPEALED:
        return work
    if activity.kind != "workplace":
        raise Refused(_("Tugas yang dikembalikan dapat diperbaiki dan diserahkan lagi."))
    can_move_work(work.state, WorkState.APPEALED).require()
    can_appeal(reason).require()
    work.state, work.appeal = WorkState.APPEALED.value, reason.strip()[:LONGEST_APPEAL]
    work.save(update_fields=["state", "appeal"])
    _note(entries.WORK_APPEALED, by, work, work.appeal)
    return work


@transaction.atomic
def answer_discussion(*, by: "User", enrolment: Enrolment, activity: Activity, text: str) -> DiscussionAnswer:
    """Write one's answer, or write it anew; the first one closes the part and shows the others, and the next one after the part
    was opened again. A hidden one stays hidden.

    Raises Refused for an empty answer or a part that is not open.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    words = text.strip()[:LONGEST_ANSWER]
    if not words:
        raise Refused(_("Tulis jawaban Anda terlebih dahulu."))
    answer, _is_new = DiscussionAnswer.objects.update_or_create(
        enrolment=held, activity=activity, defaults={"text": words, "written_at": clock.now()}
    )
    row = progress_row(held, activity)
    if row.state != ProgressState.COMPLETED:
        row.evidence = {**row.evidence, "answered": True}
        row.save(update_fields=["evidence"])
        finish(by=by, enrolment=held, activity=activity, row=row)
    return answer


@transaction.atomic
def hide_answer(*, by: "User", answer: DiscussionAnswer, reason: str) -> DiscussionAnswer:
    """A trainer takes an answer out of sight, with a reason that its author reads; hidden already, nothing changes.

    Raises Denied for others, Refused without a reason.
    """
    held = _locked_answer(by, answer)
    if held.hidden_at is None:
        can_return(reason).require()
        held.hidden_at, held.hidden_by_name, held.hidden_reason = clock.now(), by.display_name, reason.strip()[:300]
        held.save()
        _note_answer(entries.ANSWER_HIDDEN, by, held, held.hidden_reason)
    return held


@transaction.atomic
def show_answer(*, by: "User", answer: DiscussionAnswer) -> DiscussionAnswer:
    """Bring a hidden answer back; in sight already, nothing changes. Raises Denied for others than trainers."""
    held = _locked_answer(by, answer)
    if held.hidden_at is not None:
        held.hidden_at, held.hidden_by_name, held.hidden_reason = None, "", ""
        held.save()
        _note_answer(entries.ANSWER_SHOWN, by, held)
    return held


def _locked_answer(by: "User", answer: DiscussionAnswer) -> DiscussionAnswer:
    held = (
        DiscussionAnswer.objects.select_for_update(of=("self",))
        .select_related("enrolment__course", "enrolment__employee__unit", "activity")
        .get(pk=answer.pk)
    )
    if not judges_work(by, held):
        denied(_("Hanya widyaiswara kursus ini yang dapat menyembunyikan jawaban.")).require()
    return held


def _note_answer(verb: "Verb", by: "User", answer: DiscussionAnswer, reason: str = "") -> None:
    record(
        verb, by=by, kind="discussion_answer", object_id=answer.public_id, name=answer.activity.title,
        agency_id=answer.enrolment.employee.agency_id, reason=reason,
        data={"course": answer.enrolment.course.slug, "activity": answer.activity.key,
              "employee_id": answer.enrolment.employee_id, "enrolment": str(answer.enrolment.public_id)},
    )  # fmt: skip
