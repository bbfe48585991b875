"""Questions about works and answers within courses: whose they are, who looks at them, what waits for whom."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bina.assessment.queries import verifier_of
from bina.learning.models import Activity, DiscussionAnswer, Enrolment, HandedWork, PeerVoice, WorkFile
from bina.learning.rules import WAITING, EnrolmentState, WorkState, may_judge_works
from bina.people.queries import answering_to, leads_anyone, standing_of, under, user_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User

MOST_ANSWERS = 200
MOST_CANDIDATES = 200
_WHOLE = (
    "activity",
    "enrolment__course",
    "enrolment__version",
    "enrolment__employee__unit",
    "enrolment__employee__agency",
    "enrolment__employee__position",
)


def own_work(enrolment: Enrolment, activity: Activity) -> HandedWork | None:
    """The learner's work in an activity with its files and voices; the caller has made sure whose enrolment it is."""
    return (
        HandedWork.objects.filter(enrolment=enrolment, activity=activity)
        .prefetch_related("files", "voices__peer")
        .first()
    )


def judges_work(user: "User", work: HandedWork | DiscussionAnswer) -> bool:
    """Whether the account is a trainer for this learner in this course, and not the learner."""
    enrolment = work.enrolment
    return bool(
        may_judge_works(
            standing_of(user), is_own=user.employee_id == enrolment.employee_id,
            unit_path=enrolment.employee.unit.path, course_agency_id=enrolment.course.agency_id,
        )
    )  # fmt: skip


def confirms_work(user: "User", work: HandedWork) -> bool:
    """Whether the account decides on a workplace task today: the superior; a trainer on appeal, or where nobody is above."""
    if user.employee_id == work.enrolment.employee_id:
        return False
    if work.state == WorkState.APPEALED:
        return judges_work(user, work)
    superior = verifier_of(work.enrolment.employee)
    return judges_work(user, work) if superior is None else superior.pk == user.employee_id


def is_asked(user: "User", work: HandedWork) -> bool:
    """Whether the account was asked as a colleague to confirm this turn of a work."""
    if user.employee_id is None:
        return False
    return PeerVoice.objects.filter(work=work, peer_id=user.employee_id, turn=work.turn).exists()


def work_to_read(user: "User", public_id: "UUID | str") -> HandedWork | None:
    """One work that was handed in, for those who score, decide or were asked; drafts are the learner's alone."""
    work = (
        HandedWork.objects.filter(public_id=public_id)
        .exclude(state=WorkState.DRAFT)
        .select_related(*_WHOLE)
        .prefetch_related("files", "voices__peer")
        .first()
    )
    if work is None or user.employee_id == work.enrolment.employee_id:
        return None
    if work.activity.kind == "workplace":
        return work if confirms_work(user, work) or judges_work(user, work) or is_asked(user, work) else None
    return work if judges_work(user, work) else None


@dataclass(frozen=True, slots=True)
class WaitingWorks:
    """What waits for an account, the longest waiting first: to score or decide as a trainer, as superior, as colleague."""

    to_judge: list[HandedWork]
    to_confirm: list[HandedWork]
    asked: list[HandedWork]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.to_judge) + len(self.to_confirm) + len(self.asked)


def works_waiting_for(user: "User") -> WaitingWorks:
    """Everything that waits for the account, at most 200 of each."""
    waiting = (
        HandedWork.objects.filter(state__in=[state.value for state in WAITING])
        .select_related(*_WHOLE)
        .order_by("handed_in_at", "id")
    )
    handed = waiting.filter(state=WorkState.HANDED_IN)
    judged: list[HandedWork] = []
    if standing_of(user).may(Permission.MANAGE_COURSES):
        mine = under(standing_of(user).paths_with(Permission.MANAGE_COURSES), "enrolment__employee__unit__path")
        rows = waiting.filter(mine).exclude(enrolment__employee_id=user.employee_id or 0)
        judged = list(rows.filter(Q(activity__kind="assignment") | Q(state=WorkState.APPEALED))[:MOST_ANSWERS])
    if user.employee is None:
        return WaitingWorks(judged, [], [])
    theirs: list[HandedWork] = []
    if leads_anyone(user.employee):
        theirs = list(
            handed.filter(activity__kind="workplace", enrolment__employee__in=answering_to(user.employee))[
                :MOST_ANSWERS
            ]
        )
    open_voices = PeerVoice.objects.filter(peer=user.employee, is_confirmed=None, work__state=WorkState.HANDED_IN)
    pairs = dict(open_voices.order_by("id").values_list("work_id", "turn"))
    asked = [work for work in handed.filter(pk__in=pairs) if pairs[work.pk] == work.turn] if pairs else []
    return WaitingWorks(judged, theirs, asked)


def peers_for(enrolment: Enrolment) -> list["Employee"]:
    """Colleagues of the same agency who completed the course and may confirm what the person did there, those of the own unit
    first; at most 200."""
    rows = (
        Enrolment.objects.filter(
            course=enrolment.course, state=EnrolmentState.COMPLETED.value, employee__agency=enrolment.employee.agency,
            employee__user__isnull=False, employee__left_on=None,
        )
        .exclude(employee=enrolment.employee)
        .select_related("employee__unit")
        .order_by("employee__full_name", "employee_id")[:MOST_CANDIDATES]
    )  # fmt: skip
    found = {row.employee_id: row.employee for row in rows}
    return sorted(found.values(), key=lambda person: person.unit_id != enrolment.employee.unit_id)


def trainers_for(enrolment: Enrolment) -> "QuerySet[User]":
    """Accounts that look after courses where the learner works, without the learner."""
    return users_with(Permission.MANAGE_COURSES, enrolment.employee.unit.path).exclude(
        employee_id=enrolment.employee_id
    )


def answers_of_discussion(enrolment: Enrolment, activity: Activity) -> list[DiscussionAnswer]:
    """The answers of the learner's agency to a discussion, newest first, at most 200; only for who has answered.

    The same part of other versions of the course belongs to it. Hidden ones are left out.
    """
    if not DiscussionAnswer.objects.filter(enrolment=enrolment, activity=activity).exists():
        return []
    return list(_answers(enrolment, activity).filter(hidden_at=None).exclude(enrolment=enrolment)[:MOST_ANSWERS])


def _answers(enrolment: Enrolment, activity: Activity) -> QuerySet[DiscussionAnswer]:
    return (
        DiscussionAnswer.objects.filter(
            activity__key=activity.key, enrolment__course=enrolment.course,
            enrolment__employee__agency=enrolment.employee.agency,
        )
        .select_related("enrolment__employee__unit")
        .order_by("-id")
    )  # fmt: skip


def own_answer(enrolment: Enrolment, activity: Activity) -> DiscussionAnswer | None:
    """What the learner wrote."""
    return DiscussionAnswer.objects.filter(enrolment=enrolment, activity=activity).first()


def answers_to_tend(user: "User", slug: str) -> QuerySet[DiscussionAnswer]:
    """Answers in a course that the account looks after as a trainer, newest first, hidden ones too."""
    return (
        DiscussionAnswer.objects.filter(
            under(standing_of(user).paths_with(Permission.MANAGE_COURSES), "enrolment__employee__unit__path"),
            enrolment__course__slug=slug,
        )
        .select_related("activity", "enrolment__employee__unit", "enrolment__course")
        .order_by("-id")
    )


def answer_to_tend(user: "User", public_id: "UUID | str") -> DiscussionAnswer | None:
    """One answer that the account may hide."""
    answer = (
        DiscussionAnswer.objects.filter(public_id=public_id)
        .select_related("enrolment__employee__unit", "enrolment__course", "activity")
        .first()
    )
    return answer if answer is not None and judges_work(user, answer) else None


def work_by_public_id(public_id: "UUID | str") -> HandedWork | None:
    """One work with everything around it; for reactions. The caller decides who may see it."""
    return HandedWork.objects.filter(public_id=public_id).select_related(*_WHOLE).first()


def work_file_visible_to(user: "User", public_id: "UUID | str") -> WorkFile | None:
    """A file of a work: for its learner, and for those who may read the work."""
    file = WorkFile.objects.filter(public_id=public_id).select_related("work__enrolment").first()
    if file is None:
        return None
    own = user.employee_id is not None and file.work.enrolment.employee_id == user.employee_id
    return file if own or work_to_read(user, file.work.public_id) is not None else None


def recipients_for(work: HandedWork) -> list["User"]:
    """The accounts that a waiting work waits for: trainers of an assignment or an appeal, else the superior, else trainers."""
    superior = verifier_of(work.enrolment.employee) if work.activity.kind == "workplace" else None
    account = user_of(superior) if superior is not None and work.state == WorkState.HANDED_IN else None
    return [account] if account is not None else list(trainers_for(work.enrolment))


def peers_asked(work: HandedWork) -> list["Employee"]:
    """The colleagues who were asked to confirm this turn of a work."""
    rows = PeerVoice.objects.filter(work=work, turn=work.turn).select_related("peer").order_by("id")
    return [row.peer for row in rows]
