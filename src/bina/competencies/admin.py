"""Reference rows in the admin site; what has pages of its own (frameworks, standards) is here to read only."""

from django.contrib import admin

from bina.competencies.models import Competency, Crosswalk, EvidenceSource, Framework, LevelPrior, PositionStandard
from bina.foundation.reading import ToRead


@admin.register(Framework)
class FrameworkAdmin(ToRead, admin.ModelAdmin[Framework]):
    """Versions of frameworks."""

    list_display = ("code", "name", "version", "state")


@admin.register(Competency)
class CompetencyAdmin(admin.ModelAdmin[Competency]):
    """Competencies and areas."""

    list_display = ("code", "name", "framework", "agency")
    list_filter = ("framework",)
    search_fields = ("name", "code")
    raw_id_fields = ("parent", "agency")


@admin.register(PositionStandard)
class PositionStandardAdmin(ToRead, admin.ModelAdmin[PositionStandard]):
    """What job classes ask for."""

    list_display = (
        "job_class",
        "functional",
        "competency",
        "required_level",
        "weight",
        "valid_from",
        "valid_to",
        "agency",
    )
    list_filter = ("job_class", "competency__framework")
    list_select_related = ("job_class", "competency", "agency")
    raw_id_fields = ("competency", "agency")


@admin.register(EvidenceSource)
class EvidenceSourceAdmin(admin.ModelAdmin[EvidenceSource]):
    """How far each kind of evidence is trusted."""

    list_display = ("code", "standard_deviation", "bias", "drift_per_year", "can_prove", "valid_from", "valid_to")


@admin.register(LevelPrior)
class LevelPriorAdmin(admin.ModelAdmin[LevelPrior]):
    """What is assumed before any evidence."""

    list_display = ("framework", "job_class", "mean", "standard_deviation", "valid_from", "valid_to")


@admin.register(Crosswalk)
class CrosswalkAdmin(admin.ModelAdmin[Crosswalk]):
    """How frameworks are read in each other's words."""

    list_display = ("source", "target", "relation", "weight")
    raw_id_fields = ("source", "target")
