"""Questions of those who write and review items: what waits for whom, what a bank lacks, what is nearly the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bina.assessment.models import BlueprintItem, Item, ItemBank, ItemImage, ItemReview, ItemVersion, Response
from bina.assessment.queries.items import banks_managed_by, competencies_for, items_visible_to, may_manage_bank
from bina.assessment.rules import ItemState, item_faults, may_review
from bina.assessment.rules.drafting import plain_words
from bina.assessment.rules.writing import likeness, tokens, writing_hints
from bina.competencies.queries import published_framework

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.people.models import User

# Two stems that share this part of their words are told to the author as nearly the same.
NEARLY_THE_SAME = 0.6
MOST_COMPARED = 3_000
# A bank can build a form that tells levels apart when every level of a competency has so many items in use.
WANTED_EACH = 2


def is_open_draft(version: ItemVersion) -> bool:
    """Whether words may still be written over: nobody has approved them, answered them, or put them into a form."""
    return (
        version.approved_at is None
        and not Response.objects.filter(item_version=version).exists()
        and not BlueprintItem.objects.filter(item_version=version).exists()
    )


def open_reviews() -> QuerySet[ItemReview]:
    """Requests for a review that nobody has decided yet, oldest first."""
    return ItemReview.objects.filter(outcome=ItemReview.Outcome.OPEN).order_by("asked_at", "id")


def open_review_of(version: ItemVersion | None) -> ItemReview | None:
    """The request for a review of these words that is still open."""
    return open_reviews().filter(version=version).select_related("asked_by", "version").first() if version else None


def latest_review_of(version: ItemVersion | None) -> ItemReview | None:
    """What the last review of these words came to, taken back requests left out."""
    decided = (ItemReview.Outcome.APPROVED, ItemReview.Outcome.RETURNED)
    if version is None:
        return None
    rows = ItemReview.objects.filter(version=version, outcome__in=decided)
    return rows.select_related("decided_by").order_by("-decided_at").first()


def reviews_waiting_for(user: "User") -> QuerySet[ItemReview]:
    """Open requests that the account may decide: in banks it manages, on words that are not its own; oldest first."""
    banks = [bank.pk for bank in banks_managed_by(user)]
    own = ItemVersion.authors.through.objects.filter(itemversion_id=OuterRef("version_id"), user_id=user.pk)
    return (
        open_reviews()
        .filter(version__item__bank_id__in=banks)
        .exclude(asked_by=user)
        .exclude(Exists(own))
        .select_related("version__item__competency", "version__item__bank", "version__item__current", "asked_by")
    )


def reviews_with(user: "User", public_ids: Sequence[str]) -> list[ItemReview]:
    """Requests by their public ids, in banks that the account manages; what is no id is left out."""
    found = [
        review_visible_to(user, public_id) for public_id in public_ids if re.fullmatch(r"[0-9a-f-]{36}", public_id)
    ]
    return [review for review in found if review is not None]


def review_visible_to(user: "User", public_id: "UUID | str") -> ItemReview | None:
    """One request in a bank that the account manages."""
    banks = [bank.pk for bank in banks_managed_by(user)]
    rows = ItemReview.objects.filter(public_id=public_id, version__item__bank_id__in=banks)
    return rows.select_related("version__item__bank", "version__item__current", "asked_by", "decided_by").first()


def may_review_version(user: "User", version: ItemVersion, asked_by: int | None) -> bool:
    """Whether the account may decide on these words."""
    authors = set(version.authors.values_list("pk", flat=True))
    return may_manage_bank(user, version.item.bank) and bool(
        may_review(reviewer=user.pk, authors=authors, asked_by=asked_by)
    )


def drafts_of(user: "User") -> QuerySet[Item]:
    """Items whose words the account wrote and that nobody has approved yet, those sent back first."""
    mine = ItemVersion.objects.filter(authors=user, approved_at=None).values("pk")
    waiting = ItemReview.objects.filter(version_id=OuterRef("pk"), outcome=ItemReview.Outcome.OPEN)
    waiting_ids = ItemVersion.objects.filter(Exists(waiting)).values("pk")
    drafts = items_visible_to(user).filter(
        Q(proposal__in=mine) | Q(proposal=None, current__in=mine, state=ItemState.DRAFT)
    )
    return drafts.exclude(proposal__in=waiting_ids).exclude(proposal=None, current__in=waiting_ids).order_by("code")


@dataclass(frozen=True, slots=True)
class AuthorDesk:
    """What an author finds first: how much waits for a review by the account, and how many of its drafts are open."""

    to_review: int
    drafts: int
    asked: int


def author_desk_of(user: "User") -> AuthorDesk:
    """The numbers on an author's desk."""
    return AuthorDesk(
        reviews_waiting_for(user).count(), drafts_of(user).count(), open_reviews().filter(asked_by=user).count()
    )


def narrowed_by_work(items: QuerySet[Item], user: "User", work: str) -> QuerySet[Item]:
    """Items narrowed to a part of the work on them: “mine”, “waiting” (for any review) or “returned”; else as they are."""
    if work == "mine":
        return items.filter(pk__in=drafts_of(user).values("pk"))
    if work not in {"waiting", "returned"}:
        return items
    if work == "waiting":
        versions = open_reviews().values("version")
    else:
        later = ItemReview.objects.filter(version_id=OuterRef("version_id"), pk__gt=OuterRef("pk"))
        returned = ItemReview.objects.filter(outcome=ItemReview.Outcome.RETURNED)
        versions = returned.filter(~Exists(later)).values("version")
    return items.filter(Q(proposal__in=versions) | Q(proposal=None, current__in=versions, current__approved_at=None))


def waiting_items(item_ids: list[int]) -> set[int]:
    """Which of these items have words that wait for a review."""
    rows = open_reviews().filter(version__item_id__in=item_ids)
    return set(rows.values_list("version__item_id", flat=True))


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How many items in use a competency has at each level, level 1 first, and how many are on their way there."""

    competency: "Competency"
    counts: tuple[int, ...]
    coming: int

    @property
    def missing(self) -> list[tuple[int, int]]:
        """Levels that lack items, each with how many."""
        return [(n, WANTED_EACH - count) for n, count in enumerate(self.counts, start=1) if count < WANTED_EACH]


def coverage_of(bank: ItemBank) -> list[CoverageRow]:
    """Items of a bank by competency and level, for every competency that it may measure."""
    rows = (
        Item.objects.filter(bank=bank, competency__isnull=False)
        .exclude(state=ItemState.RETIRED)
        .values_list("competency_id", "level", "state")
        .annotate(count=Count("id"))
        .order_by()
    )
    used: dict[tuple[int | None, int], int] = {}
    coming: dict[int | None, int] = {}
    for competency, level, state, count in rows:
        if state == ItemState.IN_USE:
            used[competency, level] = used.get((competency, level), 0) + count
        else:
            coming[competency] = coming.get(competency, 0) + count
    levels = range(1, published_framework(bank.framework_code).level_count + 1)
    return [
        CoverageRow(
            row,
            tuple(used.get((row.pk, level), 0) for level in levels),
            coming.get(row.pk, 0),
        )
        for row in competencies_for(bank).values()
    ]


def nearly_the_same(bank: ItemBank, entry: Mapping[str, Any], *, without: str = "") -> list[tuple[str, float]]:
    """Codes of up to three items of a bank whose words are nearly those of an entry, the nearest first, with the share.

    ``without`` is the item itself. Compared are the sets of words of stem and parts (Jaccard).
    """
    words = tokens(entry)
    rows = Item.objects.filter(bank=bank, current__isnull=False).exclude(code=without).select_related("current")
    found = []
    for row in rows.order_by("-id")[:MOST_COMPARED]:
        if row.current is None:
            continue
        share = likeness(words, tokens({"stem": row.current.stem, "kind": row.kind, **row.current.payload}))
        if share >= NEARLY_THE_SAME:
            found.append((row.code, share))
    return sorted(found, key=lambda pair: -pair[1])[:3]


@dataclass(frozen=True, slots=True)
class LookedOver:
    """What a check of an entry says, by place: faults that must be mended, and hints that one may follow."""

    faults: Mapping[str, Sequence[str]]
    hints: Mapping[str, Sequence[str]]

    @property
    def count(self) -> int:
        """How many faults there are."""
        return sum(map(len, self.faults.values()))


def is_kept_picture(digest: str) -> bool:
    """Whether there is a picture of that name; a form may name any."""
    return ItemImage.objects.filter(digest=digest).exists()


def look_over(bank: ItemBank, entry: Mapping[str, Any], *, without: str = "") -> LookedOver:
    """Whether an entry could be saved in a bank, in words for people who never see a file; hints once it could be.

    A missing code is no fault: the bank gives one. ``without`` is the code of the item that is being rewritten.
    """
    image = entry.get("image")
    images = set(ItemImage.objects.filter(digest=image).values_list("digest", flat=True)) if image else set()
    known = set(competencies_for(bank))
    found = item_faults({"code": "-", **entry}, competencies=known, images=images)
    if found:
        return LookedOver(_by_place((fault.place, plain_words(fault.words)) for fault in found), {})
    near = nearly_the_same(bank, entry, without=without)
    return LookedOver({}, _by_place((hint.place, hint.words) for hint in writing_hints(entry, near)))


def _by_place(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, words in rows:
        found.setdefault(place, []).append(words)
    return found


def free_code(bank: ItemBank, competency: str) -> str:
    """A code that no item of the bank has yet: “B42-7” for the seventh item written for competency 4.2."""
    start = f"B{re.sub(r'[^0-9A-Za-z]', '', competency)}-"
    taken = Item.objects.filter(bank=bank, code__startswith=start).values_list("code", flat=True)
    numbers = [int(code.removeprefix(start)) for code in taken if code.removeprefix(start).isdigit()]
    return f"{start}{max(numbers, default=0) + 1}"


def version_with(item: Item, number: int) -> ItemVersion | None:
    """One version of an item by its number."""
    return ItemVersion.objects.filter(item=item, number=number).first()


def version_before(version: ItemVersion) -> ItemVersion | None:
    """The version that was written before this one."""
    return ItemVersion.objects.filter(item=version.item, number__lt=version.number).order_by("-number").first()


def authors_of(version: ItemVersion) -> list[str]:
    """The names of everybody who wrote on a version."""
    return [user.display_name for user in version.authors.order_by("pk")]
