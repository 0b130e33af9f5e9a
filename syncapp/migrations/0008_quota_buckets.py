from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0007_proxy_windows")]

    operations = [
        migrations.CreateModel(
            name="QuotaBucket",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("full_at", models.BigIntegerField()),
            ],
            options={"verbose_name": "quota bucket", "verbose_name_plural": "quota buckets"},
        ),
    ]
