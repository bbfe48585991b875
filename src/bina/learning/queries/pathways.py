"""Which pathways are offered to whom, who is on the way, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bina.assessment.queries import verifier_of
from bina.competencies.queries import competencies_by_code
from bina.learning.models import Journey, Pathway, PathwayVersion, StepFile, StepWork
from bina.learning.queries.courses import managed_courses, offered_courses
from bina.learning.queries.pathway_steps import proofs_for
from bina.learning.queries.places import place_of
from bina.learning.rules import (
    FINISHED,
    SECTOR_NAMES,
    STEP_KINDS,
    Confirmer,
    CourseState,
    EnrolmentState,
    PathwayReader,
    Problem,
    Way,
    WorkState,
    can_course_become,
    may_judge_works,
    may_repair,
    read_pathway,
    way_of,
    write_pathway,
)
from bina.people.queries import (
    agencies,
    answering_to,
    employees_visible_to,
    job_classes,
    leads_anyone,
    provinces,
    standing_of,
    under,
    user_of,
    users_with,
)
from bina.people.rules import ROLE_NAMES, Permission, Role

if TYPE_CHECKING:
    from bina.people.models import Employee, User

MOST_WAITING = 200
_PROSE = ("content", "search_text")
_WHOLE = (
    "journey__version", "journey__pathway", "journey__employee__unit", "journey__employee__agency",
    "journey__employee__position",
)  # fmt: skip


def pathways_offered(user: "User", text: str = "") -> QuerySet[Pathway]:
    """The pathways that an account finds beside the courses, each with its current version; all words must occur."""
    rows = Pathway.objects.filter(offered_courses(user), state=CourseState.PUBLISHED)
    for word in text.lower().split()[:8]:
        rows = rows.filter(current_version__search_text__contains=word)
    return rows.select_related("current_version").order_by("current_version__title", "id")


def pathway_visible_to(user: "User", slug: str) -> Pathway | None:
    """A pathway the account may open: published and offered, walked at some time, or looked after by the account."""
    found = Pathway.objects.filter(slug=slug).select_related("current_version", "agency").first()
    if found is None:
        return None
    managed = standing_of(user).agencies_with(Permission.MANAGE_COURSES)
    if managed is None or (found.agency_id is not None and found.agency_id in managed):
        return found
    own = user.employee.agency_id if user.employee else None
    if found.state == CourseState.PUBLISHED and found.agency_id in (None, own):
        return found
    walked = (
        user.employee_id is not None and Journey.objects.filter(pathway=found, employee_id=user.employee_id).exists()
    )
    return found if walked else None


def journey_of(employee: "Employee | None", pathway: Pathway) -> Journey | None:
    """The person's running journey on a pathway, else the latest one."""
    if employee is None:
        return None
    rows = list(Journey.objects.filter(employee=employee, pathway=pathway).select_related("version").order_by("-id"))
    for row in rows:
        row.employee, row.pathway = employee, pathway
    return next((row for row in rows if row.state == EnrolmentState.STARTED), rows[0] if rows else None)


def journeys_of(employee: "Employee", pathway_ids: list[int] | None = None) -> dict[int, Journey]:
    """The person's journeys by pathway, the running one before others; withdrawn ones left out (one query)."""
    rows = Journey.objects.filter(employee=employee).exclude(state=EnrolmentState.WITHDRAWN.value)
    if pathway_ids is not None:
        rows = rows.filter(pathway_id__in=pathway_ids)
    found: dict[int, Journey] = {}
    for row in rows.select_related("pathway", "version").order_by("id"):
        if row.pathway_id not in found or found[row.pathway_id].state != EnrolmentState.STARTED:
            found[row.pathway_id] = row
    return found


def own_journey(user: "User", public_id: UUID | str) -> Journey | None:
    """The account's own journey; nobody else walks in a person's shoes."""
    if user.employee_id is None:
        return None
    return (
        Journey.objects.filter(public_id=public_id, employee_id=user.employee_id)
        .select_related("version", "pathway", "employee__agency", "employee__unit", "employee__position")
        .first()
    )


def way_of_journey(journey: Journey, *, with_proofs: bool = True) -> Way:
    """The way of a person with everything that is known: handed-in works and what may be skipped. At most four queries."""
    steps = [step for stage in journey.version.stages for step in stage["steps"]]
    works = dict(StepWork.objects.filter(journey=journey).values_list("step", "state"))
    left = [step for step in steps if journey.marks.get(step["key"], {}).get("s") not in FINISHED]
    is_open = journey.state == EnrolmentState.STARTED
    proofs = proofs_for(journey.employee_id, left) if with_proofs and is_open else {}
    return way_of(journey.version.stages, journey.marks, works=works, proofs=proofs)


def groups_of_person(employee: "Employee") -> dict[str, frozenset[str]]:
    """The codes that stand for a person today, by audience."""
    account = user_of(employee)
    roles = {grant.role.value for grant in standing_of(account).grants} if account is not None else set()
    return {
        "job_classes": frozenset({employee.position.job_class_id}),
        "agency_kinds": frozenset({employee.agency.kind}),
        "roles": frozenset(roles),
        "provinces": frozenset({employee.unit.province_id or employee.agency.province_id or ""}),
        "sectors": frozenset({place_of(employee).sector.value}),
    }


def audience_choices() -> dict[str, list[tuple[str, str]]]:
    """Codes and words of every audience, for the form of a step. Two queries."""
    kinds = agencies().model.Kind.choices
    return {
        "job_classes": [(code, name) for code, name in job_classes().values_list("code", "name")],
        "agency_kinds": [(str(code), str(name)) for code, name in kinds],
        "roles": [(role.value, str(name)) for role, name in ROLE_NAMES.items() if role is not Role.PLATFORM_ADMIN],
        "provinces": [(code, name) for code, name in provinces().values_list("code", "name")],
        "sectors": [(sector.value, str(name)) for sector, name in SECTOR_NAMES.items()],
    }


def check_pathway_file(text: str) -> tuple[dict[str, object], list[Problem]]:
    """The content of a pathway's file in its normal form, and everything that is wrong with it."""
    known: dict[str, frozenset[str]] = {}
    levels: dict[str, Mapping[str, int]] = {}

    def groups(audience: str) -> frozenset[str]:
        if not known:
            known.update({name: frozenset(code for code, _n in rows) for name, rows in audience_choices().items()})
        return known[audience]

    def competencies(framework: str) -> Mapping[str, int]:
        if framework not in levels:
            rows = competencies_by_code(framework)
            levels[framework] = {code: row.framework.level_count for code, row in rows.items()}
        return levels[framework]

    reader = PathwayReader(groups, competencies)
    content = read_pathway(text, reader)
    return content, sorted(reader.problems, key=lambda problem: problem.line or 0)


def problems_of_draft(draft: PathwayVersion) -> list[Problem]:
    """What stands between a draft and its publishing."""
    return check_pathway_file(write_pathway(draft.content))[1]


def managed_pathways(user: "User") -> QuerySet[Pathway]:
    """The pathways that the account looks after, with counts of people on the way."""
    rows = Pathway.objects.filter(managed_courses(user)) if may_make_pathways(user) else Pathway.objects.none()
    return (
        rows.select_related("current_version", "agency", "owner")
        .annotate(
            walking_count=Count("journeys", filter=Q(journeys__state=EnrolmentState.STARTED.value)),
            completed_count=Count("journeys", filter=Q(journeys__state=EnrolmentState.COMPLETED.value)),
        )
        .order_by("slug")
    )


def managed_pathway(user: "User", slug: str) -> Pathway | None:
    """A pathway that the account looks after."""
    return managed_pathways(user).filter(slug=slug).first()


def may_make_pathways(user: "User") -> bool:
    """Whether the account makes pathways: those who look after courses do."""
    return standing_of(user).may(Permission.MANAGE_COURSES)


def pathway_draft_of(pathway: Pathway) -> PathwayVersion | None:
    """The draft of a pathway, if there is one."""
    return pathway.versions.filter(published_at=None).select_related("edited_by").first()


def pathway_versions(pathway: Pathway) -> QuerySet[PathwayVersion]:
    """The published versions, newest first, with how many people are on each."""
    rows = pathway.versions.exclude(published_at=None).defer(*_PROSE)
    return rows.annotate(journey_count=Count("journeys")).order_by("-number")


def managed_pathway_version(user: "User", public_id: UUID | str) -> PathwayVersion | None:
    """A version, draft or not, of a pathway that the account looks after."""
    if not may_make_pathways(user):
        return None
    return (
        PathwayVersion.objects.filter(managed_courses(user, "pathway__"), public_id=public_id)
        .select_related("pathway")
        .first()
    )


def can_archive_pathway(pathway: Pathway) -> bool:
    """Whether a pathway may leave the catalogue."""
    return bool(can_course_become(pathway.state, CourseState.ARCHIVED))


def journeys_visible_to(user: "User") -> QuerySet[Journey]:
    """Journeys whose progress the account may read: own, of direct subordinates, of people under SEE_LEARNING, and of the
    pathways it made."""
    rows = Journey.objects.select_related("employee__unit", "pathway", "version")
    if "" in standing_of(user).paths_with(Permission.SEE_LEARNING):
        return rows
    return rows.filter(Q(employee__in=employees_visible_to(user, Permission.SEE_LEARNING)) | Q(pathway__owner=user))


def people_on(user: "User", pathway: Pathway, *, state: str = "", text: str = "") -> QuerySet[Journey]:
    """Journeys on a pathway that the account may see, narrowed by state and name, the latest activity first."""
    rows = journeys_visible_to(user).filter(pathway=pathway)
    if state in {known.value for known in EnrolmentState}:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(employee__full_name__icontains=text.strip())
    return rows.order_by("-active_at", "-id")


def journey_visible_to(user: "User", public_id: UUID | str) -> Journey | None:
    """A journey whose progress the account may read."""
    rows = journeys_visible_to(user).select_related("employee__agency", "employee__position")
    return rows.filter(public_id=public_id).first()


def may_repair_journey(user: "User", journey: Journey) -> bool:
    """Whether the account may complete or take back steps of this person."""
    return (
        bool(
            may_repair(
                standing_of(user), unit_path=journey.employee.unit.path, course_agency_id=journey.pathway.agency_id
            )
        )
        and user.employee_id != journey.employee_id
    )


def confirmer_of(work: StepWork) -> Confirmer:
    """Who looks at a work, by the kind of its step."""
    for stage in work.journey.version.stages:
        for step in stage["steps"]:
            if step["key"] == work.step and step["kind"] in STEP_KINDS:
                return STEP_KINDS[step["kind"]].confirmed_by
    return Confirmer.ORGANISER


def _organises(user: "User", journey: Journey) -> bool:
    return bool(
        may_judge_works(
            standing_of(user), is_own=user.employee_id == journey.employee_id, unit_path=journey.employee.unit.path,
            course_agency_id=journey.pathway.agency_id,
        )
    )  # fmt: skip


def confirms_step_work(user: "User", work: StepWork) -> bool:
    """Whether the account decides on a work today: the superior, or who organises the pathway; organisers also where nobody is
    above. Never the person itself."""
    journey = work.journey
    if user.employee_id is not None and user.employee_id == journey.employee_id:
        return False
    if confirmer_of(work) is Confirmer.SUPERIOR:
        superior = verifier_of(journey.employee)
        if superior is not None:
            return superior.pk == user.employee_id
    return _organises(user, journey)


def step_work_to_read(user: "User", public_id: UUID | str) -> StepWork | None:
    """One work that was handed in, for those who decide on it or organise the pathway; drafts are the person's alone."""
    work = (
        StepWork.objects.filter(public_id=public_id)
        .exclude(state=WorkState.DRAFT.value)
        .select_related(*_WHOLE)
        .prefetch_related("files")
        .first()
    )
    if work is None or user.employee_id == work.journey.employee_id:
        return None
    return work if confirms_step_work(user, work) or _organises(user, work.journey) else None


def own_step_work(journey: Journey, key: str) -> StepWork | None:
    """What the person handed in or keeps as a draft for a step; the caller has made sure whose journey it is."""
    return StepWork.objects.filter(journey=journey, step=key).prefetch_related("files").first()


def step_works_waiting_for(user: "User") -> list[StepWork]:
    """Works for steps that wait for the account, the longest waiting first, at most 200 of each sort."""
    waiting = (
        StepWork.objects.filter(state=WorkState.HANDED_IN.value).select_related(*_WHOLE).order_by("handed_in_at", "id")
    )
    found: dict[int, StepWork] = {}
    if user.employee is not None and leads_anyone(user.employee):
        mine = waiting.filter(journey__employee__in=answering_to(user.employee))[:MOST_WAITING]
        found.update({row.pk: row for row in mine if confirmer_of(row) is Confirmer.SUPERIOR})
    paths = standing_of(user).paths_with(Permission.MANAGE_COURSES)
    if paths:
        theirs = waiting.filter(under(paths, "journey__employee__unit__path"))
        theirs = theirs.exclude(journey__employee_id=user.employee_id or 0)[:MOST_WAITING]
        found.update({row.pk: row for row in theirs if confirmer_of(row) is Confirmer.ORGANISER})
    return sorted(found.values(), key=lambda row: (row.handed_in_at is None, row.handed_in_at, row.pk))


def recipients_for_step(work: StepWork) -> "list[User]":
    """The accounts that a waiting work waits for."""
    journey = work.journey
    if confirmer_of(work) is Confirmer.SUPERIOR:
        superior = verifier_of(journey.employee)
        account = user_of(superior) if superior is not None else None
        if account is not None:
            return [account]
    organisers = users_with(Permission.MANAGE_COURSES, journey.employee.unit.path)
    return list(organisers.exclude(employee_id=journey.employee_id))


def step_work_by_public_id(public_id: UUID | str) -> StepWork | None:
    """One work with everything around it; for reactions. The caller decides who may see it."""
    return StepWork.objects.filter(public_id=public_id).select_related(*_WHOLE).first()


def journey_by_public_id(public_id: UUID | str) -> Journey | None:
    """One journey with person and pathway; for reactions. The caller decides who may see it."""
    return Journey.objects.filter(public_id=public_id).select_related("version", "pathway", "employee").first()


def open_journeys_of(employee_public_id: str) -> list[Journey]:
    """The running journeys of a person; for reactions."""
    rows = Journey.objects.filter(employee__public_id=employee_public_id, state=EnrolmentState.STARTED.value)
    return list(rows.select_related("version", "employee"))


def step_file_visible_to(user: "User", public_id: UUID | str) -> StepFile | None:
    """A file of a work: for its person, and for those who may read the work."""
    file = StepFile.objects.filter(public_id=public_id).select_related("work__journey").first()
    if file is None:
        return None
    own = user.employee_id is not None and file.work.journey.employee_id == user.employee_id
    return file if own or step_work_to_read(user, file.work.public_id) is not None else None


@dataclass(frozen=True, slots=True)
class PathwayCounts:
    """How many people are on a pathway, finished it, or stopped, of those the account may see."""

    started: int
    completed: int
    withdrawn: int


def pathway_counts(user: "User", pathway: Pathway) -> PathwayCounts:
    """Counts over the people whom the account may see (one query)."""
    rows = journeys_visible_to(user).filter(pathway=pathway).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("id", distinct=True)))
    return PathwayCounts(*(found.get(state.value, 0) for state in EnrolmentState))
