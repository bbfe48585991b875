"""Banks of items, forms of tests, attempts with their answers, ratings, and surveys."""

import datetime as dt
import math
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import (
    GRACE,
    ITEM_STATE_NAMES,
    KIND_NAMES,
    NEXT_ITEM_STATES,
    PURPOSE_NAMES,
    RELATION_NAMES,
    STATE_NAMES,
    Answer,
    Feedback,
    ItemState,
    Kind,
    PublicItem,
    Purpose,
    Relation,
    SessionState,
    feedback_on,
    grade,
    public_view,
)
from bina.foundation.models import PublicIdModel
from bina.foundation.wording import localized

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
    """One question through all its versions, e.g. “D42-2”: competency 4.2, level 2. Its current words are a version."""

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=60)
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    context = models.CharField(max_length=80, blank=True)
    state = models.CharField(
        max_length=8, choices=[(s.value, name) for s, name in ITEM_STATE_NAMES.items()], default=ItemState.IN_USE.value
    )
    state_reason = models.CharField(max_length=300, blank=True)
    current = models.ForeignKey("ItemVersion", on_delete=models.SET_NULL, null=True, related_name="+")
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
    def next_states(self) -> list[tuple[str, str]]:
        """The states it may go to, with their words."""
        return [(state.value, str(ITEM_STATE_NAMES[state])) for state in NEXT_ITEM_STATES[ItemState(self.state)]]


class ItemVersion(models.Model):
    """The words and key of an item as people saw them; never changed, only followed by another version.

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


class CalibrationRun(PublicIdModel):
    """One calibration of a bank from the answers of a day: what it found, and whether its parameters are in use.

    ``lines``: per item version {"version", "a", "b", "a_error", "b_error", "answers", "misfit", "infit", "outfit", "old_a",
    "old_b", "old_provisional", "moved"}. ``short``: item versions that had too few answers, with how many are missing.
    ``summary``: {"log_likelihood", "aic", "bic", "rounds", "slope", "intercept"}.
    """

    class State(models.TextChoices):
        """Where the run stands."""

        WAITING = "waiting", _("Menunggu giliran")
        DONE = "done", _("Selesai, belum dipakai")
        FAILED = "failed", _("Tidak dapat dihitung")
        PUBLISHED = "published", _("Dipakai")
        ROLLED_BACK = "rolled_back", _("Dibatalkan")

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="calibrations")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    progress = models.ForeignKey("foundation.Progress", on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    persons = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    lines: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    short: "models.JSONField[Any, list[dict[str, int]]]" = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["bank"], condition=Q(state="waiting"), name="one_calibration_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} · {self.requested_at:%Y-%m-%d}"


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


class TimeAllowance(models.Model):
    """More time for somebody who needs it to answer at all: a factor on the time limit of every test, with its reason."""

    class Factor(models.TextChoices):
        """By how much limits grow; text, so that it is exact and can be chosen."""

        QUARTER = "1.25", "1.25"
        HALF = "1.5", "1.5"
        DOUBLE = "2", "2"

    employee = models.OneToOneField("people.Employee", on_delete=models.CASCADE, related_name="time_allowance")
    factor = models.CharField(max_length=4, choices=Factor)
    reason = models.CharField(max_length=300)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.employee_id} × {self.factor}"

    @property
    def times(self) -> float:
        """The factor as a number."""
        return float(self.factor)


class Session(PublicIdModel):
    """One attempt of a person at a form, with the server's clock. Only that person ever sees the answers.

    ``form`` keeps the item versions as they were when it began, so that a bank may change meanwhile; in an adaptive test it
    grows with each answer. ``adaptive`` keeps what only such a test has: {"withheld": version ids not offered to this
    person, "pilots": version ids that are tried and do not count, "areas": {competency id of the area: [level, error]},
    "whole": [level, error]}.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="sessions")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="sessions")
    purpose = models.CharField(max_length=10, choices=[(p.value, n) for p, n in PURPOSE_NAMES.items()])
    # What the attempt belongs to, e.g. ("enrolment", its public id); empty for a test of its own.
    context_kind = models.CharField(max_length=30, blank=True)
    context_id = models.CharField(max_length=60, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in STATE_NAMES.items()], default=SessionState.OPEN.value
    )
    form = models.JSONField(default=list)
    adaptive = models.JSONField(default=dict)
    seed = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    passed = models.BooleanField(null=True)
    # When the levels of a voluntary test became evidence, by the person's own wish.
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "blueprint", "context_kind", "context_id"],
                condition=Q(state=SessionState.OPEN.value),
                name="one_open_session",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "-id"], name="session_of_person"),
            models.Index(fields=["context_kind", "context_id"], name="session_context"),
            models.Index(fields=["deadline_at"], condition=Q(state=SessionState.OPEN.value), name="session_overdue"),
        ]

    def __str__(self) -> str:
        return f"{self.blueprint_id} · {self.employee_id} · {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether the attempt has not ended yet."""
        return self.state == SessionState.OPEN

    @property
    def item_count(self) -> int:
        """How many questions the attempt has."""
        return len(self.form)

    @property
    def purpose_name(self) -> str:
        """The purpose in words."""
        return str(PURPOSE_NAMES[Purpose(self.purpose)])

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATE_NAMES[SessionState(self.state)])

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether its time has run out, grace included."""
        return self.is_open and now > self.deadline_at + GRACE

    def seed_at(self, position: int) -> str:
        """What decides the order of options at one place; each attempt has its own."""
        return f"{self.seed}:{position}"


class Response(models.Model):
    """The answer at one place of an attempt, and the item version it was given to; the score comes at the end."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="responses")
    answer = models.JSONField(null=True)
    score = models.FloatField(null=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["session", "position"]
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="response_once")]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.position}"


class CompetencyScore(models.Model):
    """What one attempt says about one competency: ability with its error (levels), and the share right.

    Example: 2.6 ± 0.6, share 0.75 of 4 items. Not the person's level: that weighs all evidence.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="scores")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    value = models.FloatField()
    standard_deviation = models.FloatField()
    share = models.FloatField()
    item_count = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["session", "competency"]
        constraints = [models.UniqueConstraint(fields=["session", "competency"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.standard_deviation:.2f}"


class Rating(PublicIdModel):
    """How a rater sees a person's behaviour: a draft until it is sent, then kept as it was.

    ``answers``: {competency id: {level: 0 to 3, or null for “cannot judge yet”}}. Only the rater sees the single marks.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="ratings")
    rater = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="given_ratings")
    relation = models.CharField(max_length=10, choices=[(r.value, n) for r, n in RELATION_NAMES.items()])
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "rater", "relation"], condition=Q(submitted_at=None), name="one_rating_draft"
            ),
        ]
        indexes = [models.Index(fields=["rater", "relation", "employee"], name="rating_by_rater")]

    def __str__(self) -> str:
        return f"{self.relation} · {self.employee_id}"

    @property
    def relation_name(self) -> str:
        """The relation in words."""
        return str(RELATION_NAMES[Relation(self.relation)])


class RatingScore(models.Model):
    """The level that a sent rating says about one competency."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="scores")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    value = models.FloatField()
    standard_deviation = models.FloatField()
    behaviour_count = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rating", "competency"]
        constraints = [models.UniqueConstraint(fields=["rating", "competency"], name="rating_score_once")]

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.standard_deviation:.2f}"


class Instrument(models.Model):
    """A questionnaire in one version, e.g. “reaksi”: a short survey after learning. Questions come from a file."""

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    intro = models.TextField(blank=True)
    intro_en = models.TextField(blank=True)
    questions: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="instrument_once")]

    def __str__(self) -> str:
        return localized(self.title, self.title_en)

    @property
    def opening(self) -> str:
        """The words before the questions, in the reader's language."""
        return localized(self.intro, self.intro_en)


class SurveyTicket(models.Model):
    """That an account has answered a survey in a context, so that nobody counts twice. Holds no answers.

    ``mark`` is a keyed hash; it cannot be turned back into an account, nor joined with the answers.
    """

    mark = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.mark[:8]


class SurveyResponse(models.Model):
    """The answers of somebody, nobody knows whom.

    The week is kept, not the moment, and the key is random, so that neither order nor logs tell who it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="responses")
    context_kind = models.CharField(max_length=30)
    context_id = models.CharField(max_length=60)
    answers = models.JSONField(default=dict)
    week_of = models.DateField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["context_kind", "context_id", "instrument"], name="survey_context")]

    def __str__(self) -> str:
        return f"{self.instrument_id} · {self.context_kind}"
