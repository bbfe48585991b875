"""Surveys as their organisers see them: the list, making one in three steps, its progress, and its results."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment import actions, queries
from bina.assessment.forms.reasons import ReasonForm
from bina.assessment.forms.surveys import AudienceForm, LastDayForm, NewSurveyForm, SurveyDaysForm
from bina.assessment.models import Survey
from bina.assessment.rules import (
    SURVEY_MODE_NAMES,
    SURVEY_MODE_PROMISES,
    SURVEY_STATE_NAMES,
    SurveyState,
    can_pair,
    can_remind,
)
from bina.assessment.views.organising import may_of
from bina.assessment.views.steps import Step, take_step
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.people.queries import job_classes

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit

# So many units stand in a list to choose from, down to the third level; smaller groups are asked by their numbers.
MOST_UNITS = 400
LOWEST_UNIT = 3


def _require_organiser(request: SignedInRequest) -> None:
    if not queries.may_survey(request.user):
        raise Http404


def _survey(request: SignedInRequest, public_id: UUID) -> Survey:
    found = queries.survey_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def surveys(request: SignedInRequest) -> HttpResponse:
    """The surveys of the units where the account evaluates, newest first."""
    _require_organiser(request)
    state = request.GET.get("state", "")
    rows = queries.surveys_visible_to(request.user)
    if state in SURVEY_STATE_NAMES:
        rows = rows.filter(state=state)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    counts = queries.response_counts([row.pk for row in page])
    context = {
        "page": page, "counts": counts, "states": SURVEY_STATE_NAMES, "state": state, "may": may_of(request),
    }  # fmt: skip
    return render(request, "assessment/surveys.html", context)


def _units(request: SignedInRequest, also: "OrgUnit | None" = None) -> "dict[str, OrgUnit]":
    """The units that a survey may ask, by public id, highest first; the one in use among them."""
    rows = {str(unit.public_id): unit for unit in queries.units_to_survey(request.user, LOWEST_UNIT)[:MOST_UNITS]}
    if also is not None:
        rows.setdefault(str(also.public_id), also)
    return rows


def _labels(units: "dict[str, OrgUnit]") -> list[tuple[str, str]]:
    top = min((unit.depth for unit in units.values()), default=1)
    return [(key, f"{'— ' * (unit.depth - top)}{unit.name}") for key, unit in units.items()]


@login_required
def new_survey(request: SignedInRequest) -> HttpResponse:
    """The first step: with which instrument, of which unit, with names or without."""
    _require_organiser(request)
    units = _units(request)
    instruments = {str(row.public_id): row for row in queries.usable_instruments(request.user)}
    offered = {
        "instruments": [(key, str(row)) for key, row in instruments.items()],
        "units": _labels(units),
    }
    form = NewSurveyForm(request.POST or None, initial={"instrument": request.GET.get("instrument", "")}, **offered)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            survey = actions.create_survey(
                by=request.user, unit=units[data["unit"]], instrument=instruments[data["instrument"]],
                title=data["title"], mode=data["mode"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:survey", public_id=survey.public_id)
    promises = [(SURVEY_MODE_NAMES[mode], words) for mode, words in SURVEY_MODE_PROMISES.items()]
    context = {"form": form, "promises": promises, "may": may_of(request)}
    return render(request, "assessment/survey_new.html", context, status=409 if form.errors else 200)


@login_required
def survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One survey: its steps while it is prepared, its progress afterwards."""
    found = _survey(request, public_id)
    return render(request, "assessment/survey.html", _context(request, found))


def _context(request: SignedInRequest, survey: Survey) -> dict[str, Any]:
    """What the page of one survey shows; the forms of its steps while it is a draft."""
    context: dict[str, Any] = {
        "survey": survey,
        "invited": queries.invited_count(survey),
        "answered": queries.response_counts([survey.pk])[survey.pk],
        "history": list(queries.survey_history(survey)[:20]),
        "second": queries.follower_of(survey),
        "may_follow": can_pair(mode=survey.mode, state=survey.state, has_key=bool(survey.pair_key)),
        "may_remind": can_remind(survey.reminded_on, clock.today(survey.agency.time_zone)),
        "last_day": LastDayForm(initial={"closes_on": survey.closes_on}),
        "cancel": ReasonForm(auto_id="cancel_%s"),
        "may": may_of(request),
    }
    if survey.state == SurveyState.DRAFT:
        context |= {"audience": _audience_form(request, survey), "days": SurveyDaysForm(initial=_days(survey))}
    return context


def _days(survey: Survey) -> dict[str, Any]:
    today = clock.today(survey.agency.time_zone)
    return {"opens_on": survey.opens_on or today, "closes_on": survey.closes_on}


def _audience_form(request: SignedInRequest, survey: Survey, data: Any = None) -> AudienceForm:
    return AudienceForm(
        data,
        units=_labels(_units(request, survey.unit)),
        job_classes=[(row.code, row.name) for row in job_classes()],
        initial={
            "title": survey.title,
            "unit": str(survey.unit.public_id),
            "job_classes": survey.job_classes,
            "numbers": "\n".join(queries.listed_numbers(survey)),
        },
    )


@login_required
@require_POST
def change_survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The second step: whom to ask. Numbers that nobody has are named, and nothing is lost."""
    found = _survey(request, public_id)
    form = _audience_form(request, found, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        unit = _units(request, found.unit)[data["unit"]]
        numbers = data["numbers"].replace(",", "\n").split()
        people, unknown = queries.people_by_numbers(unit, numbers)
        if unknown:
            form.add_error(
                "numbers", _("Tidak ditemukan di unit ini: %(numbers)s.") % {"numbers": ", ".join(unknown[:10])}
            )
        elif _done(form, lambda: _change(request, found, unit, data, people if numbers else None)):
            messages.success(request, _("Kelompok yang diundang disimpan."))
            return redirect("assessment:survey", public_id=public_id)
    return _again(request, found, audience=form)


def _change(
    request: SignedInRequest, survey: Survey, unit: "OrgUnit", data: dict[str, Any], people: "list[Employee] | None"
) -> None:
    actions.change_survey(
        by=request.user, survey=survey, title=data["title"], unit=unit, job_classes=data["job_classes"], people=people
    )


def _done(form: Form, action: Callable[[], object]) -> bool:
    """Do something; a refusal becomes a sentence on the form."""
    try:
        action()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _again(request: SignedInRequest, survey: Survey, **forms: Form) -> HttpResponse:
    """The page of a survey once more, with what was typed and what is wrong."""
    return render(request, "assessment/survey.html", {**_context(request, survey), **forms}, status=409)


@login_required
@require_POST
def open_survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The third step: the days, and opening it."""
    form = SurveyDaysForm(request.POST)
    done = _("Survei dibuka. Yang diundang diberi tahu pada hari pertamanya.")
    return _dated(request, _survey(request, public_id), actions.open_survey, done, days=form)


@login_required
@require_POST
def extend_survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A later last day."""
    form = LastDayForm(request.POST)
    done = _("Hari terakhir survei diundurkan.")
    return _dated(request, _survey(request, public_id), actions.extend_survey, done, last_day=form)


def _dated(
    request: SignedInRequest, survey: Survey, action: Callable[..., object], done: str, **named: Form
) -> HttpResponse:
    """Give a survey its days by an action, from the one form that is named as the page names it."""
    (form,) = named.values()
    if form.is_valid() and _done(form, lambda: action(by=request.user, survey=survey, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("assessment:survey", public_id=survey.public_id)
    return _again(request, survey, **named)


@login_required
@require_POST
def step_survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Remind, close, call off, or let a second survey follow."""
    found = _survey(request, public_id)
    steps = {
        "remind": Step(
            partial(actions.remind_of_survey, survey=found),
            _("Pengingat dikirim kepada yang belum menjawab. Namanya tidak ditampilkan."),
        ),
        "close": Step(
            partial(actions.close_survey, survey=found),
            _("Survei ditutup. Hasilnya dapat dibaca."),
            lambda _closed: reverse("assessment:survey_results", args=[public_id]),
        ),
        "cancel": Step(
            partial(actions.cancel_survey, survey=found, reason=request.POST.get("reason", "")),
            _("Survei dibatalkan."),
        ),
        "follow": Step(
            partial(actions.follow_survey, survey=found),
            leads_to=lambda second: reverse("assessment:survey", args=[second.public_id]),
        ),
    }
    return take_step(request, steps, reverse("assessment:survey", args=[public_id]))


@login_required
@require_safe
def survey_results(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What the group said, each picture with its table."""
    found = _survey(request, public_id)
    context = {"survey": found, "results": queries.scale_results(found), "may": may_of(request)}
    return render(request, "assessment/survey_results.html", context)


@login_required
@require_safe
def survey_table(request: SignedInRequest, public_id: UUID, table: str) -> HttpResponse:
    """One table of the results as a workbook."""
    found = queries.survey_table(_survey(request, public_id), table)
    if found is None:
        raise Http404
    return workbook_reply(f"survei-{table}", found)
