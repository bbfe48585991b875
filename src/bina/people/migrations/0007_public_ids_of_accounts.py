"""Every account gets an identity for the world outside, also those that belong to no employee."""

from django.db import migrations, models

import bina.foundation.ids

PORTION = 2_000


def give_ids(apps, schema_editor):
    """An id for every account that has none, in portions; begun and cut off, it goes on where it stopped."""
    accounts = apps.get_model("people", "User").objects.filter(public_id=None).only("pk")
    while rows := list(accounts[:PORTION]):
        for row in rows:
            row.public_id = bina.foundation.ids.new_public_id()
        accounts.model.objects.bulk_update(rows, ["public_id"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0006_island_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="public_id",
            field=models.UUIDField(default=None, null=True, editable=False),
        ),
        migrations.RunPython(give_ids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="user",
            name="public_id",
            field=models.UUIDField(default=bina.foundation.ids.new_public_id, editable=False, unique=True),
        ),
    ]
