"""Frameworks, standards, evidence, and the levels computed from it."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bina.competencies.rules import (
    APPEAL_STATE_NAMES,
    OPEN_APPEALS,
    OPINION_NAMES,
    STATE_NAMES,
    AppealState,
    FrameworkState,
    Opinion,
    Source,
    Status,
)
from bina.foundation.models import CalculatedRun, PublicIdModel
from bina.foundation.wording import localized


class Framework(PublicIdModel):
    """One version of a set of competencies, e.g. DigComp 3.0; only published ones are used, retired ones keep history."""

    class Kind(models.TextChoices):
        """What a framework is for."""

        DIGITAL = "digital", "digital"
        MANAGERIAL = "managerial", "managerial"
        LEADERSHIP = "leadership", "leadership"
        OVERLAY = "overlay", "overlay"
        REPORTING = "reporting", "reporting"
        LOCAL = "local", "local"
        SOFT = "soft", _("Keterampilan lunak")

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    version = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.TextField(blank=True)
    source_en = models.TextField(blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in STATE_NAMES.items()], default=FrameworkState.DRAFT.value
    )
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    level_count = models.PositiveSmallIntegerField(default=4)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return localized(self.name, self.name_en)

    @property
    def origin(self) -> str:
        """Where it comes from, in the reader's language."""
        return localized(self.source, self.source_en)


class Level(models.Model):
    """A step of a framework's scale, e.g. 2 “Menengah”."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)

    class Meta:
        ordering = ["framework", "number"]
        constraints = [models.UniqueConstraint(fields=["framework", "number"], name="level_once")]

    def __str__(self) -> str:
        return localized(self.name, self.name_en)


class Competency(PublicIdModel):
    """An area (no parent) or a competency (with an area as parent). With ``agency`` set it is local to that agency, which may
    retire it."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="competencies")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    short_name = models.CharField(max_length=30, blank=True)
    short_name_en = models.CharField(max_length=30, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    order = models.PositiveIntegerField(default=0)
    # Since when an agency's own competency is offered no more; everything known about it stays.
    retired_on = models.DateField(null=True, blank=True)
    retired_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["framework", "order", "id"]
        verbose_name_plural = "competencies"
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], condition=Q(agency=None), name="national_code_once"),
            models.UniqueConstraint(fields=["framework", "code", "agency"], name="local_code_once"),
        ]

    def __str__(self) -> str:
        return localized(self.name, self.name_en)

    @property
    def label(self) -> str:
        """The short name for narrow tables."""
        return localized(self.short_name, self.short_name_en) or str(self)

    @property
    def explanation(self) -> str:
        """The description in the reader's language."""
        return localized(self.description, self.description_en)


class LevelDescriptor(models.Model):
    """What a competency looks like at one level, and one behaviour that others can observe (used in ratings)."""

    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="descriptors")
    number = models.PositiveSmallIntegerField()
    descriptor = models.TextField()
    descriptor_en = models.TextField(blank=True)
    indicator = models.TextField(blank=True)
    indicator_en = models.TextField(blank=True)

    class Meta:
        ordering = ["competency", "number"]
        constraints = [models.UniqueConstraint(fields=["competency", "number"], name="descriptor_once")]

    def __str__(self) -> str:
        return localized(self.descriptor, self.descriptor_en)

    @property
    def behaviour(self) -> str:
        """The observable behaviour in the reader's language."""
        return localized(self.indicator, self.indicator_en)


class Crosswalk(models.Model):
    """How one competency is read in the words of another framework; weights of one source into one framework sum to 1."""

    source = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="leads_to")
    target = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="fed_by")
    relation = models.CharField(max_length=10)
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="crosswalk_once")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class PositionStandard(models.Model):
    """The level a class of jobs asks for, dated. National (no agency) or of one agency; a job family narrows it.

    Example: PENGAWAS must reach level 2 in “Melindungi data pribadi dan privasi”, weight 5, from 1 January 2020.
    Precedence: agency over national, job family over class.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    job_class = models.ForeignKey("people.JobClass", on_delete=models.PROTECT, related_name="+")
    functional = models.CharField(max_length=80, blank=True)
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="standards")
    required_level = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField(default=3)
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=10, default="own")

    class Meta:
        indexes = [models.Index(fields=["job_class", "functional", "agency"], name="standard_lookup")]
        constraints = [
            # Two constraints, because SQLite takes two nulls for different.
            models.UniqueConstraint(
                fields=["job_class", "functional", "competency"],
                condition=Q(valid_to=None, agency=None),
                name="one_open_national_standard",
            ),
            models.UniqueConstraint(
                fields=["agency", "job_class", "functional", "competency"],
                condition=Q(valid_to=None, agency__isnull=False),
                name="one_open_agency_standard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_class} · {self.competency} ≥ {self.required_level}"


class EvidenceSource(models.Model):
    """How far one kind of evidence can be trusted, dated: spread, bias, drift in level units, and whether it can prove."""

    code = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Source])
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    standard_deviation = models.FloatField()
    is_floor = models.BooleanField(default=False)
    bias = models.FloatField(default=0.0)
    drift_per_year = models.FloatField(default=0.25)
    can_prove = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    basis = models.TextField(blank=True)
    # The estimate it was adopted from; empty for what was assumed, typed in or taken back.
    estimate = models.ForeignKey("SourceEstimate", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["code", "-valid_from"]

    def __str__(self) -> str:
        return localized(self.name, self.name_en)


class LevelCuts(PublicIdModel):
    """Where the levels begin on the scale of one test bank, adopted from a panel of experts, from a day on.

    Example: line “bank:3”, competency 4.2, cuts {"2": 2.31, "3": 3.18}: an ability of 2.31 in tests of that bank is read
    as level 2. ``competency`` may be an area, or empty for the whole framework. Evidence keeps the ability as it was measured;
    where no row is in force, the ability is the level. ``title`` names the panel, ``origin_id`` is its public id.
    """

    line = models.CharField(max_length=60)
    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="+")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, null=True, related_name="+")
    cuts: "models.JSONField[Any, dict[str, float]]" = models.JSONField()
    title = models.CharField(max_length=160)
    origin_id = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    valid_from = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    # How far the levels are that follow its adoption, or its withdrawal.
    progress = models.ForeignKey("foundation.Progress", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "level cuts"
        ordering = ["valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin_id"], condition=Q(withdrawn_at=None), name="cuts_of_an_origin_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} · {self.title}"

    @property
    def by_level(self) -> dict[int, float]:
        """The cuts with their levels as numbers, the lowest first."""
        return {int(level): self.cuts[level] for level in sorted(self.cuts, key=int)}

    @property
    def narrowness(self) -> int:
        """0 for a whole framework, 1 for an area, 2 for one competency: of several that fit, the narrowest decides."""
        return 0 if self.competency is None else 1 if self.competency.parent_id is None else 2


class LevelPrior(models.Model):
    """What is assumed before any evidence: mean and spread per framework, and per job class where given; dated."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="priors")
    job_class = models.ForeignKey("people.JobClass", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    mean = models.FloatField()
    standard_deviation = models.FloatField()
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"N({self.mean}; {self.standard_deviation})"


class Evidence(PublicIdModel):
    """One measured sign of what a person can do on the level scale, never an opinion without a spread.

    Example: source “test”, value 2.4, standard deviation 0.5, observed 3 March 2026, origin (“session”, its public id).
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="evidence")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="evidence")
    source = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Source])
    value = models.FloatField()
    standard_deviation = models.FloatField()
    observed_on = models.DateField()
    # The rater or instrument: within one source only the newest of each line counts.
    line = models.CharField(max_length=60, blank=True)
    origin_kind = models.CharField(max_length=30)
    origin_id = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["employee", "competency"], name="evidence_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "competency", "source", "origin_kind", "origin_id"], name="evidence_once_per_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.value:.2f} ± {self.standard_deviation:.2f}"


class Appeal(PublicIdModel):
    """A person asks to have a level looked at again: why, what an assessor thinks, who decided, and what was done.

    One open request a competency. The second on the same evidence (``round_number`` 2) needs an assessor's opinion and
    is decided by somebody else. ``past_assessors``: ids of employees who were named before and did not judge.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="appeals")
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="+")
    statement = models.TextField(max_length=1000)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, name) for s, name in APPEAL_STATE_NAMES.items()],
        default=AppealState.OPEN.value,
    )
    round_number = models.PositiveSmallIntegerField(default=1)
    requested_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    assessor = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="+")
    assessor_name = models.CharField(max_length=200, blank=True)
    assessor_named_at = models.DateTimeField(null=True)
    opinion_due_on = models.DateField(null=True)
    past_assessors: "models.JSONField[Any, list[int]]" = models.JSONField(default=list)
    opinion = models.CharField(
        max_length=10, choices=[(o.value, name) for o, name in OPINION_NAMES.items()], blank=True
    )
    opinion_reason = models.TextField(blank=True)
    opinion_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=200, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "competency"],
                condition=Q(state__in=[state.value for state in OPEN_APPEALS]),
                name="one_open_appeal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} · {self.competency_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in OPEN_APPEALS

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(APPEAL_STATE_NAMES[AppealState(self.state)])

    @property
    def opinion_name(self) -> str:
        """What the assessor thinks, in words; empty before."""
        return str(OPINION_NAMES[Opinion(self.opinion)]) if self.opinion else ""


class SourceEstimate(CalculatedRun):
    """What the evidence of a day says about the sources themselves: bias and spread, learned where two kinds overlap.

    ``lines``: per source {"code", "pieces", "people", "bias", "bias_error", "spread", "spread_error", "assumed_bias",
    "assumed_spread"}, in levels. Nothing is in use until a line is adopted as a dated EvidenceSource row.
    """

    people = models.PositiveIntegerField(default=0)
    lines: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="one_estimate_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d} · {self.state}"


class ExpiryNotice(models.Model):
    """A person was told that a proven requirement lapses about this day; told again only when the day moves."""

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="+")
    expires_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "competency"], name="expiry_notice_once")]

    def __str__(self) -> str:
        return f"{self.employee_id} · {self.competency_id}: {self.expires_on}"


class CompetencyLevel(models.Model):
    """One computed line of a profile: where a person stands on a competency, against the standard of the job.

    Rows exist for what is required and for what is measured. ``mean`` is empty when nothing is measured.
    """

    # Millions of these rows are written anew whenever a rule changes. The indexes below serve both keys, and the rows are
    # computed from the list of competencies itself, so the database need not look each one up again.
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="levels", db_index=False)
    competency = models.ForeignKey(
        Competency, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    mean = models.FloatField(null=True)
    standard_deviation = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    required_level = models.PositiveSmallIntegerField(null=True)
    weight = models.PositiveSmallIntegerField(default=0)
    probability = models.FloatField(null=True)
    gap = models.FloatField(null=True)
    status = models.PositiveSmallIntegerField(default=Status.NOT_MEASURED, choices=[(s.value, s.word) for s in Status])
    is_contradictory = models.BooleanField(default=False)
    evidence_count = models.PositiveSmallIntegerField(default=0)
    computed_on = models.DateField()
    # The last day on which a proven level still is, if nothing new is recorded; empty where it is not proven or stays so.
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "competency"], name="level_of_person_once")]
        indexes = [models.Index(fields=["competency", "status"], name="level_by_status")]

    def __str__(self) -> str:
        return f"{self.employee_id} · {self.competency_id}: {self.mean}"

    @property
    def status_word(self) -> str:
        """The word the level track uses; what is measured but not asked for is neither proven nor unproven."""
        return "measured" if self.required_level is None and self.mean is not None else Status(self.status).word

    @property
    def severity(self) -> float:
        """Weight times gap; what is required but unmeasured counts as half its requirement."""
        if self.required_level is None:
            return 0.0
        if self.mean is None:
            return self.weight * self.required_level * 0.5
        return self.weight * (self.gap or 0.0)


class UnitGap(models.Model):
    """Sums over the direct members of one unit on one competency, or (``is_whole``) over everybody under it. For gap maps."""

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.CASCADE, related_name="+")
    is_whole = models.BooleanField(default=False)
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="+")
    required = models.PositiveIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0)
    proven = models.PositiveIntegerField(default=0)
    provisional = models.PositiveIntegerField(default=0)
    gap_sum = models.FloatField(default=0.0)
    level_sum = models.FloatField(default=0.0)
    variance_sum = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "is_whole", "competency"], name="unit_gap_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} · {self.competency_id}"


class StaleUnit(models.Model):
    """A unit whose sums must be made anew; a note from whoever changed a level to the job that sums."""

    unit = models.OneToOneField("people.OrgUnit", on_delete=models.CASCADE, primary_key=True)
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.unit_id)
