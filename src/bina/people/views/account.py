"""A person's own account: overview, the first sign-in by invitation, ending sessions."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.people import actions, queries
from bina.people.adapters import mark_session
from bina.people.forms import AcceptInvitationForm


@login_required
def overview(request: SignedInRequest) -> HttpResponse:
    """Who one is here, how the account is protected, which roles it holds."""
    return render(
        request,
        "people/account.html",
        {"protection": queries.protection_of(request.user), "roles": queries.roles_of(request.user)},
    )


@login_required
@require_POST
def wish_for_mail(request: SignedInRequest) -> HttpResponse:
    """Notices by e-mail: yes or no."""
    wanted = request.POST.get("wanted") == "1"
    actions.wish_for_mail(by=request.user, wanted=wanted)
    messages.success(
        request,
        _("Pemberitahuan juga dikirim ke surel Anda.") if wanted else _("Pemberitahuan tidak lagi dikirim ke surel."),
    )
    return redirect("people:account")


@login_required
@require_POST
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign one other browser out."""
    actions.end_session(by=request.user, session=get_object_or_404(queries.sessions_of(request.user), pk=pk))
    messages.success(request, _("Perangkat itu sudah dikeluarkan."))
    return redirect("usersessions_list")


@never_cache
@sensitive_post_parameters("password", "again")
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The first sign-in: choose a password, and in."""
    invitation = queries.open_invitation(actions.token_hash(token))
    if invitation is None:
        return render(request, "people/invitation_over.html", {}, status=404)
    form = AcceptInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except Refused as refusal:
            form.add_error("password", str(refusal))
        else:
            if request.user.is_authenticated:
                logout(request)
            mark_session(request, user)
            record_authentication(request, user, method="invitation")
            response: HttpResponse = perform_login(request, user, email_verification="none")
            return response
    return render(request, "people/invitation.html", {"form": form, "invitation": invitation})
