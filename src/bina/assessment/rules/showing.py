"""What the browser may see of a question, and how its answer is read back: never the key, never the stored order."""

from markupsafe import Markup

from bina.assessment.rules.grading import content_of
from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.assessment.rules.kinds.parts import Answer, Payload, Picture, PublicItem, Sent
from bina.foundation.rich_text import render_markdown
from bina.foundation.wording import localized


def public_view(
    kind: str, payload: Payload, seed: int | str, stem: str = "", english: Payload | None = None
) -> PublicItem:
    """The question without its key, in the reader's language; the same seed always shows the same order.

    ``stem`` and ``english`` default to the payload's own. The language changes words only: keys and order stay.
    """
    content = content_of(payload, english)
    words = localized(stem or str(payload.get("stem") or ""), str(content.english.get("stem") or "").strip())
    view = PublicItem(kind, Markup(render_markdown(words)))  # noqa: S704  the renderer sanitises
    if payload.get("image"):
        view = view.with_parts(picture=Picture(str(payload["image"]), content.words("alt")))
    known = QUESTION_KINDS.get(kind)
    return known.show(content, view, str(seed)) if known else view


def read_answer(kind: str, payload: Payload, post_data: Sent, prefix: str) -> Answer:
    """The answer that a sent form holds, as plain JSON; None when nothing was answered. Unknown keys are dropped.

    Field names: ``prefix`` for choices and a single number; ``prefix-key`` for the parts of all other kinds.
    """
    known = QUESTION_KINDS.get(kind)
    return known.read(content_of(payload, None), post_data, prefix) if known else None


def is_complete(kind: str, payload: Payload, answer: Answer) -> bool:
    """Whether every part of a question has been answered, so that an overview can say “partly”."""
    known = QUESTION_KINDS.get(kind)
    return answer is not None and (known is None or known.is_complete(content_of(payload, None), answer))
