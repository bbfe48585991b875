"""A draft is sent to those who look at it, talked about, approved or sent back; and who is named for that, by which rule."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.learning import entries
from bina.learning.models import (
    Activity,
    Course,
    CourseComment,
    CourseReview,
    CourseReviewer,
    CourseReviewRule,
    CourseVersion,
)
from bina.learning.queries.reviews import is_in_post, is_reviewer, name_of, reviewers_in_post
from bina.learning.rules import (
    LONGEST_THREAD_WORDS,
    ReviewState,
    authors_of,
    can_ask_for_review,
    can_decide,
    can_name_reviewer,
    can_own,
    can_review_by,
    can_say,
    can_set_rule,
    may_comment,
    may_manage_course,
    may_set_review_rule,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import Agency, User


def _held(version: CourseVersion) -> CourseVersion:
    """The version with its course, held until the transaction ends. Raises Refused when somebody threw it away or wrote anew."""
    hold(Course.objects.filter(pk=version.course_id))
    found = CourseVersion.objects.select_related("course__owner", "course__agency").filter(pk=version.pk).first()
    if found is None:
        raise Refused(_("Draf ini sudah dibuang atau diganti isinya sejak halaman ini dibuka."))
    return found


def _note(verb: Verb, by: "User | None", course: Course, name: str, reason: str = "", **data: object) -> None:
    record(
        verb, by=by, kind="course", object_id=course.public_id, name=name, agency_id=course.agency_id, reason=reason,
        data={"course": course.slug, **data},
    )  # fmt: skip


@transaction.atomic
def name_reviewer(*, by: "User", course: Course, person: "User") -> CourseReviewer:
    """Name somebody who looks at drafts of a course; naming again changes nothing.

    Raises Denied without the right to the course, Refused for its owner, the writer of its draft, and people out of post.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    drafts = course.versions.filter(published_at=None).values_list("imported_by_id", flat=True)
    is_author = person.pk in authors_of(course.owner_id, None) or person.pk in set(drafts)
    can_name_reviewer(is_author=is_author, is_in_post=is_in_post(person, course)).require()
    row, is_new = CourseReviewer.objects.get_or_create(
        course=course, user=person, defaults={"named_by": by, "named_at": clock.now()}
    )
    if is_new:
        _note(entries.REVIEWER_NAMED, by, course, name_of(course), user_id=person.pk, person=person.display_name)
    return row


@transaction.atomic
def dismiss_reviewer(*, by: "User", reviewer: CourseReviewer) -> None:
    """Somebody no longer looks at drafts of a course; what the person said and decided stays. Doing it twice changes nothing."""
    course = reviewer.course
    may_manage_course(standing_of(by), course.agency_id).require()
    count, _rows = CourseReviewer.objects.filter(pk=reviewer.pk).delete()
    if count:
        name = reviewer.user.display_name
        _note(entries.REVIEWER_DISMISSED, by, course, name_of(course), user_id=reviewer.user_id, person=name)


@transaction.atomic
def ask_for_review(*, by: "User", version: CourseVersion, note: str = "") -> CourseReview:
    """Send a draft to its reviewers; sending what they have already returns the round that runs.

    Raises Denied without the right to the course, Refused without a reviewer in post, and for what is published.
    """
    version = _held(version)
    course = version.course
    may_manage_course(standing_of(by), course.agency_id).require()
    running = CourseReview.objects.filter(course=course, outcome="").first()
    if running is not None and running.version_id == version.pk:
        return running
    authors = authors_of(None, version.imported_by_id, by.pk)
    reviewers = [user for user in reviewers_in_post(course) if user.pk not in authors]
    can_ask_for_review(version.review_state, reviewers=len(reviewers)).require()
    review = CourseReview.objects.create(
        course=course, version=version, number=version.number, content_hash=version.content_hash, asked_by=by,
        asked_at=clock.now(), note=note.strip()[:1_000],
    )  # fmt: skip
    _move(version, ReviewState.IN_REVIEW)
    _note(
        entries.COURSE_REVIEW_ASKED, by, course, version.title, review.note, version=version.number,
        review=str(review.public_id),
    )  # fmt: skip
    return review


def _move(version: CourseVersion, target: ReviewState) -> None:
    version.review_state = target.value
    version.save(update_fields=["review_state"])


@transaction.atomic
def withdraw_review(*, by: "User", version: CourseVersion) -> None:
    """Take a draft back from its reviewers; a draft that is not with them is left as it is."""
    version = _held(version)
    may_manage_course(standing_of(by), version.course.agency_id).require()
    if version.review_state == ReviewState.IN_REVIEW:
        close_open_review(by=by, course=version.course, reason="")
        _move(version, ReviewState.WITHDRAWN)


def close_open_review(*, by: "User | None", course: Course, reason: str) -> None:
    """End the round that runs, when the draft is taken back, replaced or thrown away; its reviewers hear of it.

    The caller holds the course and has made sure who may.
    """
    review = CourseReview.objects.filter(course=course, outcome="").first()
    if review is None:
        return
    review.outcome = CourseReview.Outcome.WITHDRAWN
    review.decided_by, review.decided_at, review.reason = by, clock.now(), reason
    review.save(update_fields=["outcome", "decided_by", "decided_at", "reason"])
    _note(
        entries.COURSE_REVIEW_WITHDRAWN, by, course, name_of(course), reason, version=review.number,
        review=str(review.public_id),
    )  # fmt: skip


@transaction.atomic
def decide_review(*, by: "User", version: CourseVersion, approve: bool, reason: str, seen: str) -> CourseReview:
    """Approve a draft or ask for changes, with a reason. ``seen`` is the mark of the content that the reviewer read.

    The same decision by the same person again changes nothing. Raises Denied for writers and for who is no reviewer in
    post, Refused when the content changed since, when it is not in review any more, or without a reason.
    """
    version = _held(version)
    course = version.course
    outcome = CourseReview.Outcome.APPROVED if approve else CourseReview.Outcome.CHANGES_ASKED
    latest = CourseReview.objects.filter(course=course, version=version).order_by("-id").first()
    if latest is not None and latest.outcome == outcome and latest.decided_by_id == by.pk:
        return latest
    sender = latest.asked_by_id if latest else None
    can_decide(
        is_reviewer=is_reviewer(by, course), is_author=by.pk in authors_of(None, version.imported_by_id, sender),
        state=version.review_state, is_same_content=seen == version.content_hash,
    ).require()  # fmt: skip
    can_say(reason).require()
    if latest is None or latest.outcome:
        raise RuntimeError(f"version {version.public_id} is in review without a round")
    latest.outcome, latest.decided_by, latest.decided_at, latest.reason = outcome, by, clock.now(), reason.strip()
    latest.save(update_fields=["outcome", "decided_by", "decided_at", "reason"])
    _move(version, ReviewState.APPROVED if approve else ReviewState.CHANGES_ASKED)
    verb = entries.COURSE_REVIEW_APPROVED if approve else entries.COURSE_CHANGES_ASKED
    _note(verb, by, course, version.title, latest.reason, version=version.number, review=str(latest.public_id))
    return latest


@transaction.atomic
def comment_on_draft(
    *, by: "User", version: CourseVersion, text: str, token: str, part: str = "", thread: CourseComment | None = None
) -> CourseComment:
    """Say something about a draft as a whole, about one part of it (by key), or in a thread that is there.

    The same form sent twice (``token``) keeps one comment. An answer opens a closed thread again. Raises Denied for others
    than its managers and reviewers in post, Refused for what says too little or about a part that is not there.
    """
    version = _held(version)
    course = version.course
    _may_comment(by, course)
    known = CourseComment.objects.filter(author=by, token=token).first()
    if known is not None:
        return known
    can_say(text, most=LONGEST_THREAD_WORDS).require()
    about = Activity.objects.filter(version=version, key=part).first() if part and thread is None else None
    try:
        with transaction.atomic():
            comment = CourseComment.objects.create(
                course=course, number=version.number, content_hash=version.content_hash, author=by, token=token,
                part=thread.part if thread else about.key if about else "",
                part_title=thread.part_title if thread else about.title if about else "",
                thread=thread, text=text.strip(), written_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        return CourseComment.objects.get(author=by, token=token)
    if thread is not None:
        CourseComment.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)
    _note(
        entries.COURSE_COMMENTED, by, course, version.title, version=version.number, comment=str(comment.public_id),
        part=comment.part,
    )  # fmt: skip
    return comment


def _may_comment(by: "User", course: Course) -> None:
    manages = bool(may_manage_course(standing_of(by), course.agency_id))
    may_comment(manages=manages, is_reviewer=manages or is_reviewer(by, course)).require()


@transaction.atomic
def resolve_thread(*, by: "User", thread: CourseComment, resolved: bool) -> None:
    """Close a thread whose matter is settled, or open it again; where it stands so already nothing changes."""
    hold(CourseComment.objects.filter(pk=thread.pk))
    thread = CourseComment.objects.select_related("course").get(pk=thread.pk)
    _may_comment(by, thread.course)
    if (thread.resolved_at is not None) == resolved:
        return
    thread.resolved_at, thread.resolved_by = (clock.now(), by) if resolved else (None, None)
    thread.save(update_fields=["resolved_at", "resolved_by"])
    verb = entries.COURSE_COMMENT_RESOLVED if resolved else entries.COURSE_COMMENT_REOPENED
    _note(verb, by, thread.course, name_of(thread.course), version=thread.number, comment=str(thread.public_id))


@transaction.atomic
def set_review_rule(
    *, by: "User", agency: "Agency | None", demands: bool, valid_from: dt.date, reason: str
) -> CourseReviewRule:
    """From a day on, courses of an agency (None: those for everybody) need an approval before they are published, or no longer.

    What holds from that day already is returned as it is. Raises Denied without the right, Refused for a day that has
    passed, or without a reason.
    """
    may_set_review_rule(standing_of(by), agency.pk if agency else None).require()
    can_set_rule(valid_from, clock.today()).require()
    can_say(reason).require()
    same_day = CourseReviewRule.objects.filter(agency=agency, valid_from=valid_from).order_by("-id").first()
    if same_day is not None and same_day.demands_review == demands and same_day.reason == reason.strip():
        return same_day
    rule = CourseReviewRule.objects.create(
        agency=agency,
        demands_review=demands,
        valid_from=valid_from,
        reason=reason.strip(),
        set_by=by,
        set_at=clock.now(),
    )
    record(
        entries.COURSE_REVIEW_RULE_SET, by=by, kind="course_review_rule", object_id=rule.public_id,
        name=agency.short_name if agency else "", agency_id=agency.pk if agency else None, reason=rule.reason,
        data={"demands": demands, "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    return rule


@transaction.atomic
def hand_over_course(*, by: "User", course: Course, to: "User", reason: str) -> Course:
    """Give a course another owner; doing it twice changes nothing. A new owner is no reviewer of the course any more.

    Raises Denied without the right to the course, Refused for a person who may not look after it, or without a reason.
    """
    hold(Course.objects.filter(pk=course.pk))
    course = Course.objects.select_related("current_version", "owner").get(pk=course.pk)
    may_manage_course(standing_of(by), course.agency_id).require()
    if course.owner_id == to.pk:
        return course
    can_own(manages=to.is_active and bool(may_manage_course(standing_of(to), course.agency_id))).require()
    can_say(reason).require()
    former = course.owner
    course.owner = to
    course.save(update_fields=["owner"])
    CourseReviewer.objects.filter(course=course, user=to).delete()
    _note(
        entries.COURSE_HANDED_OVER, by, course, name_of(course), reason.strip(), former_id=former.pk if former else None,
        owner_id=to.pk, owner=to.display_name,
    )  # fmt: skip
    return course


@transaction.atomic
def look_again_by(*, by: "User", course: Course, day: dt.date, words: str) -> None:
    """Set the day before which somebody looks whether a course is still right, with what was found now; the same day twice
    changes nothing. The course runs on whatever becomes of it.

    Raises Denied without the right to the course, Refused for a day that is not ahead, or without words.
    """
    hold(Course.objects.filter(pk=course.pk))
    course = Course.objects.select_related("current_version").get(pk=course.pk)
    may_manage_course(standing_of(by), course.agency_id).require()
    if course.review_by == day:
        return
    can_review_by(day, clock.today()).require()
    can_say(words).require()
    course.review_by = day
    course.save(update_fields=["review_by"])
    _note(entries.COURSE_LOOK_AGAIN_SET, by, course, name_of(course), words.strip(), review_by=day.isoformat())
