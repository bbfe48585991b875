"""What packages tell about the people who use them."""

from django.db import models

from bina.foundation.models import PublicIdModel
from bina.integrations.packages.rules import STATE_NAMES, AttemptState, as_told


class PackageAttempt(PublicIdModel):
    """One person's way through one package: everything it asked to be kept, so that any device can go on.

    ``run`` counts the openings; only the latest may report, its reports numbered by ``sequence``. ``state`` holds the
    values of the last report, as the standard names them.
    """

    enrolment = models.ForeignKey("learning.Enrolment", on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey("learning.Activity", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(default=1)
    run = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    status = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in STATE_NAMES.items()], default=AttemptState.STARTED.value
    )
    score = models.FloatField(null=True, blank=True, help_text="best score reported, 0 to 1")
    seconds = models.PositiveIntegerField(default=0)
    seconds_before_run = models.PositiveIntegerField(default=0)
    location = models.CharField(max_length=1000, blank=True)
    state = models.JSONField(default=dict, blank=True)
    objectives = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField()
    run_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when the package last said goodbye")

    class Meta:
        ordering = ["enrolment", "activity", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "activity", "number"], name="package_attempt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id} #{self.number} ({self.status})"

    @property
    def values(self) -> dict[str, str]:
        """The values of the last report, exactly as the package told them; ``state`` is how the database takes them."""
        return as_told(self.state)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATE_NAMES[AttemptState(self.status)])


class PackageInteraction(models.Model):
    """One answer as the package told of it; only the learner reads what was answered."""

    attempt = models.ForeignKey(PackageAttempt, on_delete=models.CASCADE, related_name="interactions")
    place = models.PositiveIntegerField()
    code = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=30, blank=True)
    description = models.CharField(max_length=500, blank=True)
    response = models.TextField(blank=True)
    result = models.CharField(max_length=30, blank=True)
    latency = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["attempt", "place"]
        constraints = [models.UniqueConstraint(fields=["attempt", "place"], name="package_interaction_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.place}: {self.code}"
