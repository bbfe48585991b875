"""Progress of long work: a visible row that a person can leave and come back to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bina.foundation.ids import new_public_id


class PublicIdModel(models.Model):
    """A row with an identity for URLs, APIs and other nodes, apart from its internal key."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)

    class Meta:
        abstract = True


class KeptFile(PublicIdModel):
    """A file that a person handed in, kept under a name that tells nothing."""

    name = models.CharField(max_length=120)
    content = models.FileField(upload_to="handed/")
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Progress(PublicIdModel):
    """One piece of long work: what it is, how far it is, how it ended. Not a queue: the job itself lives elsewhere."""

    class State(models.TextChoices):
        """Where the work stands."""

        WAITING = "waiting", _("Menunggu giliran")
        RUNNING = "running", _("Sedang dikerjakan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """Share done, 0 to 100."""
        return min(100, round(100 * self.done / self.total)) if self.total else (100 if self.is_over else 0)

    @property
    def is_over(self) -> bool:
        """Whether the work has ended, well or badly."""
        return self.state in {self.State.DONE, self.State.FAILED}


class CalculatedRun(PublicIdModel):
    """Something that a person asks for and a job calculates: asked for once, then done, or failed with a sentence why."""

    class State(models.TextChoices):
        """Where the run stands."""

        WAITING = "waiting", _("Menunggu giliran")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Tidak dapat dihitung")

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.ForeignKey("foundation.Progress", on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
