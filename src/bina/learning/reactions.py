"""What this room does when something happens: test results reach the course, units are enrolled."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment.queries import session_visible_to
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.learning import actions, jobs, queries
from bina.people.queries import employees, user_by_id, user_of

if TYPE_CHECKING:
    from bina.people.models import User


@react_to("session.finished", "session.expired")
def take_in_the_test(entry: Entry) -> None:
    """A test ended, by its person or by the clock: its result reaches the course it belongs to."""
    if entry.data.get("context_kind") != queries.CONTEXT:
        return
    enrolment = queries.enrolment_by_public_id(entry.data["context_id"])
    learner = user_of(enrolment.employee) if enrolment else None
    if enrolment is None or learner is None:
        return
    session = session_visible_to(learner, entry.object_id)
    activity = queries.activity_with_form(enrolment.version_id, str(entry.data.get("blueprint", "")))
    if activity is not None and session is not None:
        actions.note_test_result(by=None, enrolment=enrolment, activity=activity, session=session)


@react_to("enrolment.unit_requested")
def enrol_the_unit(entry: Entry) -> None:
    """Somebody asked for a whole unit to be enrolled."""
    jobs.enrol_unit.enqueue(entry.object_id, entry.data["unit_id"], entry.data["progress"])


@react_to("course.published")
def ask_for_light_videos(entry: Entry) -> None:
    """A course was published: its videos get light versions."""
    course = queries.course_by_public_id(entry.object_id)
    if course is not None and course.current_version is not None:
        actions.request_light_videos(by=None, version=course.current_version)


@react_to("course.import_requested")
def import_the_upload(entry: Entry) -> None:
    """Somebody asked for an uploaded folder to become a course."""
    jobs.import_upload.enqueue(entry.object_id, entry.data["agency"], entry.data["check_only"])


@react_to("course_work.handed_in", "course_work.appealed")
def tell_who_looks_at_works(entry: Entry) -> None:
    """A work was handed in or appealed: whoever scores or confirms hears of it, and the colleagues who were asked."""
    work = queries.work_by_public_id(entry.object_id)
    if work is None:
        return
    person = work.enrolment.employee
    is_appeal = entry.verb == "course_work.appealed"
    title = _("%(name)s meminta kirimannya dilihat lagi") if is_appeal else _("%(name)s menyerahkan kiriman")
    url = reverse("learning:judge_work", args=[work.public_id])
    for recipient in queries.recipients_for(work):
        notify(
            recipient=recipient, title=title % {"name": person.courteous_name},
            body=_("“%(title)s” dalam kursus “%(course)s”.")
            % {"title": work.activity.title, "course": work.enrolment.version.title},
            url=url, dedup_key=f"course-work:{entry.public_id}",
        )  # fmt: skip
    for peer in [] if is_appeal else queries.peers_asked(work):
        account = user_of(peer)
        if account is not None:
            notify(
                recipient=account,
                title=_("%(name)s meminta Anda menguatkan penerapannya") % {"name": person.courteous_name},
                body=_("Apakah Anda melihat “%(title)s” sungguh diterapkan?") % {"title": work.activity.title},
                url=url, dedup_key=f"course-work:{entry.public_id}",
            )  # fmt: skip


def _tell_the_decision(entry: Entry, recipient: "User", title: str, url: str, key: str) -> None:
    """What somebody handed in was accepted or given back, with the words of who decided."""
    is_accepted = entry.verb.endswith(".accepted")
    words = _("“%(title)s” diterima") if is_accepted else _("“%(title)s” dikembalikan untuk diperbaiki")
    notify(
        recipient=recipient, title=words % {"title": title}, body=entry.reason, url=url,
        dedup_key=f"{key}:{entry.public_id}",
    )  # fmt: skip


@react_to("course_work.accepted", "course_work.returned")
def tell_the_learner(entry: Entry) -> None:
    """A work was decided on: its learner hears what became of it, with the words of who decided."""
    work = queries.work_by_public_id(entry.object_id)
    recipient = user_of(work.enrolment.employee) if work else None
    if work is None or recipient is None:
        return
    url = reverse("learning:activity", args=[work.enrolment.public_id, work.activity.key])
    _tell_the_decision(entry, recipient, work.activity.title, url, "course-work")


@react_to("discussion.answer_hidden")
def tell_the_author(entry: Entry) -> None:
    """An answer was hidden: its author reads why."""
    enrolment = queries.enrolment_by_public_id(entry.data["enrolment"])
    recipient = user_of(enrolment.employee) if enrolment else None
    if enrolment is not None and recipient is not None:
        notify(
            recipient=recipient, title=_("Jawaban Anda di “%(title)s” disembunyikan") % {"title": entry.object_name},
            body=entry.reason, url=reverse("learning:activity", args=[enrolment.public_id, entry.data["activity"]]),
            dedup_key=f"answer-hidden:{entry.public_id}",
        )  # fmt: skip


@react_to("course.reviewer_named")
def tell_the_reviewer(entry: Entry) -> None:
    """Somebody was named to look at drafts of a course: the person hears what that means."""
    person, course = user_by_id(entry.data["user_id"]), queries.course_by_public_id(entry.object_id)
    if person is None or course is None:
        return
    notify(
        recipient=person, title=_("Anda ditunjuk menelaah kursus “%(course)s”") % {"course": entry.object_name},
        body=_("Anda akan diberi tahu ketika ada draf yang menunggu telaah Anda."), url=reverse("learning:reviews"),
        dedup_key=f"course-reviewer:{entry.public_id}",
    )  # fmt: skip


@react_to("course.review_asked", "course.review_withdrawn")
def tell_the_reviewers(entry: Entry) -> None:
    """A draft was sent to its reviewers, or waits no longer: all of them hear of it."""
    review = queries.review_by_public_id(entry.data["review"])
    if review is None:
        return
    is_asked = entry.verb == "course.review_asked"
    title = _("Draf “%(course)s” menunggu telaah Anda") if is_asked else _("Telaah draf “%(course)s” dihentikan")
    url = reverse("learning:review", args=[review.version.public_id]) if review.version else reverse("learning:reviews")
    for reviewer in queries.reviewers_in_post(review.course):
        if reviewer.pk not in (review.asked_by_id, entry.actor_id):
            notify(
                recipient=reviewer, title=title % {"course": entry.object_name}, body=entry.reason, url=url,
                dedup_key=f"course-review:{entry.public_id}",
            )  # fmt: skip


@react_to("course.review_approved", "course.changes_asked")
def tell_the_authors(entry: Entry) -> None:
    """A draft was decided on: its sender and the owner of the course hear what was said."""
    review = queries.review_by_public_id(entry.data["review"])
    if review is None:
        return
    is_approved = entry.verb == "course.review_approved"
    title = _("Draf “%(course)s” disetujui") if is_approved else _("Draf “%(course)s” perlu diperbaiki")
    url = reverse("learning:review", args=[review.version.public_id]) if review.version else ""
    for recipient in {one.pk: one for one in (review.asked_by, review.course.owner) if one is not None}.values():
        if recipient.pk != entry.actor_id:
            notify(
                recipient=recipient, title=title % {"course": entry.object_name}, body=entry.reason,
                url=url or reverse("learning:manage", args=[review.course.slug]),
                dedup_key=f"course-review:{entry.public_id}",
            )  # fmt: skip


@react_to("course.commented")
def tell_who_talks_about_the_draft(entry: Entry) -> None:
    """Something was said about a draft: who began the thread, the owner, and the sender of a running round hear of it."""
    comment = queries.comment_by_public_id(entry.data["comment"])
    version = queries.draft_of(comment.course, comment.number) if comment else None
    if comment is None or version is None:
        return
    review = queries.open_review_of(comment.course)
    began = comment.thread.author if comment.thread else None
    people = [began, comment.course.owner, review.asked_by if review else None]
    where = _("pada “%(part)s”") % {"part": comment.part_title} if comment.part_title else _("pada seluruh draf")
    for recipient in {one.pk: one for one in people if one is not None}.values():
        if recipient.pk != comment.author_id:
            notify(
                recipient=recipient, title=_("Catatan baru di draf “%(course)s”") % {"course": version.title},
                body=_("%(name)s menulis %(where)s: %(text)s")
                % {"name": entry.actor_name, "where": where, "text": comment.text[:300]},
                url=reverse("learning:review", args=[version.public_id]), dedup_key=f"course-comment:{comment.public_id}",
            )  # fmt: skip


@react_to("course.handed_over")
def tell_both_owners(entry: Entry) -> None:
    """A course has a new owner: both hear of it."""
    course = queries.course_by_public_id(entry.object_id)
    owner, former = user_by_id(entry.data["owner_id"]), user_by_id(entry.data["former_id"])
    if course is None:
        return
    for recipient, title in (
        (owner, _("Kursus “%(course)s” kini milik Anda")),
        (former, _("Kursus “%(course)s” sudah diserahkan kepada %(owner)s")),
    ):
        if recipient is not None and recipient.pk != entry.actor_id:
            notify(
                recipient=recipient, title=title % {"course": entry.object_name, "owner": entry.data["owner"]},
                body=entry.reason, url=reverse("learning:manage", args=[course.slug]),
                dedup_key=f"course-owner:{entry.public_id}",
            )  # fmt: skip


@react_to("enrolment.completed")
def go_on_after_a_course(entry: Entry) -> None:
    """A course was completed: the pathways of its person that hold it go on."""
    person = employees().filter(pk=entry.data.get("employee_id")).first()
    if person is not None:
        actions.refresh_journeys(queries.open_journeys_of(str(person.public_id)))


@react_to("evidence.recorded")
def go_on_after_proof(entry: Entry) -> None:
    """A level may be proven now: the pathways of its person that ask for levels go on."""
    actions.refresh_journeys(queries.open_journeys_of(entry.object_id))


@react_to("step_work.handed_in")
def tell_who_confirms_steps(entry: Entry) -> None:
    """Something was handed in for a step: who looks at it hears of it."""
    work = queries.step_work_by_public_id(entry.object_id)
    if work is None:
        return
    name = work.journey.employee.courteous_name
    for recipient in queries.recipients_for_step(work):
        notify(
            recipient=recipient, title=_("%(name)s menyerahkan langkah jalur belajar") % {"name": name},
            body=_("“%(title)s” dalam jalur “%(pathway)s”.")
            % {"title": work.title, "pathway": work.journey.version.title},
            url=reverse("learning:judge_step", args=[work.public_id]), dedup_key=f"step-work:{entry.public_id}",
        )  # fmt: skip


@react_to("step_work.accepted", "step_work.returned")
def tell_who_handed_in(entry: Entry) -> None:
    """A work for a step was decided on: its person hears what became of it."""
    work = queries.step_work_by_public_id(entry.object_id)
    recipient = user_of(work.journey.employee) if work else None
    if work is None or recipient is None:
        return
    url = reverse("learning:pathway", args=[work.journey.pathway.slug])
    _tell_the_decision(entry, recipient, work.title, url, "step-work")


@react_to("journey.completed")
def congratulate(entry: Entry) -> None:
    """The last required step is done: the person hears of it."""
    journey = queries.journey_by_public_id(entry.object_id)
    recipient = user_of(journey.employee) if journey else None
    if journey is not None and recipient is not None:
        notify(
            recipient=recipient, title=_("Jalur “%(title)s” selesai") % {"title": journey.version.title},
            body=_("Semua langkah wajibnya sudah Anda tempuh. Rinciannya tetap dapat dibaca kapan saja."),
            url=reverse("learning:pathway", args=[journey.pathway.slug]), dedup_key=f"journey:{entry.public_id}",
        )  # fmt: skip


@react_to("journey.step_repaired", "journey.step_taken_back")
def tell_of_a_repair(entry: Entry) -> None:
    """Somebody put a step right: the person reads which and why."""
    journey = queries.journey_by_public_id(entry.object_id)
    recipient = user_of(journey.employee) if journey else None
    if journey is not None and recipient is not None:
        done = entry.verb == "journey.step_repaired"
        title = _("Langkah “%(title)s” dicatat selesai") if done else _("Langkah “%(title)s” dibuka kembali")
        notify(
            recipient=recipient, title=title % {"title": entry.object_name}, body=entry.reason,
            url=reverse("learning:pathway", args=[journey.pathway.slug]), dedup_key=f"journey:{entry.public_id}",
        )  # fmt: skip
