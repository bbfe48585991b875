"""Dated rules in Django's admin, to read: they are set on their own pages, by date, with a basis and a journal entry."""

from django.contrib import admin

from bina.credentials.models import HourRequirement, HourRule, Issuer
from bina.foundation.reading import ToRead


@admin.register(HourRule)
class HourRuleAdmin(ToRead, admin.ModelAdmin[HourRule]):
    """How forms become hours."""

    list_display = [
        "form_code",
        "name",
        "agency",
        "kind",
        "value_national",
        "value_international",
        "valid_from",
        "valid_to",
    ]
    list_filter = ["category", "confidence"]
    search_fields = ["form_code", "name"]


@admin.register(HourRequirement)
class HourRequirementAdmin(ToRead, admin.ModelAdmin[HourRequirement]):
    """Floors and ceilings."""

    list_display = ["employment_type", "kind", "hours", "agency", "valid_from", "valid_to", "legal_basis"]


@admin.register(Issuer)
class IssuerAdmin(ToRead, admin.ModelAdmin[Issuer]):
    """In whose name certificates are issued."""

    list_display = ["agency", "organiser", "signatory_name", "number_pattern", "valid_from", "valid_to"]
