"""Banks of items: the questions, the versions of their words, and the pictures they show."""

import math
from typing import Any

from django.db import models
from django.db.models import F, Q

from bina.assessment.rules import (
    ITEM_STATE_NAMES,
    KIND_NAMES,
    REGION_NAMES,
    SECTOR_NAMES,
    Answer,
    Feedback,
    ItemState,
    Kind,
    PublicItem,
    feedback_on,
    grade,
    moves_by_hand,
    public_view,
)
from bina.foundation.models import PublicIdModel

# A bank item's file gives the level at which a person has this chance; models speak of the level at an even chance.
RESPONSE_PROBABILITY = 0.65
_LOGIT = math.log(RESPONSE_PROBABILITY / (1 - RESPONSE_PROBABILITY))


class ItemBank(PublicIdModel):
    """A set of items kept together: the national bank, an agency's own, or the items of one course test.

    Items of a course belong to that test alone and are shown with explanations; items of a bank stay secret.
    """

    class Kind(models.TextChoices):
        """What the items are for."""

        BANK = "bank", "bank"
        COURSE = "course", "course"

    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BANK)
    framework_code = models.CharField(max_length=60, default="digcomp-3.0")
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Counts the changes of items in use, so that what was computed from them is known to be old.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Item(PublicIdModel):
    """One question through all its versions, e.g. “D42-2”: competency 4.2, level 2. Its current words are a version.

    Once somebody has reviewed it, new words wait beside the current ones (``proposal``) until they are reviewed too.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=60)
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    context = models.CharField(max_length=80, blank=True)
    # For whom it was written; empty for everybody.
    sector = models.CharField(max_length=20, blank=True, choices=list(SECTOR_NAMES.items()))
    region = models.CharField(max_length=20, blank=True, choices=list(REGION_NAMES.items()))
    state = models.CharField(
        max_length=8, choices=[(s.value, name) for s, name in ITEM_STATE_NAMES.items()], default=ItemState.IN_USE.value
    )
    state_reason = models.CharField(max_length=300, blank=True)
    current = models.ForeignKey("ItemVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    # Words that are to follow the current ones once another person has reviewed them; nobody has answered them.
    proposal = models.ForeignKey("ItemVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # In how many adaptive tests it could have been asked, and in how many it was.
    offered_count = models.PositiveIntegerField(default=0)
    asked_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["bank", "code"]
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="item_code_once")]
        indexes = [models.Index(fields=["bank", "competency", "level"], name="item_lookup")]

    def __str__(self) -> str:
        return self.code

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return str(KIND_NAMES[Kind(self.kind)])

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(ITEM_STATE_NAMES[ItemState(self.state)])

    @property
    def sector_name(self) -> str:
        """The sector in words, empty for all."""
        return str(SECTOR_NAMES.get(self.sector, ""))

    @property
    def region_name(self) -> str:
        """The kind of region in words, empty for all."""
        return str(REGION_NAMES.get(self.region, ""))

    @property
    def level_count(self) -> int:
        """How many levels the scale of its competency has; 0 where it measures none."""
        return self.competency.framework.level_count if self.competency else 0

    @property
    def working(self) -> "ItemVersion | None":
        """The words that its authors work on: the proposal where there is one, else the current ones."""
        return self.proposal or self.current

    @property
    def is_approved(self) -> bool:
        """Whether another person has found its current words good."""
        return self.current is not None and self.current.approved_at is not None

    @property
    def next_states(self) -> list[tuple[str, str]]:
        """The states that somebody may take it to by hand, with their words."""
        found = moves_by_hand(self.state, is_approved=self.is_approved)
        return [(state.value, str(ITEM_STATE_NAMES[state])) for state in found]


class ItemEnemies(models.Model):
    """Two items of one bank that never meet in a test, for example because one gives the other away; the older row first."""

    first = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "item enemies"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="enemies_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="enemies_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class ItemVersion(models.Model):
    """The words and key of an item as people saw them: once reviewed or answered never changed, only followed by another.

    ``a`` and ``b`` are the slope and the even-chance level of the two-parameter model: provisional as its author set them,
    until a calibration from real answers is published.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    stem = models.TextField()
    payload = models.JSONField()
    explanation = models.TextField(blank=True)
    # The same words for English readers: {"stem": …, the parts of the kind: …, "explanation": …}; empty for none.
    english: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict, blank=True)
    a = models.FloatField()
    b = models.FloatField()
    is_provisional = models.BooleanField(default=True)
    # Two files with the same content make one version.
    digest = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    # Everybody who wrote on it, none of whom may review it; nobody for what came with the installation.
    authors = models.ManyToManyField("people.User", related_name="+")
    # When another person found it good, or when it came with the installation or a course.
    approved_at = models.DateTimeField(null=True, blank=True)
    # Why a correction of its spelling keeps the parameters of the version before; empty for any other version.
    correction = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"

    @staticmethod
    def even_chance_level(a: float, level: float) -> float:
        """The level at an even chance, from the level at a 65 % chance that item files give."""
        return level - _LOGIT / a

    @property
    def file_parameters(self) -> dict[str, float]:
        """``a`` and ``b`` as item files give them: the slope, and the level at a 65 % chance."""
        return {"a": round(self.a, 6), "b": round(self.b + _LOGIT / self.a, 6)}

    def shown(self, seed: int | str) -> PublicItem:
        """The question as a person may see it, in the reader's language; the seed decides the order of its parts."""
        return public_view(self.item.kind, self.payload, seed, self.stem, self.english)

    def graded(self, answer: Answer) -> float:
        """The share of an answer that is right, 0 to 1."""
        return grade(self.item.kind, self.payload, answer, self.english)

    def explained(self, answer: Answer) -> Feedback:
        """Everything a learner may be told about an answer; never for the items of a bank."""
        return feedback_on(self.item.kind, self.payload, answer, self.explanation, self.english)


class ItemImage(models.Model):
    """A picture that items show, kept once under the digest of its content; versions name it by that digest."""

    digest = models.CharField(max_length=40, primary_key=True)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest
