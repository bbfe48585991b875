"""Registered tools, what they may know, the keys of this platform, and what happened with each tool in words."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.foundation.models import PublicIdModel
from bina.integrations.lti.rules import TOOL_STATE_NAMES, Scope, ToolState, scopes_of


class Tool(PublicIdModel):
    """A program of others that courses open, e.g. a simulation of a service counter.

    Without an agency it is for the people of all agencies. Courses name it by ``code``; a tool of the person's own agency
    goes before one for all. ``client_id`` and ``deployment_id`` are our names for it in the protocol. ``generation`` rises
    whenever the rights that were handed out so far have to end.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in TOOL_STATE_NAMES.items()], default=ToolState.ON.value
    )
    client_id = models.CharField(max_length=64, unique=True)
    deployment_id = models.CharField(max_length=64)
    login_url = models.CharField(max_length=600)
    launch_url = models.CharField(max_length=600)
    picking_url = models.CharField(max_length=600, blank=True)
    redirect_uris = models.JSONField(default=list)
    keys_url = models.CharField(max_length=600, blank=True)
    public_key = models.TextField(blank=True)
    uses_grades = models.BooleanField(default=True)
    uses_roster = models.BooleanField(default=False)
    uses_picking = models.BooleanField(default=True)
    may_frame = models.BooleanField(default=False)
    custom = models.JSONField(default=dict, blank=True)
    generation = models.PositiveIntegerField(default=0)
    key_set = models.JSONField(default=dict, blank=True, help_text="what the tool's key address answered last")
    keys_read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "code"],
                condition=Q(agency__isnull=False) & ~Q(state="removed"),
                name="tool_code_once",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(agency__isnull=True) & ~Q(state="removed"), name="shared_tool_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the tool may ask for."""
        return scopes_of(uses_grades=self.uses_grades, uses_roster=self.uses_roster)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(TOOL_STATE_NAMES[ToolState(self.state)])


class ToolSharing(models.Model):
    """What a tool may know about the people of one agency beside a name that means nothing elsewhere; no row: nothing."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="sharing")
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, related_name="+")
    shares_name = models.BooleanField(default=False)
    shares_email = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "agency"], name="tool_sharing_once")]

    def __str__(self) -> str:
        return f"{self.tool_id} · {self.agency_id}"


class PlatformKey(models.Model):
    """A key with which this platform signs. The newest one signs; older ones stay published until they are retired.

    The private half is kept sealed with the installation's secret, so that a copy of the database alone signs nothing.
    """

    kid = models.CharField(max_length=40, unique=True)
    public_jwk = models.JSONField()
    sealed = models.TextField()
    created_at = models.DateTimeField()
    retires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.kid


class ToolNote(models.Model):
    """Something that happened with a tool, as a sentence for those who look after it. The same within an hour is one row."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="notes")
    is_fault = models.BooleanField(default=False)
    sentence = models.CharField(max_length=400)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    latest_at = models.DateTimeField()

    class Meta:
        ordering = ["-latest_at", "-id"]
        indexes = [models.Index(fields=["tool", "-latest_at"], name="tool_note_latest")]

    def __str__(self) -> str:
        return self.sentence
