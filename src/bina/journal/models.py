"""Entries of the journal and the notices that grow from them."""

from django.conf import settings
from django.db import models

from bina.foundation.models import PublicIdModel
from bina.journal.registry import VERBS


class Entry(PublicIdModel):
    """One thing that happened. Keeps plain ids and names, no foreign keys, so that audit outlives deletion.

    Example: verb ``plan.submitted``, actor “Siti Rahmawati”, object kind ``plan``, object id the plan's public id.
    """

    verb = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    agency_id = models.BigIntegerField(null=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    object_name = models.CharField(max_length=250, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_kind", "object_id"], name="entry_object"),
            models.Index(fields=["agency_id", "-id"], name="entry_agency"),
            models.Index(fields=["actor_id", "-id"], name="entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.sentence} {self.object_name}"

    @property
    def sentence(self) -> str:
        """The verb in words."""
        verb = VERBS.get(self.verb)
        return str(verb.sentence) if verb else self.verb


class Notification(PublicIdModel):
    """A notice for one person: a sentence, where to go, and whether it was read."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    # The same happening never tells the same person twice, however often a job is repeated.
    dedup_key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "dedup_key"], name="notification_once")]
        indexes = [models.Index(fields=["recipient", "read_at", "-id"], name="notification_inbox")]

    def __str__(self) -> str:
        return self.title
