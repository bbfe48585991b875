"""Surveys: instruments, surveys of a group of people, and answers that cannot be traced unless names were agreed on."""

import datetime as dt
import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from bina.assessment.rules import (
    INSTRUMENT_STATE_NAMES,
    SURVEY_MODE_NAMES,
    SURVEY_MODE_PROMISES,
    SURVEY_STATE_NAMES,
    InstrumentState,
    SurveyMode,
    SurveyState,
)
from bina.assessment.rules.instruments import Content
from bina.foundation.models import PublicIdModel
from bina.foundation.wording import localized


class Instrument(PublicIdModel):
    """A questionnaire in one version, e.g. “reaksi”: a short survey after learning. Once published it never changes.

    Of an agency, or of everybody when it ships with Bina. ``revision`` counts changes of a draft, so that two tabs do not
    overwrite each other.
    """

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in INSTRUMENT_STATE_NAMES.items()],
        default=InstrumentState.PUBLISHED.value,
    )  # fmt: skip
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    intro = models.TextField(blank=True)
    intro_en = models.TextField(blank=True)
    questions: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField()
    sections: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    scales: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="instrument_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(state="draft"), name="one_draft_of_an_instrument"),
        ]

    def __str__(self) -> str:
        return localized(self.title, self.title_en)

    @property
    def opening(self) -> str:
        """The words before the questions, in the reader's language."""
        return localized(self.intro, self.intro_en)

    @property
    def content(self) -> Content:
        """Questions, sections and scales together."""
        return Content(self.questions, self.sections, self.scales)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(INSTRUMENT_STATE_NAMES[InstrumentState(self.state)])

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == InstrumentState.DRAFT


class Survey(PublicIdModel):
    """An instrument put before a group of people for some days.

    The group: everybody of a subtree, or only some job classes in it, or the listed people. A paired survey that is the
    second of two names the first in ``before``; ``pair_key`` stands with the first only and is erased when the second
    closes, so that pseudonyms cannot be made again.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="surveys")
    before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers")
    title = models.CharField(max_length=200)
    mode = models.CharField(max_length=10, choices=[(m.value, n) for m, n in SURVEY_MODE_NAMES.items()])
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in SURVEY_STATE_NAMES.items()], default=SurveyState.DRAFT.value
    )
    job_classes: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)
    is_listed = models.BooleanField(default=False)
    people = models.ManyToManyField("people.Employee", related_name="+")
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    pair_key = models.CharField(max_length=64, blank=True)
    invited_count = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["agency", "state"], name="survey_of_agency")]

    def __str__(self) -> str:
        return self.title

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(SURVEY_STATE_NAMES[SurveyState(self.state)])

    @property
    def mode_name(self) -> str:
        """How names are kept or not, in two words."""
        return str(SURVEY_MODE_NAMES[SurveyMode(self.mode)])

    @property
    def promise(self) -> str:
        """What the people are told about their names before they answer."""
        return str(SURVEY_MODE_PROMISES[SurveyMode(self.mode)])

    @property
    def is_named(self) -> bool:
        """Whether answers carry names."""
        return self.mode == SurveyMode.NAMED

    @property
    def root(self) -> "Survey":
        """The first of two paired surveys, where the key stands."""
        return self.before or self

    def is_answerable_on(self, day: dt.date) -> bool:
        """Whether answers are taken on a day."""
        is_inside = self.opens_on is not None and self.closes_on is not None and self.opens_on <= day <= self.closes_on
        return self.state == SurveyState.OPEN and is_inside


class SurveyTicket(models.Model):
    """That an account has answered a survey in a context, so that nobody counts twice. Holds no answers.

    ``mark`` is a keyed hash; it cannot be turned back into an account, nor joined with the answers. ``receipt`` is a keyed
    hash of the identity that the sender gave the sheet, by which a sheet that arrives twice is known.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    receipt = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.mark[:8]


class SurveyDraft(models.Model):
    """What an account has answered so far and not sent; it is erased when it is sent, or when the survey ends."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    response_id = models.UUIDField(default=uuid.uuid4)
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="one_survey_draft")]

    def __str__(self) -> str:
        return f"{self.survey_id} · {self.user_id}"


class SurveyResponse(models.Model):
    """The answers of somebody, nobody knows whom, unless the survey was announced as one with names.

    The week is kept, not the moment, and the key is random, so that neither order nor logs tell who it was. ``unit`` is a
    part of the asked group with at least five people; ``pseudonym`` joins two sheets of a paired survey; ``employee`` is
    set where names were agreed on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="responses")
    context_kind = models.CharField(max_length=30)
    context_id = models.CharField(max_length=60)
    answers = models.JSONField(default=dict)
    week_of = models.DateField()
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, null=True, related_name="responses")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.SET_NULL, null=True, related_name="+")
    pseudonym = models.CharField(max_length=64, blank=True)
    employee = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["context_kind", "context_id", "instrument"], name="survey_context")]

    def __str__(self) -> str:
        return f"{self.instrument_id} · {self.context_kind}"
