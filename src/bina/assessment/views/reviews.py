"""Reviews of items: what waits, one item with its checklist, a whole set in a row, and steps for many items at once."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bina.assessment import actions, queries
from bina.assessment.rules import ITEM_STATE_NAMES, REVIEW_CHECKS, ItemState, differences, right_answer
from bina.assessment.rules.writing import writing_hints
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import ItemReview

IN_A_ROW = 10  # items of a set on one page
FILTERS = ("bank", "competency", "level", "kind", "state", "sector", "region", "text")


def _require_keeper(request: SignedInRequest) -> None:
    if not queries.may_read_items(request.user):
        raise Http404


@login_required
@require_safe
def reviews(request: SignedInRequest) -> HttpResponse:
    """What waits for a review by this account, oldest first."""
    _require_keeper(request)
    found = queries.reviews_waiting_for(request.user)
    context = {
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "desk": queries.author_desk_of(request.user),
    }
    return render(request, "assessment/reviews.html", context)


def _sheet(review: "ItemReview") -> dict[str, Any]:
    """One item as its reviewer needs it: as people see it, with its key, what changed, and hints."""
    version, item = review.version, review.version.item
    entry = queries.entry_of(item, version)
    answer = right_answer(item.kind, version.payload)
    before = item.current if item.current and item.current.pk != version.pk else None
    return {
        "review": review, "item": item, "version": version, "view": version.shown(str(item.public_id)), "answer": answer,
        "key": version.explained(answer), "hints": writing_hints(entry),
        "differences": differences(queries.entry_of(item, before), entry) if before else [], "before": before,
    }  # fmt: skip


@login_required
def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One item, read and decided on."""
    found = queries.review_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    context: dict[str, Any] = {**_sheet(found), "checks": REVIEW_CHECKS, "ticked": [], "comment": "", "refusal": ""}
    if request.method == "POST":
        ticked, comment = request.POST.getlist("checks"), request.POST.get("comment", "")
        decision = actions.Decision(
            found, request.POST.get("seen", ""), approve=request.POST.get("do") == "approve", comment=comment
        )
        try:
            actions.review_item(by=request.user, decision=decision, checks=ticked)
        except Refused as refusal:
            context |= {"ticked": ticked, "comment": comment[:1_000], "refusal": str(refusal)}
        else:
            messages.success(
                request,
                _("%(code)s disetujui.") % {"code": found.version.item.code}
                if decision.approve
                else _("%(code)s dikembalikan kepada penulisnya dengan catatan Anda.")
                % {"code": found.version.item.code},
            )
            return redirect("assessment:reviews")
    context["may_review"] = queries.may_review_version(request.user, found.version, found.asked_by_id)
    return render(request, "assessment/review_item.html", context)


@login_required
def review_set(request: SignedInRequest) -> HttpResponse:
    """Several items one under the other, each shown whole and each decided on by itself, with one checklist for all."""
    _require_keeper(request)
    context: dict[str, Any] = {"checks": REVIEW_CHECKS, "ticked": [], "refused": {}, "decided": {}}
    if request.method == "POST":
        ticked = request.POST.getlist("checks")
        decisions = _decisions(request)
        refused = actions.review_items(by=request.user, decisions=decisions, checks=ticked)
        done = len(decisions) - len(refused)
        if done:
            messages.success(
                request, ngettext("%(n)s butir diputuskan.", "%(n)s butir diputuskan.", done) % {"n": done}
            )
        if not refused:
            return redirect(
                "assessment:review_set" if queries.reviews_waiting_for(request.user).exists() else "assessment:reviews"
            )
        context |= {
            "ticked": ticked,
            "refused": {str(decision.review.public_id): sentence for decision, sentence in refused},
            "decided": {str(decision.review.public_id): decision for decision in decisions},
        }
    waiting = queries.reviews_waiting_for(request.user)
    context |= {"sheets": [_sheet(row) for row in waiting[:IN_A_ROW]], "count": waiting.count()}
    return render(request, "assessment/review_set.html", context)


def _decisions(request: SignedInRequest) -> list[actions.Decision]:
    """What the page says about each item that it showed; those left open are no decision."""
    found = []
    for row in queries.reviews_with(request.user, request.POST.getlist("review")[:IN_A_ROW]):
        said = request.POST.get(f"say-{row.public_id}", "")
        if said in {"approve", "return"}:
            comment = request.POST.get(f"comment-{row.public_id}", "")
            seen = request.POST.get(f"seen-{row.public_id}", "")
            found.append(actions.Decision(row, seen, approve=said == "approve", comment=comment))
    return found


@login_required
@require_POST
def ask_for_review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask that somebody else looks at an item, or take that back."""
    item = queries.item_visible_to(request.user, public_id)
    if item is None:
        raise Http404
    if request.POST.get("do") == "withdraw":
        actions.withdraw_review(by=request.user, item=item)
        messages.success(request, _("Permintaan telaah ditarik. Butir kembali menjadi draf Anda."))
    else:
        actions.ask_for_review(by=request.user, items=[item], note=request.POST.get("note", ""))
        messages.success(request, _("Telaah diminta. Pengelola lain bank soal ini diberi tahu."))
    return redirect("assessment:item", public_id=public_id)


@login_required
@require_POST
def together(request: SignedInRequest) -> HttpResponse:
    """One step for all items that the list shows: ask for a review, or take them to another state."""
    _require_keeper(request)
    chosen = {name: request.POST.get(name, "").strip()[:80] for name in FILTERS}
    work = request.POST.get("work", "")
    rows = queries.narrowed_by_work(
        queries.filtered_items(queries.items_visible_to(request.user), **chosen), request.user, work
    )
    managed = [bank.pk for bank in queries.banks_managed_by(request.user)]
    items = list(rows.filter(bank__in=managed)[: actions.MOST_AT_ONCE])
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    if step == "ask":
        count = actions.ask_for_review(by=request.user, items=items, note=reason)
        text = ngettext("Telaah diminta untuk %(n)s butir.", "Telaah diminta untuk %(n)s butir.", count) % {"n": count}
    elif step in ITEM_STATE_NAMES:
        count = actions.move_items(by=request.user, items=items, state=step, reason=reason)
        text = ngettext("%(n)s butir menjadi “%(state)s”.", "%(n)s butir menjadi “%(state)s”.", count) % {
            "n": count, "state": ITEM_STATE_NAMES[ItemState(step)],
        }  # fmt: skip
    else:
        raise Http404
    messages.success(request, text)
    query = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "step", "reason"):
        query.pop(name, None)
    return redirect(f"{request.path.removesuffix('together/')}?{query.urlencode()}")


@login_required
@require_safe
def coverage(request: SignedInRequest) -> HttpResponse:
    """How many items in use each competency has at each level, and which are missing."""
    _require_keeper(request)
    banks = list(queries.banks_visible_to(request.user))
    if not banks:
        raise Http404
    managed = {bank.code for bank in queries.banks_managed_by(request.user)}
    chosen = request.GET.get("bank") or next(iter(sorted(managed)), banks[0].code)
    bank = next((row for row in banks if row.code == chosen), banks[0])
    rows = queries.coverage_of(bank)
    context = {
        "banks": banks, "bank": bank, "rows": rows, "may_write": bank.code in managed,
        "levels": range(1, max((len(row.counts) for row in rows), default=0) + 1),
        "wanted": queries.WANTED_EACH,
        "missing": sum(lack for row in rows for _level, lack in row.missing),
    }  # fmt: skip
    return render(request, "assessment/coverage.html", context)
