"""Cuts adopted before they decided were references only: their panels wait for a new, knowing adoption."""

from django.db import migrations
from django.utils import timezone


def put_back(apps, schema_editor):
    panels = apps.get_model("assessment", "StandardPanel").objects.filter(state="adopted")
    cuts = apps.get_model("assessment", "CutScore").objects.filter(withdrawn_at=None)
    cuts.filter(panel__in=panels).update(withdrawn_at=timezone.now())
    panels.update(state="closed")


class Migration(migrations.Migration):
    dependencies = [("assessment", "0015_profile_correlations"), ("competencies", "0010_adopted_cuts_decide")]
    operations = [migrations.RunPython(put_back, migrations.RunPython.noop)]
