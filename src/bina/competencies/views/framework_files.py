"""Pages on which platform administrators bring in, publish and retire frameworks; drafts come from files."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bina.competencies import actions, queries
from bina.competencies.forms import FrameworkFileForm, ReasonForm
from bina.competencies.registry import leaning_on
from bina.competencies.rules import FrameworkState, can_retire
from bina.competencies.rules.framework_file import (
    differences,
    read_framework_file,
    write_framework_file,
)
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.competencies.models import Framework


def _keeper(request: SignedInRequest) -> None:
    if not queries.may_keep_frameworks(request.user):
        raise Http404


def _framework(request: SignedInRequest, code: str) -> "Framework":
    _keeper(request)
    found = queries.framework_by_code(code)
    if found is None:
        raise Http404
    return found


@login_required
@require_GET
def download(request: SignedInRequest, code: str) -> HttpResponse:
    """A framework as its file; uploading it again changes nothing."""
    found = _framework(request, code)
    text = write_framework_file(queries.framework_data(found))
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.yaml"'
    return response


@login_required
def upload(request: SignedInRequest) -> HttpResponse:
    """Read a file and tell what it would change; kept as a draft only by a second step, from the report."""
    _keeper(request)
    if request.method == "POST" and request.POST.get("step") == "keep":
        return _keep(request)
    form = FrameworkFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _report(request, form.cleaned_data["file"])
    return render(request, "competencies/upload_framework.html", {"form": form})


def _keep(request: SignedInRequest) -> HttpResponse:
    text = request.POST.get("text", "")
    try:
        framework = actions.upload_framework(by=request.user, text=text, seen=request.POST.get("seen", "")[:64])
    except Refused as refusal:
        return _report(request, text, problem=str(refusal))
    messages.success(request, _("Draf kamus tersimpan. Baca sekali lagi, lalu terbitkan."))
    return redirect("competencies:framework", code=framework.code)


def _report(request: SignedInRequest, text: str, problem: str = "") -> HttpResponse:
    """What a file would change, or what is wrong with it."""
    data, faults = read_framework_file(text)
    context: dict[str, Any] = {"text": text, "faults": faults, "problem": problem, "form": FrameworkFileForm()}
    if not faults:
        other = queries.framework_to_compare(data["code"], data["kind"])
        before = queries.framework_data(other) if other else None
        is_same_code = other is not None and other.code == data["code"]
        found = differences(before, data)
        context |= {
            "data": data,
            "counts": {"areas": len(data["areas"]), "levels": len(data["levels"]),
                       "competencies": sum(len(area.get("competencies", ())) for area in data["areas"])},
            "other": other,
            "is_draft": is_same_code and other is not None and other.state == FrameworkState.DRAFT,
            "is_taken": is_same_code and other is not None and other.state != FrameworkState.DRAFT,
            "groups": [(kind, [row for row in found if row.kind == kind]) for kind in ("new", "changed", "gone")],
            "is_same": is_same_code and not found,
            "seen": queries.draft_mark(before) if is_same_code else "",
        }  # fmt: skip
    return render(request, "competencies/framework_report.html", context)


@login_required
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """Put a draft in force, with a reason."""
    return _change_state(request, _framework(request, code), FrameworkState.PUBLISHED)


@login_required
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a framework out of force, with a reason."""
    return _change_state(request, _framework(request, code), FrameworkState.RETIRED)


def _change_state(request: SignedInRequest, framework: "Framework", target: FrameworkState) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_framework_state(
                by=request.user, framework=framework, target=target, reason=form.cleaned_data["reason"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Kamus ini terbit. Tingkat semua orang dihitung ulang di latar belakang.")
                if target is FrameworkState.PUBLISHED
                else _("Kamus ini tidak berlaku lagi. Tingkat semua orang dihitung ulang di latar belakang."),
            )
            return redirect("competencies:framework", code=framework.code)
    is_publishing = target is FrameworkState.PUBLISHED
    context = {
        "framework": framework,
        "form": form,
        "is_publishing": is_publishing,
        "obstacle": "" if is_publishing else can_retire(leaning_on(framework.code)).sentence,
        "standards": 0 if is_publishing else queries.standards_on(framework),
    }
    return render(request, "competencies/change_framework.html", context)


@login_required
def discard(request: SignedInRequest, code: str) -> HttpResponse:
    """Throw a draft away, with a reason."""
    framework = _framework(request, code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.discard_framework(by=request.user, framework=framework, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Draf kamus “%(name)s” dibuang.") % {"name": framework})
            return redirect("competencies:frameworks")
    return render(request, "competencies/discard_framework.html", {"framework": framework, "form": form})
