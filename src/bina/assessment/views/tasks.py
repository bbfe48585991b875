"""Practical tasks for those who hold assessments: list, rubric, assessors, people, progress, agreement."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.moments import day_in
from bina.assessment.forms.tasks import TaskForm
from bina.assessment.rules import (
    FEWEST_PAIRS,
    HANDING_NEXT_STATES,
    MARKS,
    MOST_CRITERIA,
    TASK_STATE_NAMES,
    Criterion,
    HandingState,
    TaskState,
    read_rubric,
)
from bina.assessment.views.organising import may_of
from bina.assessment.views.steps import said
from bina.foundation import clock
from bina.foundation.errors import DomainError, Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.rich_text import render_markdown

if TYPE_CHECKING:
    from bina.assessment.models import PracticalTask, TaskAssignment, TaskVersion
    from bina.people.models import Employee

BLANK = Criterion("", 2, "", ("", "", "", "", ""))


def _require_organiser(request: SignedInRequest) -> None:
    if not queries.may_organise(request.user):
        raise Http404


def _task(request: SignedInRequest, public_id: UUID) -> "tuple[PracticalTask, TaskVersion]":
    task = queries.task_visible_to(request.user, public_id)
    if task is None or task.current is None:
        raise Http404
    return task, task.current


def identity(text: str) -> UUID:
    """A public id that was sent in a form; nonsense is “not found”."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@login_required
def tasks(request: SignedInRequest) -> HttpResponse:
    """Every practical task that the organiser may set, with how far its people are."""
    _require_organiser(request)
    page = Paginator(queries.tasks_visible_to(request.user), 25).get_page(request.GET.get("page"))
    context = {"may": may_of(request), "page": page, "lines": queries.task_lines(request.user, list(page))}
    return render(request, "assessment/tasks.html", context)


@login_required
def task(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One task: its words and rubric, its assessors, and where everyone's work stands."""
    found, version = _task(request, public_id)
    works = queries.assignments_of_task(request.user, found)
    context = {
        "may": may_of(request),
        "task": found,
        "version": version,
        "brief": render_markdown(version.brief),
        "rubric": queries.rubric_of(version),
        "assessors": queries.assessors_of(request.user, found),
        "line": queries.task_lines(request.user, [found])[0],
        "page": Paginator(works, 30).get_page(request.GET.get("page")),
        "may_keep": queries.may_keep_task(request.user, found),
        "today": clock.today(),
        "needed": version.scorers + (1 if version.is_double else 0),
    }
    return render(request, "assessment/task.html", context)


@login_required
def new_task(request: SignedInRequest) -> HttpResponse:
    """Write a new task with its rubric."""
    _require_organiser(request)
    return _editor(request, None, TaskForm.initial_values(), [BLANK])


@login_required
def edit_task(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change a task; a published one gets a new version."""
    found, version = _task(request, public_id)
    if not queries.may_keep_task(request.user, found):
        raise Http404
    return _editor(
        request, found, TaskForm.values_of(actions.facts_of(version)), actions.criteria_of(version) or [BLANK]
    )


def _editor(
    request: SignedInRequest, found: "PracticalTask | None", initial: dict[str, Any], rubric: Sequence[Criterion]
) -> HttpResponse:
    """The form of words and rubric. Lines are added and removed by sending it; what was typed stays."""
    form, problem = TaskForm(initial=initial), ""
    if request.method == "POST":
        form, rubric, go = TaskForm(request.POST), read_rubric(request.POST.dict()), request.POST.get("go", "save")
        if go == "add":
            rubric = [*rubric, BLANK][:MOST_CRITERIA]
        elif go.startswith("remove-"):
            rubric = [row for place, row in enumerate(rubric) if go != f"remove-{place}"] or [BLANK]
        elif form.is_valid():
            try:
                saved = _save(request, found, form, rubric)
            except Refused as refusal:
                problem = str(refusal)
            else:
                messages.success(request, _("Tugas tersimpan."))
                return redirect("assessment:task", public_id=saved.public_id)
    context = {
        "may": may_of(request),
        "task": found,
        "form": form,
        "problem": problem,
        "rubric": rubric,
        "competencies": queries.competencies_of_tasks(
            found.agency_id if found else request.user.employee.agency_id if request.user.employee else None
        ),
        "marks": MARKS,
        "is_full": len(rubric) >= MOST_CRITERIA,
    }
    return render(request, "assessment/task_form.html", context, status=409 if problem else 200)


def _save(
    request: SignedInRequest, found: "PracticalTask | None", form: TaskForm, rubric: Sequence[Criterion]
) -> "PracticalTask":
    if found is None:
        return actions.create_task(by=request.user, facts=form.facts(), criteria=rubric)
    return actions.save_task(by=request.user, task=found, facts=form.facts(), criteria=rubric)


@login_required
@require_POST
def move_task(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Publish or retire a task."""
    found, _version = _task(request, public_id)
    state = request.POST.get("state", "")
    if state not in {TaskState.PUBLISHED, TaskState.RETIRED}:
        raise Http404
    said(
        request,
        lambda: actions.move_task(by=request.user, task=found, state=state),
        _("Keadaan tugas sekarang: %(state)s.") % {"state": TASK_STATE_NAMES[TaskState(state)]},
    )
    return redirect("assessment:task", public_id=public_id)


@login_required
@require_POST
def copy_task(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """An own draft with the same words and rubric."""
    found, _version = _task(request, public_id)
    copy = actions.copy_task(by=request.user, task=found)
    messages.success(request, _("Salinan dibuat sebagai draf instansi Anda."))
    return redirect("assessment:edit_task", public_id=copy.public_id)


@login_required
def task_assessors(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Name assessors, let them go."""
    found, version = _task(request, public_id)
    text = request.GET.get("q", "").strip()[:80]
    if request.method == "POST":
        person = queries.person_to_name(request.user, found, identity(request.POST.get("person", "")))
        if person is None:
            raise Http404
        if request.POST.get("go") == "remove":
            said(
                request,
                lambda: actions.remove_assessor(by=request.user, task=found, employee=person),
                _("%(name)s tidak lagi menilai tugas ini; yang sudah dikirim tetap dihitung.")
                % {"name": person.display_name},
            )
        else:
            said(
                request,
                lambda: actions.name_assessor(by=request.user, task=found, employee=person),
                _("%(name)s menilai tugas ini.") % {"name": person.display_name},
            )
        return redirect(f"{request.path}?{urlencode({'q': text})}" if text else request.path)
    context = {
        "may": may_of(request),
        "task": found,
        "version": version,
        "text": text,
        "assessors": queries.assessors_of(request.user, found),
        "people": queries.people_to_name(request.user, found, text),
        "needed": version.scorers + (1 if version.is_double else 0),
    }
    return render(request, "assessment/task_assessors.html", context)


@login_required
def task_people(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Set a task to people by name, or to everyone in a unit."""
    found, version = _task(request, public_id)
    text = request.GET.get("q", "").strip()[:80]
    if request.method == "POST":
        people = _chosen_people(request)
        if not people:
            messages.warning(request, _("Pilih sedikitnya satu orang atau satu unit."))
        else:
            _assign(request, found, people)
        return redirect("assessment:task", public_id=public_id) if people else redirect(request.get_full_path())
    context = {
        "may": may_of(request),
        "task": found,
        "version": version,
        "text": text,
        "people": queries.people_to_assign(request.user, text),
        "units": queries.units_to_assign(request.user),
        "assessors": queries.assessors_of(request.user, found),
        "due_on": clock.today() + dt.timedelta(days=version.due_days),
        "today": clock.today(),
    }
    return render(request, "assessment/task_people.html", context)


def _chosen_people(request: SignedInRequest) -> "list[Employee]":
    if request.POST.get("unit"):
        unit = queries.units_to_assign(request.user).filter(public_id=identity(request.POST["unit"])).first()
        if unit is None:
            raise Http404
        return list(queries.people_of_unit(request.user, unit))
    return queries.people_with(request.user, [identity(text) for text in request.POST.getlist("person")])


def _assign(request: SignedInRequest, found: "PracticalTask", people: "list[Employee]") -> None:
    due = day_in(request.POST.get("due_on", ""))
    try:
        report = actions.assign_task(by=request.user, task=found, people=people, due_on=due)
    except DomainError as refusal:
        messages.warning(request, str(refusal))
        return
    messages.success(request, _("%(n)s orang ditugasi.") % {"n": report.assigned})
    if report.already:
        messages.info(request, _("%(n)s orang sudah sedang mengerjakannya; tidak ada yang berubah bagi mereka.")
                      % {"n": report.already})  # fmt: skip
    if report.assessors:
        messages.info(request, _("%(n)s orang dilewati karena ditunjuk menilai tugas ini.") % {"n": report.assessors})


@login_required
def task_agreement(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far the assessors agree, criterion by criterion, and who is severe."""
    found, version = _task(request, public_id)
    context = {
        "may": may_of(request),
        "task": found,
        "version": version,
        "agreement": queries.task_agreement(request.user, found),
        "fewest": FEWEST_PAIRS,
    }
    return render(request, "assessment/task_agreement.html", context)


@login_required
def managed_work(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One person's work for the organiser: where it stands, who scores, what can be done; never what was handed in."""
    work = queries.managed_assignment(request.user, public_id)
    if work is None:
        raise Http404
    if request.method == "POST":
        return _change_work(request, work)
    open_states = HANDING_NEXT_STATES[HandingState(work.state)]
    context = {
        "may": may_of(request),
        "work": work,
        "scores": list(work.scores.select_related("assessor__unit").order_by("id")),
        "result": queries.task_result(work),
        "missing": queries.missing_turns(work),
        "free": queries.free_assessors(work) if queries.missing_turns(work) else [],
        "may_cancel": HandingState.CANCELLED in open_states,
        "may_return": HandingState.RETURNED in open_states,
        "zone": work.employee.agency.time_zone,
        "today": clock.today(),
    }
    return render(request, "assessment/managed_work.html", context)


def _change_work(request: SignedInRequest, work: "TaskAssignment") -> HttpResponse:
    go, reason = request.POST.get("go", ""), request.POST.get("reason", "")
    if go == "cancel":
        said(
            request,
            lambda: actions.cancel_work(by=request.user, assignment=work, reason=reason),
            _("Tugas dibatalkan."),
        )
    elif go == "return":
        said(request, lambda: actions.return_work(by=request.user, assignment=work, reason=reason),
             _("Tugas dikembalikan kepada pegawai."))  # fmt: skip
    elif go == "turn":
        person = queries.person_to_name(request.user, work.version.task, identity(request.POST.get("person", "")))
        if person is None:
            raise Http404
        said(request, lambda: actions.give_turn(by=request.user, assignment=work, assessor=person),
             _("%(name)s diminta menilai kiriman ini.") % {"name": person.display_name})  # fmt: skip
    else:
        raise Http404
    return redirect("assessment:managed_work", public_id=work.public_id)
