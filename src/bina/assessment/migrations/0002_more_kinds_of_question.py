from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ItemImage",
            fields=[
                ("digest", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("content_type", models.CharField(max_length=20)),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="itemversion",
            name="english",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.CharField(
                choices=[
                    ("single", "Pilih satu"),
                    ("multiple", "Pilih beberapa"),
                    ("ordering", "Urutkan"),
                    ("matching", "Pasangkan"),
                    ("numeric", "Isi angka"),
                    ("cloze", "Isi rumpang"),
                    ("situational", "Penilaian situasi"),
                    ("inbasket", "Telaah berkas"),
                    ("spreadsheet", "Lembar kerja"),
                    ("hotspot", "Tunjuk pada gambar"),
                ],
                max_length=12,
            ),
        ),
    ]
