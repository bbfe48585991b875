"""Documents that clients keep beside statements, and files that belong to statements."""

from django.db import models

from bina.records.models.clients import Store


class Document(models.Model):
    """A state of an activity for somebody, or the profile of an activity or agent, under a name that its client chose."""

    class Kind(models.TextChoices):
        """Of what it is a document."""

        STATE = "state"
        ACTIVITY = "activity"
        AGENT = "agent"

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    # The key of what it belongs to: activity, agent, or both; the registration narrows a state further.
    owner = models.BigIntegerField()
    registration = models.UUIDField(null=True)
    name = models.TextField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    content_type = models.CharField(max_length=255)
    etag = models.CharField(max_length=40)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "digest"], name="document_once")]
        indexes = [models.Index(fields=["store", "kind", "owner", "updated_at"], name="document_owner")]

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """A file that came with a statement, once per store and content."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    sha2 = models.CharField(max_length=128)
    content_type = models.CharField(max_length=255)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "sha2"], name="attachment_once")]

    def __str__(self) -> str:
        return self.sha2
