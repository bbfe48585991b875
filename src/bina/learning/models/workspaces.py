"""The working copy of a course: a folder of files that trainers change in the browser, with every earlier state."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bina.learning.models.courses import Course, StoredFile


class Workspace(models.Model):
    """The working copy of one course. Nobody learns from it: a draft version is compiled from it on demand.

    ``save_number`` is the newest of its saves. ``title`` repeats what its course.yaml says, for lists.
    """

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="workspace")
    title = models.CharField(max_length=160, blank=True)
    save_number = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.title or str(self.course_id)


class WorkspaceFile(models.Model):
    """What a file held from one save (``since``) until another (``until``; empty: now).

    Texts that a form edits are kept as text, everything else as a stored file. The rows with ``since`` at most N and
    ``until`` empty or above N are the folder as it was after save N.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    text = models.TextField(null=True, blank=True)  # noqa: DJ001  empty text is a file without words, None is no text
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="workspace_uses"
    )
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["workspace", "name", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(until=None), name="workspace_file_once_now"
            ),
            models.CheckConstraint(
                condition=Q(text=None, stored__isnull=False) | Q(text__isnull=False, stored=None),
                name="workspace_file_is_text_or_stored",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="workspace_file_lasts"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkspaceSave(models.Model):
    """One save of a working copy: what was changed, in words. Saves of one form shortly after each other are one.

    ``topic`` names the form and the browser tab it stands in, ``mark`` what the form held afterwards: a tab goes on from its
    own save, and is told of anybody else's.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saves")
    number = models.PositiveIntegerField()
    topic = models.CharField(max_length=120, blank=True)
    mark = models.CharField(max_length=16, blank=True)
    words = models.CharField(max_length=300)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["workspace", "-number"]
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="workspace_save_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.words}"
