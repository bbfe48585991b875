"""Provinces, agencies and their units."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from bina.foundation.ids import new_public_id
from bina.foundation.models import PublicIdModel
from bina.people.rules import ISLAND_GROUP_NAMES

if TYPE_CHECKING:

    class TreeNode(models.Model):
        """What treebeard's materialised path offers; it ships no types of its own."""

        steplen: ClassVar[int]
        path = models.CharField(max_length=255, unique=True)
        depth = models.PositiveIntegerField()
        numchild = models.PositiveIntegerField(default=0)

        class Meta:
            abstract = True

        @classmethod
        def get_root_nodes(cls) -> "models.QuerySet[OrgUnit]":
            """The tops of all trees."""

        @classmethod
        def _get_path(cls, path: str, depth: int, newstep: int) -> str:
            """The path of the n-th node below a path."""

    class TreeManager(models.Manager["OrgUnit"]):
        """Grows the tree."""

        def add_root(self, create_kwargs: dict[str, Any]) -> "OrgUnit":
            """A new tree."""

        def add_child(self, target: "OrgUnit", create_kwargs: dict[str, Any]) -> "OrgUnit":
            """A new node below another."""
else:
    TreeNode = MP_Node


class Province(models.Model):  # type: ignore[django-manager-missing]  # treebeard's manager has no types
    """A province with its zone, island group and connectivity: a reference row, e.g. 61 Kalimantan Barat, WIB."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=4)
    island_group = models.CharField(
        max_length=16, blank=True, choices=[(group.value, name) for group, name in ISLAND_GROUP_NAMES.items()]
    )
    internet_penetration = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    digital_index = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    dominant_sector = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Agency(PublicIdModel):  # type: ignore[django-manager-missing]  # treebeard's manager has no types
    """One government agency, e.g. “Pemerintah Kota Pontianak”; its data are its own."""

    class Kind(models.TextChoices):
        """The kinds of agency the law knows."""

        MINISTRY = "ministry", _("Kementerian")
        LPNK = "lpnk", _("Lembaga pemerintah nonkementerian")
        AUTHORITY = "authority", _("Otorita atau lembaga khusus")
        PROVINCE = "province", _("Pemerintah provinsi")
        REGENCY = "regency", _("Pemerintah kabupaten")
        CITY = "city", _("Pemerintah kota")
        OTHER = "other", _("Lainnya")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True)
    time_zone = models.CharField(max_length=4, default="WIB")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class OrgUnit(TreeNode):
    """A unit in the tree of one agency, valid from/to; a closed unit keeps its people's history.

    The root of every agency's tree is the agency itself. Subtrees are prefixes of ``path``.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True)
    is_remote = models.BooleanField(default=False, help_text="3T: the signal is poor or comes late")
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    node_order_by: list[str] = []
    if TYPE_CHECKING:
        objects: ClassVar[TreeManager]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def label(self) -> str:
        """The short name where one exists."""
        return str(self.short_name or self.name)
