"""Sums of gaps are kept for whole subtrees too; those that are there are added up once."""

from django.db import migrations, models

STEP, LONGEST = 4, 252  # of the paths of units
FIGURES = ("required", "measured", "proven", "provisional", "gap_sum", "level_sum", "variance_sum")


def add_up(apps, schema_editor):
    lengths = " UNION ALL ".join(f"SELECT {length} AS n" for length in range(STEP, LONGEST + 1, STEP))
    schema_editor.execute(
        f"INSERT INTO competencies_unitgap (unit_id, is_whole, competency_id, {', '.join(FIGURES)}) "
        f"SELECT a.id, TRUE, k.competency_id, {', '.join(f'SUM(k.{name})' for name in FIGURES)} "
        "FROM competencies_unitgap k JOIN people_orgunit u ON u.id = k.unit_id "
        f"JOIN ({lengths}) s ON s.n <= LENGTH(u.path) JOIN people_orgunit a ON a.path = SUBSTR(u.path, 1, s.n) "
        "WHERE NOT k.is_whole GROUP BY a.id, k.competency_id"
    )


def take_apart(apps, schema_editor):
    schema_editor.execute("DELETE FROM competencies_unitgap WHERE is_whole")


class Migration(migrations.Migration):

    dependencies = [
        ('competencies', '0010_adopted_cuts_decide'),
        ('people', '0006_island_groups'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='unitgap',
            name='unit_gap_once',
        ),
        migrations.AddField(
            model_name='unitgap',
            name='is_whole',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='unitgap',
            constraint=models.UniqueConstraint(fields=('unit', 'is_whole', 'competency'), name='unit_gap_once'),
        ),
        migrations.RunPython(add_up, take_apart),
    ]
