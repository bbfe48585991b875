"""Standard setting: panels of experts, their judgements, and the cut scores that were adopted."""

from typing import Any

from django.db import models
from django.db.models import Q

from bina.assessment.models.banks import ItemBank
from bina.assessment.rules import METHOD_NAMES, PANEL_STATE_NAMES, PanelMethod, PanelState
from bina.foundation.models import PublicIdModel


class StandardPanel(PublicIdModel):
    """Experts who say from which point on the scale a level is reached, in two rounds with a discussion between them.

    ``booklet``: the items judged, [{"version", "a", "b"}] with the parameters of the moment the panel began, from easy to
    hard; a later calibration does not change what a panel found. ``reach``: how many people stood where when a round
    ended, [[level in tenths, people], …].
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="panels")
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=160)
    method = models.CharField(max_length=8, choices=[(m.value, name) for m, name in METHOD_NAMES.items()])
    levels: "models.JSONField[Any, list[int]]" = models.JSONField(default=list)
    item_count = models.PositiveSmallIntegerField(default=20)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, name) for s, name in PANEL_STATE_NAMES.items()],
        default=PanelState.DRAFT.value,
    )
    booklet: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    reach: "models.JSONField[Any, list[list[int]]]" = models.JSONField(default=list)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    # When those who owe a judgement were last reminded, in this round or an earlier one.
    reminded_on = models.DateField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(PANEL_STATE_NAMES[PanelState(self.state)])

    @property
    def method_name(self) -> str:
        """The method in words."""
        return str(METHOD_NAMES[PanelMethod(self.method)])


class Panelist(PublicIdModel):
    """An employee who judges in a panel; ``agreed_at`` is the promise to keep the items secret."""

    panel = models.ForeignKey(StandardPanel, on_delete=models.CASCADE, related_name="panelists")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    sent_1_at = models.DateTimeField(null=True)
    sent_2_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["panel", "employee"], name="panelist_once")]

    def __str__(self) -> str:
        return f"{self.panel_id} · {self.employee_id}"

    def has_sent(self, number: int) -> bool:
        """Whether the judgements of a round are final."""
        return (self.sent_1_at if number == 1 else self.sent_2_at) is not None


class PanelJudgement(models.Model):
    """One judgement: in percent for the item at ``place`` of the booklet (from 1), or at place 0 the page of a bookmark."""

    panelist = models.ForeignKey(Panelist, on_delete=models.CASCADE, related_name="judgements")
    round = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panelist", "round", "level", "place"], name="judgement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.panelist_id} · {self.round}/{self.level}/{self.place}: {self.value}"


class CutScore(PublicIdModel):
    """From which point of the scale a level counts as reached, as a panel found it and somebody adopted it.

    From then on ``competencies.LevelCuts`` reads the bank's tests through the cuts of the panel; this row keeps how sure the
    panel was. Where none is in force the level itself is the cut. ``withdrawn_at`` ends it again.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="cut_scores")
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    panel = models.ForeignKey(StandardPanel, on_delete=models.PROTECT, related_name="cuts")
    level = models.PositiveSmallIntegerField()
    value = models.FloatField()
    standard_error = models.FloatField()
    reason = models.CharField(max_length=300)
    valid_from = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["level", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "level"], condition=Q(withdrawn_at=None), name="one_cut_of_a_panel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.value:.2f}"
