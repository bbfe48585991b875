from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("competencies", "0004_lighter_levels")]

    operations = [
        migrations.AlterField(
            model_name="framework",
            name="kind",
            field=models.CharField(
                choices=[
                    ("digital", "digital"),
                    ("managerial", "managerial"),
                    ("leadership", "leadership"),
                    ("overlay", "overlay"),
                    ("reporting", "reporting"),
                    ("local", "local"),
                    ("soft", "Keterampilan lunak"),
                ],
                max_length=12,
            ),
        ),
    ]
