"""A person's own practical task: the brief, the draft that is kept, handing in, the result; and files handed in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bina.assessment import actions, queries
from bina.assessment.models import TaskAssignment
from bina.assessment.rules import ACCEPTED, LARGEST_MB, LONGEST_TEXT, MOST_FILES, OPEN_TO_PERSON
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.rich_text import render_markdown

# Whatever a file contains, it runs nothing and loads nothing, even when it is opened by its own address.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@login_required
def work(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One's own task from brief to result; every way of sending the form keeps the draft."""
    found = queries.own_assignment(request.user, public_id)
    if found is None:
        raise Http404
    problem, text = "", found.text
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            answer = _change(request, found, text)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return answer
    version = found.version
    context = {
        "work": found,
        "version": version,
        "brief": render_markdown(version.brief),
        "rubric": queries.rubric_of(version),
        "is_open": found.state in OPEN_TO_PERSON,
        "result": queries.task_result(found),
        "text": text,
        "problem": problem,
        "files": list(found.files.all()),
        "zone": found.employee.agency.time_zone,
        "today": clock.today(),
        "most_files": MOST_FILES,
        "longest_text": LONGEST_TEXT,
        "accepted": ACCEPTED,
        "largest_mb": LARGEST_MB,
    }
    return render(request, "assessment/work.html", context, status=409 if problem else 200)


def _change(request: SignedInRequest, found: TaskAssignment, text: str) -> HttpResponse:
    """What the pressed button asks for. Raises Refused; the text was kept then wherever it could be."""
    go = request.POST.get("go", "save")
    if go == "hand_in" and found.state not in OPEN_TO_PERSON:
        actions.hand_in(by=request.user, assignment=found, text=text)
        return redirect("assessment:work", public_id=found.public_id)
    actions.save_work(by=request.user, assignment=found, text=text)
    if go == "stay":
        return render(request, "assessment/_saved.html")
    if go.startswith("remove-"):
        file = next((row for row in found.files.all() if go == f"remove-{row.public_id}"), None)
        if file is not None:
            actions.remove_file_of_work(by=request.user, assignment=found, file=file)
            messages.success(request, _("Berkas “%(name)s” dihapus.") % {"name": file.name})
        return redirect("assessment:work", public_id=found.public_id)
    actions.save_work(by=request.user, assignment=found, text=text, uploads=request.FILES.getlist("files"))
    if go == "hand_in":
        actions.hand_in(by=request.user, assignment=found, text=text)
        messages.success(request, _("Tugas diserahkan. Anda diberi tahu begitu hasilnya ada."))
    else:
        messages.success(request, _("Draf tersimpan."))
    return redirect("assessment:work", public_id=found.public_id)


@login_required
@require_safe
def handed_file(request: SignedInRequest, public_id: UUID) -> HttpResponseBase:
    """A file that was handed in, for those who may open it; pictures in place, everything else saved."""
    offer = queries.file_visible_to(request.user, public_id)
    if offer is None or not offer.file.content.storage.exists(offer.file.content.name or ""):
        raise Http404
    response = StreamingHttpResponse(offer.file.content.open("rb").chunks(), content_type=offer.file.content_type)
    response.headers["Content-Length"] = str(offer.file.size)
    response.headers["Content-Disposition"] = content_disposition_header(not offer.file.is_shown, offer.name) or ""
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
