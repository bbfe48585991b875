"""Drafts that are looked at by others: what waits, the sheet of one draft, what changed, and by which rule."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.forms import HandOverForm, LookAgainForm, ReviewRuleForm
from bina.learning.rules import KINDS, LONGEST_REASON, LONGEST_THREAD_WORDS, ReviewState, authors_of, looked_at_again

if TYPE_CHECKING:
    from bina.learning.models import Course, CourseVersion
    from bina.people.models import Agency


@login_required
@require_safe
def reviews(request: SignedInRequest) -> HttpResponse:
    """Drafts that wait for one's own decision, and those one's courses have with others."""
    if not queries.may_see_reviews(request.user):
        raise Http404
    waiting = list(queries.reviews_waiting_for(request.user)[:100])
    shown = {review.pk for review in waiting}
    page = Paginator(queries.rounds_sent_by(request.user).exclude(pk__in=shown), 30).get_page(request.GET.get("page"))
    context = {
        "waiting": waiting, "page": page, "manages": queries.may_author(request.user),
        "rules": bool(queries.agencies_to_rule(request.user)) or queries.may_rule_for(request.user, None),
    }  # fmt: skip
    return render(request, "learning/reviews.html", context)


def _readable(request: SignedInRequest, public_id: UUID) -> "CourseVersion":
    version = queries.readable_version(request.user, public_id)
    if version is None:
        raise Http404
    return version


@login_required
def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One draft as those see it who talk about it: threads, what changed, and the decision."""
    version = _readable(request, public_id)
    if request.method == "POST":
        try:
            sentence = _do(request, version)
        except Refused as refusal:
            return _sheet(request, version, refusal=str(refusal), status=409)
        if sentence:
            messages.success(request, sentence)
        return redirect("learning:review", public_id)
    return _sheet(request, version)


def _do(request: SignedInRequest, version: "CourseVersion") -> str:
    """One button of the sheet; returns what to tell."""
    go, by, words = request.POST.get("go", ""), request.user, request.POST.get("words", "")
    if go == "ask":
        actions.ask_for_review(by=by, version=version, note=words)
        return _("Draf terkirim. Para penelaah sudah diberi tahu.")
    if go == "withdraw":
        actions.withdraw_review(by=by, version=version)
        return _("Draf ditarik dari telaah.")
    if go in ("approve", "return"):
        seen = request.POST.get("seen", "")
        actions.decide_review(by=by, version=version, approve=go == "approve", reason=words, seen=seen)
        return _("Putusan Anda tersimpan. Penyusunnya sudah diberi tahu.")
    thread = queries.thread_of(version, _uuid(request.POST.get("thread", ""))) if request.POST.get("thread") else None
    if go in ("resolve", "reopen") and thread is not None:
        actions.resolve_thread(by=by, thread=thread, resolved=go == "resolve")
        return ""
    if go == "comment" and (thread is not None or not request.POST.get("thread")):
        actions.comment_on_draft(
            by=by, version=version, text=words, part=request.POST.get("part", "")[:60], thread=thread,
            token=request.POST.get("token", "")[:40] or get_random_string(24),
        )  # fmt: skip
        return _("Catatan tersimpan.")
    raise Http404


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _sheet(request: SignedInRequest, version: "CourseVersion", *, refusal: str = "", status: int = 200) -> HttpResponse:
    course, latest = version.course, queries.latest_review_of(version)
    manages = queries.managed_course(request.user, course.slug) is not None
    authors = authors_of(None, version.imported_by_id, latest.asked_by_id if latest else None)
    threads = queries.threads_of(version)
    is_draft = version.published_at is None
    counted = {
        part: sum(1 for row in threads if row.part == part and row.resolved_at is None)
        for part in {t.part for t in threads}
    }
    context: dict[str, Any] = {
        "version": version,
        "course": course,
        "manages": manages,
        "is_draft": is_draft,
        "latest": latest,
        "rounds": [row for row in queries.reviews_of(course)[:30] if latest is None or row.pk != latest.pk],
        "reviewers": queries.reviewers_of(course),
        "threads": threads,
        "open_count": sum(1 for row in threads if row.resolved_at is None),
        "open_by_part": counted,
        "demands": queries.demands_review(course.agency_id),
        "is_in_review": version.review_state == ReviewState.IN_REVIEW,
        "may_decide": version.review_state == ReviewState.IN_REVIEW and request.user.pk not in authors
        and queries.is_reviewer(request.user, course),
        "previous": course.current_version if course.current_version_id != version.pk else None,
        "kinds": KINDS,
        "token": get_random_string(24),
        "refusal": refusal,
        "typed": {name: request.POST.get(name, "") if refusal else "" for name in ("go", "words", "part", "thread")},
        "longest": LONGEST_THREAD_WORDS,
        "longest_reason": LONGEST_REASON,
        "chosen_part": request.GET.get("part", "")[:60],
    }  # fmt: skip
    return render(request, "learning/review.html", context, status=status)


@login_required
@require_safe
def changes(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What changed in a version since another one of the course; without a choice, since the one that is in force."""
    version = _readable(request, public_id)
    others = [row for row in queries.versions_of(version.course) if row.pk != version.pk]
    wanted = request.GET.get("since", "")
    in_force = next((row for row in others if row.pk == version.course.current_version_id), None)
    earlier = next((row for row in others if row.number < version.number), None)
    before = next((row for row in others if str(row.public_id) == wanted), None) or in_force or earlier
    context = {
        "version": version, "course": version.course, "others": others, "before": before, "kinds": KINDS,
        "found": queries.compare(before, version) if before is not None else None,
        "manages": queries.managed_course(request.user, version.course.slug) is not None,
    }  # fmt: skip
    return render(request, "learning/changes.html", context)


@login_required
def care(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who answers for a course: owner, reviewers, the day to look at it again."""
    course = queries.managed_course(request.user, slug)
    if course is None:
        raise Http404
    go = request.POST.get("go", "")
    forms = {
        "owner": HandOverForm(request.POST if go == "owner" else None, course=course),
        "day": LookAgainForm(request.POST if go == "day" else None, course=course),
    }
    refusal = ""
    if request.method == "POST":
        try:
            if sentence := _tend(request, course, go, forms):
                messages.success(request, sentence)
                return redirect("learning:care", slug)
        except Refused as problem:
            refusal = str(problem)
    text = request.GET.get("q", "").strip()[:80]
    context = {
        "course": course,
        "name": queries.name_of(course),
        "owner_form": forms["owner"],
        "day_form": forms["day"],
        "reviewers": queries.reviewers_of(course),
        "owner_in_charge": queries.owner_in_charge(course),
        "look": looked_at_again(course.review_by, clock.today()),
        "demands": queries.demands_review(course.agency_id),
        "q": text,
        "people": queries.people_to_review(course, text),
        "refusal": refusal,
    }
    status = 409 if refusal else 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "learning/care.html", context, status=status)


def _tend(request: SignedInRequest, course: "Course", go: str, forms: dict[str, Any]) -> str:
    """One form of the page; returns what to tell, nothing when the form has to be corrected."""
    if go == "name":
        person = queries.person_to_review(course, _uuid(request.POST.get("person", "")))
        if person is None:
            raise Http404
        actions.name_reviewer(by=request.user, course=course, person=person)
        return _("%(name)s menjadi penelaah kursus ini.") % {"name": person.display_name}
    if go == "dismiss":
        row = queries.reviewer_by_public_id(course, _uuid(request.POST.get("reviewer", "")))
        if row is not None:
            actions.dismiss_reviewer(by=request.user, reviewer=row)
        return _("Penunjukan diakhiri. Catatan dan putusannya tetap tersimpan.")
    form = forms.get(go)
    if form is None:
        raise Http404
    if not form.is_valid():
        return ""
    if go == "owner":
        actions.hand_over_course(by=request.user, course=course, to=form.new_owner, reason=form.cleaned_data["reason"])
        return _("Kursus kini milik %(name)s.") % {"name": form.new_owner.display_name}
    actions.look_again_by(
        by=request.user, course=course, day=form.cleaned_data["day"], words=form.cleaned_data["words"]
    )
    return _("Batas tinjau ulang tersimpan. Pemilik kursus diingatkan tiga puluh hari sebelumnya.")


@login_required
def review_rules(request: SignedInRequest) -> HttpResponse:
    """Whether courses of an agency are published only after somebody else approved them, since when and why."""
    agencies: list[Agency | None] = list(queries.agencies_to_rule(request.user))
    if queries.may_rule_for(request.user, None):
        agencies = [None, *agencies]
    if not agencies:
        raise Http404
    names = {str(agency.public_id) if agency else "everyone": agency for agency in agencies}
    form = ReviewRuleForm(request.POST or None, agencies=names)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.set_review_rule(
                by=request.user, agency=names[data["agency"]], demands=data["demands"] == "yes",
                valid_from=data["valid_from"], reason=data["reason"],
            )  # fmt: skip
        except Refused as problem:
            refusal = str(problem)
        else:
            messages.success(request, _("Aturan tersimpan."))
            return redirect("learning:review_rules")
    shown = agencies[:12]
    context = {
        "form": form, "refusal": refusal, "today": clock.today(),
        "rows": [(agency, queries.review_rule(agency.pk if agency else None), queries.review_rules_of(agency)) for agency in shown],
    }  # fmt: skip
    return render(
        request, "learning/review_rules.html", context, status=409 if refusal else 422 if form.errors else 200
    )
