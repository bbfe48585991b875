"""Reference rows for platform administrators: the leading sectors of places, dated."""

from django.contrib import admin

from bina.learning.models import PlaceSector


@admin.register(PlaceSector)
class PlaceSectorAdmin(admin.ModelAdmin[PlaceSector]):
    """What most people of a place live from; decides which variant of a part is shown."""

    list_display = ("province", "agency", "sector", "is_assumption", "valid_from", "valid_to", "source")
    list_filter = ("sector", "is_assumption")
    list_select_related = ("province", "agency")
    raw_id_fields = ("agency",)
