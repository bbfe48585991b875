"""Courses with their editions and files, and the traces of people who learn."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from bina.foundation.models import PublicIdModel
from bina.learning.rules import (
    COURSE_STATE_NAMES,
    ENROLMENT_STATE_NAMES,
    REVIEW_STATE_NAMES,
    CourseState,
    EnrolmentState,
    Origin,
    ProgressState,
    ReviewState,
)


class StoredFile(models.Model):
    """The content of one file, kept once whatever courses use it; found by its SHA-256, never by a place on a disk."""

    digest = models.CharField(max_length=64, unique=True)
    content = models.FileField(upload_to="courses/")
    size = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return self.digest[:12]


class Course(PublicIdModel):
    """What the catalogue offers, e.g. ``keamanan-digital-asn``. Its words live in its versions.

    Without an agency it is open to everyone; with one, to the people of that agency.
    """

    slug = models.SlugField(max_length=80, unique=True)
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in COURSE_STATE_NAMES.items()], default=CourseState.DRAFT.value
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    current_version = models.ForeignKey(
        "learning.CourseVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The day before which somebody looks whether all of it is still right; the course runs on when it has passed.
    review_by = models.DateField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    archive_reason = models.CharField(max_length=1_000, blank=True)
    successor = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["slug"]
        indexes = [models.Index(fields=["state", "agency"], name="course_catalogue")]

    def __str__(self) -> str:
        return self.slug

    @property
    def title(self) -> str:
        """The name people know: that of the published version."""
        return self.current_version.title if self.current_version else self.slug


class CourseVersion(PublicIdModel):
    """One edition of a course, compiled from a folder of files. A published one never changes again.

    People stay on the version they enrolled on. ``outline``, ``competency_lines``, the sums and ``search_text`` repeat
    what the activities say, so that catalogue and course page read one row.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.TextField()
    description = models.TextField(blank=True)
    description_html = models.TextField(blank=True)
    audience = models.TextField(blank=True)
    author = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=12, default="id")
    licence = models.CharField(max_length=60, blank=True)
    form_code = models.CharField(max_length=30)
    level = models.PositiveSmallIntegerField()
    learning_hours = models.PositiveSmallIntegerField()
    passing_grade = models.PositiveSmallIntegerField()
    content_hash = models.CharField(max_length=64)
    outline = models.JSONField(default=list)
    competency_lines = models.JSONField(default=list)
    warnings = models.JSONField(default=list, blank=True)
    activity_count = models.PositiveIntegerField(default=0)
    required_count = models.PositiveIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0)
    required_minutes = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes a learner loads for everything in it")
    search_text = models.TextField(blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    review_state = models.CharField(
        max_length=15, choices=[(s.value, n) for s, n in REVIEW_STATE_NAMES.items()], default=ReviewState.DRAFT.value
    )
    # By language other than that of the folder: the words of catalogue, course page and outline, and what has none of its own.
    languages = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["course", "-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="course_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (v{self.number})"

    @property
    def review_state_name(self) -> str:
        """The state of its review in words."""
        return str(REVIEW_STATE_NAMES[ReviewState(self.review_state)])


class CourseFile(models.Model):
    """A file of a version's folder under its name there, e.g. ``media/tiga-lapis.svg``; all of them make the export."""

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        ordering = ["version", "name"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="course_file_once")]

    def __str__(self) -> str:
        return self.name


class CourseCompetency(models.Model):
    """What a version promises: the level it leads to on a competency, and the gain its authors expect."""

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="competencies")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    target_level = models.PositiveSmallIntegerField()
    expected_gain = models.FloatField(default=0.3)

    class Meta:
        ordering = ["version", "id"]
        verbose_name_plural = "course competencies"
        constraints = [models.UniqueConstraint(fields=["version", "competency"], name="course_competency_once")]

    def __str__(self) -> str:
        return f"{self.version_id} · {self.competency_id} → {self.target_level}"


class Activity(models.Model):
    """One step of a version: a page, a video, a file, a quiz, a test, or a kind that another room registers.

    ``payload`` is what its kind compiled from the folder, ready to show; ``body_html`` is clean HTML.
    """

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="activities")
    section = models.PositiveSmallIntegerField()
    section_title = models.CharField(max_length=160)
    order = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    minutes = models.PositiveSmallIntegerField()
    is_required = models.BooleanField(default=True)
    payload = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["version", "order"]
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="activity_key_once"),
            models.UniqueConstraint(fields=["version", "order"], name="activity_order_once"),
        ]

    def __str__(self) -> str:
        return self.title


class ActivityWords(models.Model):
    """An activity in another language than that of its folder: title, text, and in ``payload`` the fields that differ.

    Keys, answers, minutes and gates are those of the activity. ``is_whole`` False: some words fell back to the folder's language.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=12)
    title = models.CharField(max_length=160)
    payload = models.JSONField(default=dict)
    body_html = models.TextField(blank=True)
    is_whole = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "activity words"
        constraints = [models.UniqueConstraint(fields=["activity", "language"], name="activity_words_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} ({self.language})"


class Enrolment(PublicIdModel):
    """A person on one version of a course. The counters repeat the progress rows, so that lists read one table.

    ``progress_marks`` maps activity keys to “o” (opened), “c” (completed) or “s” (not meant for this person). ``facts`` keeps
    what pages need beside them: ``scores`` (best one of each test and quiz, 0 to 100) and ``hasty`` (parts that were done
    faster than anybody reads: seconds, minutes stated, and what the person says about it).
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, n) for s, n in ENROLMENT_STATE_NAMES.items()],
        default=EnrolmentState.STARTED.value,
    )
    origin = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Origin], default=Origin.SELF.value)
    origin_id = models.CharField(max_length=60, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField()
    # When teaching material was opened last: a failed final test may be retried after some reading.
    studied_at = models.DateTimeField(null=True, blank=True)
    latest_activity_key = models.CharField(max_length=60, blank=True)
    parts_done = models.PositiveIntegerField(default=0)
    parts_total = models.PositiveIntegerField(default=0)
    minutes_left = models.PositiveIntegerField(default=0)
    grade = models.FloatField(null=True, blank=True, help_text="best final test, 0 to 100")
    progress_marks = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    # The language chosen within the course; empty: that of the pages, where the course has it.
    language = models.CharField(max_length=12, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["employee", "state"], name="enrolment_of_person"),
            models.Index(fields=["course", "state", "-id"], name="enrolment_of_course"),
        ]
        constraints = [
            # Two tabs that enrol at once meet here: a person walks through a course once at a time.
            models.UniqueConstraint(
                fields=["employee", "course"], condition=Q(state="started"), name="one_open_enrolment"
            ),
            models.UniqueConstraint(fields=["employee", "version"], name="one_enrolment_per_version"),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False), name="completion_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} · {self.course_id} ({self.state})"

    @property
    def share_done(self) -> float:
        """Share of the required parts that are done, 0 to 1."""
        return self.parts_done / self.parts_total if self.parts_total else 0.0


class EnrolmentSum(models.Model):
    """Enrolments of the people of a unit (``is_whole``: with everybody below it) by state. Kept by
    ``people.actions.refresh_sums``; read together with its marks only."""

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.CASCADE, related_name="+", db_index=False)
    is_whole = models.BooleanField()
    state = models.CharField(max_length=10)
    enrolments = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "is_whole", "state"], name="enrolment_sum_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} · {self.state}: {self.enrolments}"


class ActivityProgress(models.Model):
    """What a person did in one activity: honest evidence (seconds, watched stretches, downloads), never a verdict."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="progress")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ProgressState], default=ProgressState.OPENED.value
    )
    evidence = models.JSONField(default=dict, blank=True)
    best_score = models.FloatField(null=True, blank=True, help_text="share right, 0 to 1")
    attempts = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "activity progress"
        constraints = [models.UniqueConstraint(fields=["enrolment", "activity"], name="progress_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id}: {self.state}"


class QuizAttempt(models.Model):
    """One try at a quiz: the answers as given and what came of each. Only the learner reads it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="quiz_attempts")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    # Names the form that was sent, so that a second click finds its first result and a second tab gets its own.
    token = models.CharField(max_length=40)
    answers = models.JSONField(default=dict)
    scores = models.JSONField(default=dict)
    score = models.FloatField(help_text="share right, 0 to 1")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["enrolment", "activity", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "activity", "number"], name="attempt_once"),
            models.UniqueConstraint(fields=["enrolment", "activity", "token"], name="attempt_token_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id} #{self.number}: {self.score:.2f}"


class CourseEffect(models.Model):
    """What a course was measured to add on a competency, in levels. Evaluation writes it, planning reads the newest."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="effects")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.CASCADE, related_name="+")
    mean = models.FloatField()
    standard_error = models.FloatField()
    case_count = models.PositiveIntegerField()
    estimated_on = models.DateField()

    class Meta:
        ordering = ["course", "competency", "-estimated_on"]
        constraints = [
            models.UniqueConstraint(fields=["course", "competency", "estimated_on"], name="course_effect_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} · {self.competency_id}: {self.mean:.2f} ± {self.standard_error:.2f}"
