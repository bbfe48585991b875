"""Tests: what each measures, how long it takes, and the questions of a fixed form."""

from django.db import models

from bina.assessment.models.banks import ItemBank, ItemVersion
from bina.foundation.models import PublicIdModel
from bina.foundation.wording import localized


class Blueprint(PublicIdModel):
    """A test: what it measures and how long it takes; its questions are a fixed form, or chosen while a person answers."""

    class Kind(models.TextChoices):
        """Where its questions come from; decides the kind of evidence and whether explanations are shown."""

        BANK = "bank", "bank"
        COURSE = "course", "course"

    class Mode(models.TextChoices):
        """Whether everybody gets the same questions."""

        FIXED = "fixed", "fixed"
        ADAPTIVE = "adaptive", "adaptive"

    code = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BANK)
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.FIXED)
    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="blueprints")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField()
    # Which items the form takes: {"items_each": 4}; empty for a form that is given as a list; for an adaptive test when it
    # ends: {"least": 15, "most": 24, "precision": 0.45}.
    rule = models.JSONField(default=dict, blank=True)
    competencies = models.ManyToManyField("competencies.Competency", related_name="+")
    item_count = models.PositiveSmallIntegerField(default=0)
    passing = models.PositiveSmallIntegerField(null=True, blank=True)
    retake_days = models.PositiveSmallIntegerField(default=30)
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return localized(self.title, self.title_en)

    @property
    def about(self) -> str:
        """The description in the reader's language."""
        return localized(self.description, self.description_en)

    @property
    def is_course_test(self) -> bool:
        """Whether the questions belong to a course, so that explanations may be shown."""
        return self.kind == self.Kind.COURSE

    @property
    def is_adaptive(self) -> bool:
        """Whether each question is chosen from the answers before it."""
        return self.mode == self.Mode.ADAPTIVE


class BlueprintItem(models.Model):
    """One place in a form."""

    blueprint = models.ForeignKey(Blueprint, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["blueprint", "position"]
        constraints = [models.UniqueConstraint(fields=["blueprint", "position"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.blueprint_id} · {self.position}"
