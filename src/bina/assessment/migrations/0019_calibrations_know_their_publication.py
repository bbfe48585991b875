"""When a calibration was put to use, so that taking back goes in the order of publication."""

from django.db import migrations, models


def note_publications(apps, schema_editor):
    runs = apps.get_model("assessment", "CalibrationRun").objects.filter(state__in=["published", "rolled_back"])
    entries = apps.get_model("journal", "Entry").objects.filter(object_kind="calibration", verb="calibration.published")
    for run in runs:
        told = entries.filter(object_id=str(run.public_id)).order_by("-id").first()
        run.published_at = told.occurred_at if told else run.finished_at or run.requested_at
        run.save(update_fields=["published_at"])


class Migration(migrations.Migration):
    dependencies = [("assessment", "0018_item_enemies"), ("journal", "0002_initial")]
    operations = [
        migrations.AddField("calibrationrun", "published_at", models.DateTimeField(null=True)),
        migrations.RunPython(note_publications, migrations.RunPython.noop),
    ]
