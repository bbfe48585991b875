"""The doors that tools and browsers on their way from tools come to: who is coming, tokens, keys, the way back."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bina.foundation.errors import Refused
from bina.integrations.lti import actions, queries, rules
from bina.integrations.lti.rules import Rejected
from bina.people.queries import user_by_id

LONGEST_WORDS = 300


def _refusal(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "lti/refusal.html", {"sentence": sentence}, status=status)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """A tool asks who is coming. The answer is a page that posts itself to the tool, with a button where scripts are off."""
    parameters = (request.POST if request.method == "POST" else request.GET).dict()
    signed_in = user_by_id(request.user.pk) if request.user.is_authenticated else None
    try:
        reply = actions.answer_login({name: str(value) for name, value in parameters.items()}, signed_in=signed_in)
    except Rejected as fault:
        return _refusal(request, str(fault), fault.status)
    except Refused as fault:
        return _refusal(request, str(fault), 409)
    response = render(request, "lti/send.html", {"reply": reply})
    parts = urlsplit(reply.address)
    # Tools lead on to other hosts of theirs after the post, and browsers hold the whole way against form-action.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
        f"form-action https: {parts.scheme}://{parts.netloc}; frame-ancestors 'self'"
    )
    return response


@csrf_exempt
@never_cache
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A tool proves who it is and gets a token for the services."""
    try:
        answer = actions.grant_token({name: str(value) for name, value in request.POST.dict().items()})
    except Rejected as fault:
        response = JsonResponse({"error": fault.code, "error_description": str(fault)}, status=fault.status)
    else:
        response = JsonResponse(answer)
    response.headers["Pragma"] = "no-cache"
    return response


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of this platform."""
    actions.ensure_key()
    response = JsonResponse(queries.key_set())
    response.headers["Cache-Control"] = "public, max-age=600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What this platform says of itself to a tool that is about to register itself."""
    told = rules.configuration(
        queries.platform_addresses(), register=queries.absolute("register"), name=settings.SITE_NAME
    )
    return JsonResponse(told)


@csrf_exempt
@never_cache
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """An invited tool says who it is; it waits for approval."""
    try:
        told = actions.take_registration(authorization=request.headers.get("Authorization", ""), content=request.body)
    except Rejected as fault:
        return JsonResponse({"error": fault.code, "error_description": str(fault)}, status=fault.status)
    return JsonResponse(told, status=201)


@csrf_exempt
@never_cache
@require_POST
def picked_by_tool(request: HttpRequest, token: str) -> HttpResponse:
    """A tool brings back what was picked. Its signature is the right to; the page that follows asks who is reading."""
    try:
        found = actions.take_picked(token=token, message=request.POST.get("JWT", ""))
    except Rejected as fault:
        return _refusal(request, str(fault), fault.status)
    return redirect("lti:picked", found.public_id)


@require_safe
def back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The way back from a tool, also out of a frame; what the tool has to say is shown as its words."""
    launch = queries.launch_named(public_id)
    if launch is None:
        raise Http404
    if launch.enrolment is not None and launch.activity is not None:
        target = reverse("learning:activity", args=[launch.enrolment.public_id, launch.activity.key])
    else:
        target = reverse("learning:manage", args=[launch.course.slug])
    # Shown and not kept: whoever knows the address could write whatever they like.
    is_fault = bool(request.GET.get("lti_errormsg"))
    words = (request.GET.get("lti_errormsg") or request.GET.get("lti_msg") or "")[:LONGEST_WORDS]
    context = {"tool": launch.tool, "target": target, "words": words, "is_fault": is_fault}
    return render(request, "lti/back.html", context)
