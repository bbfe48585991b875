"""Course structures of cmi5, people's ways through them, and the sessions in which units report."""

from django.db import models
from django.db.models import Q

from bina.foundation.models import PublicIdModel
from bina.integrations.cmi5.rules import (
    LAUNCH_MODE_NAMES,
    MOVE_ON_NAMES,
    SESSION_STATE_NAMES,
    LaunchMode,
    MoveOn,
    SessionState,
    Terms,
)


class Cmi5Course(PublicIdModel):
    """One course structure: of a package in the folder of a course version, or brought in by a program for its store.

    ``blocks`` lists (in order) publisher id, titles by language, and the place of the block around each.
    """

    version = models.ForeignKey("learning.CourseVersion", on_delete=models.CASCADE, null=True, related_name="+")
    file = models.CharField(max_length=200, blank=True, help_text="the package's name in the folder")
    store = models.ForeignKey("records.Store", on_delete=models.PROTECT, null=True, related_name="+")
    content = models.FileField(upload_to="cmi5/", blank=True)
    publisher_id = models.TextField()
    titles = models.JSONField(default=dict)
    title = models.CharField(max_length=300)
    blocks = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "file"], name="cmi5_course_once"),
            models.CheckConstraint(condition=Q(version=None) ^ Q(store=None), name="cmi5_course_belongs_somewhere"),
        ]

    def __str__(self) -> str:
        return self.title


class AssignableUnit(models.Model):
    """A part that can be started, by its place in the structure; ``block`` is the place of the innermost block around it."""

    course = models.ForeignKey(Cmi5Course, on_delete=models.CASCADE, related_name="units")
    place = models.PositiveIntegerField()
    publisher_id = models.TextField()
    titles = models.JSONField(default=dict)
    title = models.CharField(max_length=300)
    block = models.PositiveIntegerField(null=True)
    url = models.TextField()
    launch_method = models.CharField(max_length=10)
    move_on = models.CharField(max_length=20, choices=[(one.value, name) for one, name in MOVE_ON_NAMES.items()])
    mastery_score = models.FloatField(null=True)
    stated = models.JSONField(
        default=dict, help_text="launch parameters and entitlement key, where the package has them"
    )

    class Meta:
        ordering = ["course", "place"]
        constraints = [models.UniqueConstraint(fields=["course", "place"], name="cmi5_unit_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def move_on_name(self) -> str:
        """What the unit asks, in words."""
        return str(MOVE_ON_NAMES[MoveOn(self.move_on)])

    @property
    def terms(self) -> Terms:
        """What travels with every launch."""
        return Terms(
            self.move_on, self.mastery_score, self.stated.get("launch_parameters"), self.stated.get("entitlement_key"),
            self.launch_method,
        )  # fmt: skip


class Registration(PublicIdModel):
    """One person's way through one structure; its public id is the registration of all its statements.

    A learner of a course has an enrolment; whoever a program or a preview launches is known by the xAPI actor alone.
    ``satisfied`` lists the places of the blocks whose units are all done.
    """

    course = models.ForeignKey(Cmi5Course, on_delete=models.CASCADE, related_name="registrations")
    store = models.ForeignKey("records.Store", on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey("learning.Enrolment", on_delete=models.CASCADE, null=True, related_name="+")
    number = models.PositiveIntegerField(default=1)
    actor = models.JSONField()
    agent = models.TextField(help_text="the actor's identifier as one text")
    satisfied = models.JSONField(default=list)
    satisfied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "enrolment", "number"], name="cmi5_registration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} · {self.public_id}"


class Standing(models.Model):
    """How far a registration is with one unit."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="standings")
    unit = models.ForeignKey(AssignableUnit, on_delete=models.CASCADE, related_name="+")
    is_completed = models.BooleanField(default=False)
    is_passed = models.BooleanField(default=False)
    is_failed = models.BooleanField(default=False)
    is_waived = models.BooleanField(default=False)
    score = models.FloatField(null=True, help_text="best score reported, 0 to 1")
    satisfied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "unit"], name="cmi5_standing_once")]

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.unit_id}"

    @property
    def by_own_doing(self) -> bool:
        """Whether something was reached or decided, beyond what a unit without demands gives at once."""
        return self.is_completed or self.is_passed or self.is_waived


class LaunchSession(PublicIdModel):
    """One opening of a unit; its public id is the session id of all its statements.

    The fetch address is used once and then gives ``key_digest``'s secret away; nothing can be written after the end.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="sessions")
    unit = models.ForeignKey(AssignableUnit, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey("learning.Activity", on_delete=models.SET_NULL, null=True, related_name="+")
    mode = models.CharField(max_length=8, choices=[(one.value, name) for one, name in LAUNCH_MODE_NAMES.items()])
    state = models.CharField(
        max_length=12, choices=[(one.value, name) for one, name in SESSION_STATE_NAMES.items()],
        default=SessionState.LAUNCHED.value,
    )  # fmt: skip
    fetch_digest = models.CharField(max_length=64, unique=True)
    fetched_at = models.DateTimeField(null=True)
    key_digest = models.CharField(max_length=64, blank=True)
    has_read_launch_data = models.BooleanField(default=False)
    has_read_preferences = models.BooleanField(default=False)
    has_judged = models.BooleanField(default=False)
    launched_at = models.DateTimeField()
    spoke_at = models.DateTimeField(null=True, help_text="the last statement of the unit")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "launched_at"], name="cmi5_session_running")]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(SESSION_STATE_NAMES[SessionState(self.state)])

    @property
    def mode_name(self) -> str:
        """The mode in words."""
        return str(LAUNCH_MODE_NAMES[LaunchMode(self.mode)])

    @property
    def seconds(self) -> int:
        """From the launch to the last word of the unit."""
        return int(((self.spoke_at or self.launched_at) - self.launched_at).total_seconds())
