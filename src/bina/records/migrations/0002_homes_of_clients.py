"""Clients keep the address of this site under which they were let in: all that a client wrote is filed under it.

The table of clients is small. Nothing is added to statements or to the keys by which they are found, so that this costs
the same with ten million statements as with none, and writing stays as quick as it was.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_homes(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give the clients that are there already the address that their statements have carried so far."""
    apps.get_model("records", "Client").objects.filter(home="").update(home=settings.BASE_URL)


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0001_record_store"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="home",
            field=models.CharField(default="", max_length=300),
            preserve_default=False,
        ),
        migrations.RunPython(keep_homes, migrations.RunPython.noop),
    ]
