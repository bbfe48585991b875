"""How a step is taken on a page: the change is made, what came of it is said, and the next page follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from bina.foundation.errors import DomainError
from bina.foundation.requests import SignedInRequest


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done next: the change (called with ``by``), the sentence when it is made, and the address that
    it leads to where that is another page than the one it was taken on; told from what the change gave back."""

    change: Callable[..., Any]
    done: str = ""
    leads_to: Callable[[Any], str] | None = None


def take_step(request: SignedInRequest, steps: Mapping[str, Step], page: str) -> HttpResponse:
    """Take the step that was sent; a refusal is a sentence on ``page``. A step that does not exist is “not found”."""
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    made: list[Any] = []
    if said(request, lambda: made.append(step.change(by=request.user)), step.done) and step.leads_to:
        return redirect(step.leads_to(made[0]))
    return redirect(page)


def said(request: SignedInRequest, change: Callable[[], object], done: str = "") -> bool:
    """Make a change and say what came of it; a refusal is a sentence on the next page. True when it was made."""
    try:
        change()
    except DomainError as refusal:
        messages.warning(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True
