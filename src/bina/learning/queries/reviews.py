"""Questions about drafts that are looked at: by whom, what was said, what waits for whom, and what changed between versions."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from bina.design.formats import duration
from bina.foundation import clock
from bina.learning.models import (
    Activity,
    Course,
    CourseComment,
    CourseReview,
    CourseReviewer,
    CourseReviewRule,
    CourseVersion,
)
from bina.learning.queries.authors import managed_version
from bina.learning.queries.courses import courses_managed_by, offered_courses
from bina.learning.rules import (
    SECTOR_NAMES,
    SOON_DAYS,
    Comparison,
    CourseState,
    PartFacts,
    Sector,
    compare_versions,
    may_manage_course,
    may_set_review_rule,
)
from bina.people.queries import active_employees, agencies_visible_to, root_unit_of, standing_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, Employee, User

MOST_PEOPLE = 20


def _in_post(agency_id: object, prefix: str = "user__") -> Q:
    """Accounts that can sign in, of people who are still there and, for an agency's course, in that agency."""
    condition = Q(**{f"{prefix}is_active": True, f"{prefix}employee__left_on": None})
    if agency_id is None:
        return condition
    return condition & Q(**{f"{prefix}employee__agency_id": agency_id})


def reviewers_of(course: Course) -> QuerySet[CourseReviewer]:
    """Everybody who was named, with ``is_in_post`` for those who still count."""
    here = CourseReviewer.objects.filter(_in_post(course.agency_id), pk=OuterRef("pk"))
    rows = CourseReviewer.objects.filter(course=course).annotate(is_in_post=Exists(here.order_by()))
    return rows.select_related("user__employee__unit", "user__employee__position", "named_by").order_by("id")


def reviewers_in_post(course: Course) -> "list[User]":
    """The accounts that may look at drafts of the course today."""
    rows = CourseReviewer.objects.filter(_in_post(course.agency_id), course=course).select_related("user__employee")
    return [row.user for row in rows.order_by("id")]


def is_reviewer(user: "User", course: Course) -> bool:
    """Whether the account was named for the course and is still in post."""
    return CourseReviewer.objects.filter(_in_post(course.agency_id), course=course, user=user).exists()


def is_in_post(user: "User", course: Course) -> bool:
    """Whether the account could be a reviewer of the course."""
    return type(user).objects.filter(_in_post(course.agency_id, ""), pk=user.pk).exists()


def reviewer_by_public_id(course: Course, public_id: UUID | str) -> CourseReviewer | None:
    """One named reviewer of a course; the caller decides who may see the course."""
    return CourseReviewer.objects.filter(course=course, public_id=public_id).select_related("user", "course").first()


def _reviewed_by(user: "User", prefix: str = "course__") -> Q:
    """Rows of courses for which the account was named and is still in post."""
    of_agency = Q(agency_id=user.employee.agency_id) if user.employee else Q(pk__in=())
    courses = Course.objects.filter(Q(agency=None) | of_agency, reviewers__user=user)
    gone = not user.is_active or (user.employee is not None and user.employee.left_on is not None)
    return Q(pk__in=()) if gone else Q(**{f"{prefix}in": courses})


def readable_version(user: "User", public_id: UUID | str) -> CourseVersion | None:
    """A version, draft or not, of a course that the account looks after or was named to review."""
    found = managed_version(user, public_id)
    if found is not None:
        return found
    rows = CourseVersion.objects.filter(_reviewed_by(user, "course__"), public_id=public_id)
    return rows.select_related("course", "course__current_version").first()


def reviewed_drafts(user: "User", prefix: str) -> Q:
    """Rows of versions in courses that the account was named to review, e.g. for their media."""
    return _reviewed_by(user, prefix)


def open_review_of(course: Course) -> CourseReview | None:
    """The round that runs, if one does."""
    return CourseReview.objects.filter(course=course, outcome="").select_related("asked_by", "version").first()


def latest_review_of(version: CourseVersion) -> CourseReview | None:
    """The newest round about exactly this content."""
    rows = CourseReview.objects.filter(course_id=version.course_id, content_hash=version.content_hash)
    return rows.select_related("asked_by", "decided_by").order_by("-id").first()


def has_approval(version: CourseVersion) -> bool:
    """Whether the newest round about exactly this content approved it."""
    latest = latest_review_of(version)
    return latest is not None and latest.outcome == CourseReview.Outcome.APPROVED


def reviews_of(course: Course) -> QuerySet[CourseReview]:
    """All rounds of a course, newest first."""
    return CourseReview.objects.filter(course=course).select_related("asked_by", "decided_by").order_by("-id")


def review_by_public_id(public_id: UUID | str) -> CourseReview | None:
    """One round, for reactions; the caller decides who may see it."""
    return (
        CourseReview.objects.filter(public_id=public_id).select_related("course__owner", "asked_by", "version").first()
    )


def threads_of(version: CourseVersion) -> list[CourseComment]:
    """What was said about a version and the contents before it, thread by thread with their answers (two queries)."""
    answers = CourseComment.objects.select_related("author").order_by("id")
    rows = CourseComment.objects.filter(course_id=version.course_id, number=version.number, thread=None)
    return list(
        rows.select_related("author", "resolved_by").prefetch_related(Prefetch("answers", answers)).order_by("id")
    )


def open_thread_count(version: CourseVersion) -> int:
    """How many threads about a version nobody has closed yet."""
    rows = CourseComment.objects.filter(course_id=version.course_id, number=version.number, thread=None)
    return rows.filter(resolved_at=None).count()


def thread_of(version: CourseVersion, public_id: UUID | str) -> CourseComment | None:
    """The first comment of one thread about a version."""
    rows = CourseComment.objects.filter(course_id=version.course_id, number=version.number, thread=None)
    return rows.filter(public_id=public_id).select_related("author", "course").first()


def comment_by_public_id(public_id: UUID | str) -> CourseComment | None:
    """One comment, for reactions; the caller decides who may see it."""
    rows = CourseComment.objects.filter(public_id=public_id)
    return rows.select_related("course__owner", "author", "thread__author").first()


def draft_of(course: Course, number: int) -> CourseVersion | None:
    """The version with a number as it stands now."""
    return CourseVersion.objects.filter(course=course, number=number).first()


def reviews_waiting_for(user: "User") -> QuerySet[CourseReview]:
    """Rounds that wait for a decision by the account: named, in post, and neither writer nor sender; the oldest first."""
    rows = CourseReview.objects.filter(_reviewed_by(user), outcome="", version__isnull=False)
    rows = rows.exclude(asked_by=user).exclude(version__imported_by=user)
    return rows.select_related("course__agency", "version", "asked_by").order_by("asked_at", "id")


def rounds_sent_by(user: "User") -> QuerySet[CourseReview]:
    """Rounds that run about courses which the account looks after, the oldest first."""
    rows = CourseReview.objects.filter(
        course__in=courses_managed_by(user).order_by(), outcome="", version__isnull=False
    )
    return rows.select_related("course__agency", "version", "asked_by").order_by("asked_at", "id")


def may_see_reviews(user: "User") -> bool:
    """Whether the account has anything to do with reviews of courses: it looks after courses, or was named."""
    return standing_of(user).may(Permission.MANAGE_COURSES) or CourseReviewer.objects.filter(user=user).exists()


def demands_review(agency_id: int | None, on: dt.date | None = None) -> bool:
    """Whether courses of an agency are published only after an approval on a day; not, where nothing was ever set."""
    rule = review_rule(agency_id, on)
    return rule is not None and rule.demands_review


def review_rule(agency_id: int | None, on: dt.date | None = None) -> CourseReviewRule | None:
    """The rule in force for courses of an agency (None: courses for everybody) on a day."""
    owner = Q(agency=None) if agency_id is None else Q(agency_id=agency_id)
    rows = CourseReviewRule.objects.filter(owner, valid_from__lte=on or clock.today())
    return rows.order_by("-valid_from", "-id").first()


def review_rules_of(agency: "Agency | None") -> QuerySet[CourseReviewRule]:
    """All rules of an agency, also those that begin later, the latest first."""
    return CourseReviewRule.objects.filter(agency=agency).select_related("set_by").order_by("-valid_from", "-id")


def agencies_to_rule(user: "User") -> "list[Agency]":
    """Agencies for which the account decides whether courses need a review."""
    if not standing_of(user).may(Permission.MANAGE_COURSES):
        return []
    return list(agencies_visible_to(user, Permission.MANAGE_STAFF).order_by("name"))


def may_rule_for(user: "User", agency_id: int | None) -> bool:
    """Whether the account decides on the reviews of an agency's courses, or of those for everybody."""
    return bool(may_set_review_rule(standing_of(user), agency_id))


def people_to_review(course: Course, text: str) -> "list[Employee]":
    """Up to twenty active people with an account and this name who could review a course; no one of its reviewers or its owner."""
    if len(text.strip()) < 2:
        return []
    known = CourseReviewer.objects.filter(course=course).values("user_id")
    rows = active_employees().filter(user__is_active=True, full_name__icontains=text.strip()).exclude(user__in=known)
    if course.agency_id is not None:
        rows = rows.filter(agency_id=course.agency_id)
    if course.owner_id is not None:
        rows = rows.exclude(user=course.owner_id)
    return list(rows.select_related("unit", "position", "user").order_by("full_name", "id")[:MOST_PEOPLE])


def person_to_review(course: Course, public_id: UUID | str) -> "User | None":
    """The account of one person who could review a course, by the person's identity."""
    rows = active_employees().filter(public_id=public_id, user__is_active=True).select_related("user__employee")
    if course.agency_id is not None:
        rows = rows.filter(agency_id=course.agency_id)
    person = rows.first()
    return person.user if person else None


def people_who_manage(course: Course) -> "list[User]":
    """Accounts that look after all courses of the course's agency: who may own it, and who hears when its owner is gone."""
    path = root_unit_of(course.agency).path if course.agency is not None else ""
    rows = users_with(Permission.MANAGE_COURSES, path).filter(is_active=True).select_related("employee")
    return list(rows.order_by("display_name", "pk")[:200])


def owner_in_charge(course: Course) -> "User | None":
    """The owner, as long as that person can still look after the course."""
    owner = course.owner
    if owner is None or not owner.is_active:
        return None
    return owner if may_manage_course(standing_of(owner), course.agency_id) else None


def courses_to_look_at(today: dt.date) -> QuerySet[Course]:
    """Published courses whose day has come near or has passed, the nearest first; for reminders."""
    soon = today + dt.timedelta(days=SOON_DAYS)
    rows = Course.objects.filter(state=CourseState.PUBLISHED.value, review_by__lte=soon)
    return rows.select_related("owner", "agency", "current_version").order_by("review_by", "id")


def successors_for(course: Course) -> QuerySet[Course]:
    """Published courses that learners of this one could take instead."""
    rows = Course.objects.filter(state=CourseState.PUBLISHED.value).exclude(pk=course.pk)
    own = Q(agency=None) if course.agency_id is None else Q(agency=None) | Q(agency_id=course.agency_id)
    return rows.filter(own).select_related("current_version").order_by("current_version__title", "id")


def name_of(course: Course) -> str:
    """The title people know; of a course that was never published, that of its draft."""
    if course.current_version is not None:
        return course.current_version.title
    draft = course.versions.order_by("-number").first()
    return draft.title if draft else course.slug


def parts_of(version: CourseVersion) -> list[PartFacts]:
    """The parts of a version as readers compare them (two queries)."""
    rows = Activity.objects.filter(version=version).prefetch_related("variants").order_by("order")
    gates = {part["key"]: part for section in version.outline for part in section["parts"]}
    return [
        PartFacts(
            row.key, row.section_title, row.title, row.kind,
            {
                _("Waktu"): duration(row.minutes), _("Wajib"): _("ya") if row.is_required else _("tidak"),
                **{name: gates[row.key][name] for name in ("needs", "only_for", "test_out") if name in gates.get(row.key, {})},
            },
            row.payload, row.body, {str(SECTOR_NAMES[Sector(text.sector)]): text.body for text in row.variants.all()},
        )
        for row in rows
    ]  # fmt: skip


def _whole(version: CourseVersion) -> dict[str, Any]:
    return {
        _("Judul"): version.title, _("Ringkasan"): version.summary, _("Uraian"): version.description,
        _("Untuk siapa"): version.audience, _("Jam pelajaran"): str(version.learning_hours),
        _("Nilai lulus"): str(version.passing_grade), _("Bentuk"): version.form_code, _("Tingkat"): str(version.level),
        _("Penyusun"): version.author, _("Lisensi"): version.licence, _("Bahasa"): version.language,
        _("Kompetensi"): [f"{line['code']} {line['name']} ({line['target']})" for line in version.competency_lines],
        _("Bahasa lain"): sorted(version.languages),
    }  # fmt: skip


def compare(before: CourseVersion, after: CourseVersion) -> Comparison:
    """What changed from one version to another (six queries)."""
    files = tuple(
        {
            row.name: row.stored.digest
            for row in version.files.filter(name__startswith="media/").select_related("stored")
        }
        for version in (before, after)
    )
    return compare_versions(
        parts_of(before), parts_of(after), whole=(_whole(before), _whole(after)), files=(files[0], files[1])
    )


@dataclass(frozen=True, slots=True)
class Replaced:
    """An archived course that somebody looked for, and the one that takes its place."""

    title: str
    slug: str
    successor: Course


def replaced_courses(user: "User", text: str) -> list[Replaced]:
    """Up to three archived courses that hold all words looked for and name a successor that is on offer to the account."""
    words = text.lower().split()[:8]
    if not words:
        return []
    rows = Course.objects.filter(
        offered_courses(user), offered_courses(user, "successor__"), state=CourseState.ARCHIVED.value,
        successor__state=CourseState.PUBLISHED.value,
    )  # fmt: skip
    for word in words:
        rows = rows.filter(current_version__search_text__contains=word)
    found = rows.select_related("current_version", "successor__current_version").order_by("id")[:3]
    return [Replaced(row.title, row.slug, row.successor) for row in found if row.successor is not None]
