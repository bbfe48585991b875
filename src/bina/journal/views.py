"""A person's notices."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bina.foundation.requests import SignedInRequest
from bina.journal import actions, queries


@login_required
def inbox(request: SignedInRequest) -> HttpResponse:
    """All notices, newest first."""
    page = Paginator(queries.notifications_of(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "journal/inbox.html", {"page": page})


@login_required
@require_POST
def open_notice(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Mark a notice as read and go where it points."""
    notice = get_object_or_404(queries.notifications_of(request.user), public_id=public_id)
    actions.mark_read(by=request.user, notification=notice)
    return redirect(notice.url or "journal:inbox")


@login_required
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark every notice as read."""
    actions.mark_all_read(by=request.user)
    return redirect("journal:inbox")
