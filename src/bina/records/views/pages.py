"""Pages of those who look after learning records, and the public vocabulary."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.ids import new_public_id
from bina.foundation.requests import SignedInRequest
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission
from bina.records import actions, forms, queries
from bina.records.registry import profiles
from bina.records.rules import SCOPE_NAMES, Json

if TYPE_CHECKING:
    from bina.people.models import Agency
    from bina.records.models import Client

MICROSECONDS = 1_000_000
AT_ONCE = 25


def _agency_of(request: SignedInRequest) -> "Agency":
    """The agency a page is about: named in the address, else one's own, else the first visible one; 404 without any."""
    visible = agencies_visible_to(request.user, Permission.MANAGE_RECORDS)
    wanted = request.GET.get("agency") or request.POST.get("agency")
    if wanted:
        return get_object_or_404(visible, code=wanted)
    own = request.user.employee.agency_id if request.user.employee else None
    agency = (visible.filter(pk=own).first() if own else None) or visible.first()
    if agency is None:
        raise Http404
    return agency


def _client(request: SignedInRequest, public_id: UUID) -> "Client":
    return get_object_or_404(queries.clients_visible_to(request.user), public_id=public_id)


@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The store of an agency: its addresses, its clients, how much it holds. A POST opens it."""
    agency = _agency_of(request)
    here = f"{reverse('records:home')}?{urlencode({'agency': agency.code})}"
    if request.method == "POST":
        actions.open_store(by=request.user, agency=agency)
        messages.success(
            request, _("Penyimpanan rekam belajar dibuka. Daftarkan aplikasi pertama yang akan memakainya.")
        )
        return redirect(here)
    store = queries.store_of_agency(agency.pk)
    clients = queries.clients_visible_to(request.user).filter(store=store) if store else ()
    return render(
        request,
        "records/home.html",
        {
            "agency": agency,
            "agencies": list(agencies_visible_to(request.user, Permission.MANAGE_RECORDS)[:50]),
            "store": store,
            "clients": list(clients),
            "scope_names": {scope.value: name for scope, name in SCOPE_NAMES.items()},
            "count": queries.count_of_store(store.pk) if store else None,
            "addresses": [
                (told, f"{settings.BASE_URL}/xapi/{base}/")
                for told, base in (("xAPI 2.0", "2.0"), ("xAPI 1.0.3", "1.0.3"))
            ],
        },
    )


@login_required
@never_cache
def add_client(request: SignedInRequest) -> HttpResponse:
    """Register a client; its secret is shown on the answer and never again."""
    agency = _agency_of(request)
    store = queries.store_of_agency(agency.pk)
    if store is None:
        return redirect(f"{reverse('records:home')}?{urlencode({'agency': agency.code})}")
    form = forms.ClientForm(request.POST or None, initial={"born": new_public_id()})
    if request.method == "POST" and form.is_valid():
        try:
            client, secret = actions.add_client(
                by=request.user, store=store, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"],
                public_id=form.cleaned_data["born"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _secret(request, client, secret)
    return render(request, "records/client.html", {"form": form, "agency": agency, "client": None})


@login_required
def client(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Name and rights of one client, a new secret, and its end."""
    found = _client(request, public_id)
    form = forms.ClientForm(request.POST or None, initial={"name": found.name, "scopes": found.scopes})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_client(
                by=request.user, client=found, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Nama dan hak aplikasi disimpan."))
            return redirect("records:client", public_id=public_id)
    return render(request, "records/client.html", {"form": form, "agency": found.store.agency, "client": found})


@login_required
@never_cache
@require_POST
def renew_secret(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A new secret, shown once; the old one ends."""
    found = _client(request, public_id)
    return _secret(request, found, actions.renew_secret(by=request.user, client=found))


def _secret(request: SignedInRequest, client: "Client", secret: str) -> HttpResponse:
    told = {"client": client, "secret": secret, "agency": client.store.agency}
    return render(request, "records/secret.html", told)


@login_required
@require_POST
def revoke_client(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Let a client out for good."""
    found = _client(request, public_id)
    actions.revoke_client(by=request.user, client=found, reason=request.POST.get("reason", "").strip()[:300])
    messages.success(
        request,
        _("Aplikasi %(name)s dicabut. Pernyataan yang pernah dikirimnya tetap tersimpan.") % {"name": found.name},
    )
    return redirect(f"{reverse('records:home')}?{urlencode({'agency': found.store.agency.code})}")


@login_required
def statements(request: SignedInRequest) -> HttpResponse:
    """Statements of a store, newest first, by who, what and when."""
    agency = _agency_of(request)
    store = queries.store_of_agency(agency.pk)
    form = forms.StatementFilterForm(request.GET)
    found = queries.Found()
    if store is not None and form.is_valid():
        found = queries.search(store.pk, _search_of(form, request.GET.get("after", "")))
    told = [_told(json.loads(body)) for body in found.bodies]
    return render(
        request,
        "records/statements.html",
        {
            "agency": agency,
            "store": store,
            "form": form,
            "statements": told,
            "verbs": queries.vocabulary(),
            "is_first_page": not request.GET.get("after"),
            "query": urlencode({"agency": agency.code} | form.kept()),
            "after": f"{found.next[0]}-{found.next[1]}" if found.next else "",
        },
    )


def _search_of(form: forms.StatementFilterForm, after: str) -> queries.Search:
    first, _dash, second = after.partition("-")
    is_place = first.isdecimal() and second.isdecimal() and len(after) < 38
    until = form.cleaned_data["until"]
    return queries.Search(
        agent=form.identifier(), verb=form.cleaned_data["verb"], activity=form.cleaned_data["activity"],
        related_agents=True, related_activities=True, since=_begin(form.cleaned_data["since"]),
        until=_begin(until + dt.timedelta(days=1)) if until else None, limit=AT_ONCE,
        after=(int(first), int(second)) if is_place else None,
    )  # fmt: skip


def _begin(day: dt.date | None) -> int | None:
    """The first moment of a day in western Indonesian time, in microseconds."""
    if day is None:
        return None
    return int(dt.datetime.combine(day, dt.time(), clock.ZONES["WIB"]).timestamp()) * MICROSECONDS


def _told(statement: Json) -> dict[str, Any]:
    """A statement as one line for readers, and whole."""
    thing = statement["object"]
    return {
        "actor": _name_of(statement["actor"]),
        "verb": _words_of(statement["verb"].get("display")) or statement["verb"]["id"].rsplit("/", 1)[-1],
        "object": _words_of(thing.get("definition", {}).get("name"))
        or (_name_of(thing) if "id" not in thing else thing["id"]),
        "stored": dt.datetime.fromisoformat(statement["stored"]),
        "id": statement["id"],
        "whole": json.dumps(statement, indent=2, ensure_ascii=False),
    }


def _words_of(words: Json | None) -> str:
    if not words:
        return ""
    return str(words.get(get_language() or "") or words.get("id") or next(iter(words.values())))


def _name_of(actor: Json) -> str:
    account = actor.get("account") or {}
    found = (
        actor.get("name")
        or account.get("name")
        or actor.get("mbox")
        or actor.get("openid")
        or actor.get("mbox_sha1sum")
    )
    return str(found or _("kelompok tanpa nama"))


def vocabulary(request: HttpRequest, kind: str = "", code: str = "") -> HttpResponse:
    """The words in which this house tells what happened; for everybody, machines and people."""
    return render(
        request,
        "records/vocabulary.html",
        {"words": queries.vocabulary(), "profiles": profiles(), "wanted": code if kind == "verbs" else ""},
    )
