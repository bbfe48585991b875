"""Forms of tests in Django's admin, for platform administrators: time limits, waiting times, whether a form is offered."""

from django.contrib import admin

from bina.assessment.models import Blueprint, Instrument


@admin.register(Blueprint)
class BlueprintAdmin(admin.ModelAdmin[Blueprint]):
    """Everything about a form but its questions, which follow the bank."""

    list_display = ("code", "title", "kind", "minutes", "item_count", "retake_days", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("code", "title")
    fields = (
        "code", "title", "title_en", "description", "description_en", "minutes", "passing", "retake_days", "order",
        "is_active",
    )  # fmt: skip
    readonly_fields = ("code",)

    def has_add_permission(self, request: object) -> bool:
        """Forms come from rules and courses."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Attempts point at forms; a form is switched off instead."""
        return False


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin[Instrument]):
    """Questionnaires, to read."""

    list_display = ("code", "version", "title", "state", "agency")

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Questionnaires come from files."""
        return False
