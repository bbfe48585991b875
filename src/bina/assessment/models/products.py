"""Work products that people show as evidence, what they claim with them, and the files that people hand in."""

from django.db import models
from django.db.models import Q

from bina.assessment.rules import PRODUCT_STATE_NAMES, SHOWN_IN_PLACE, ProductState
from bina.foundation.models import KeptFile, PublicIdModel


class WorkProduct(PublicIdModel):
    """Something that a person made at work, e.g. a dashboard of complaints, shown to the superior as evidence. Counted once."""

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="work_products")
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    made_on = models.DateField(null=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in PRODUCT_STATE_NAMES.items()], default=ProductState.DRAFT.value
    )
    # Who was told that it waits; who may decide follows from the tree on the day.
    holder = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["employee", "state"], name="products_of_person"),
            models.Index(fields=["state", "holder"], name="products_waiting"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(PRODUCT_STATE_NAMES[ProductState(self.state)])


class ProductClaim(models.Model):
    """One competency that a work product shows, in the maker's own words, and the level that the superior judged."""

    product = models.ForeignKey(WorkProduct, on_delete=models.CASCADE, related_name="claims")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    account = models.TextField()
    # 0: not even the first level; empty: not judged, or the work does not show it.
    judged_level = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["product", "competency"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.product_id} · {self.competency_id}"


class HandedFile(KeptFile):
    """A file that a person handed in, with a task or with a work product; kept under a name that tells nothing."""

    assignment = models.ForeignKey(
        "assessment.TaskAssignment", on_delete=models.CASCADE, null=True, related_name="files"
    )
    product = models.ForeignKey(WorkProduct, on_delete=models.CASCADE, null=True, related_name="files")

    class Meta(KeptFile.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment__isnull=True, product__isnull=False)
                | Q(assignment__isnull=False, product__isnull=True),
                name="handed_with_one_thing",
            ),
        ]

    @property
    def ending(self) -> str:
        """The ending of its name, with the dot."""
        return f".{self.name.rsplit('.', 1)[-1].lower()}"

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it in place."""
        return self.content_type in SHOWN_IN_PLACE
