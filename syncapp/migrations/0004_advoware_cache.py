"""The table in which the workers share Advoware's token where there is no Redis (Django's database cache).

Django knows it by name only (`settings.CACHES`), so it belongs to no model and appears in no state.
"""

from django.db import migrations, models

TABLE = "syncapp_advoware_cache"


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0003_staff_group")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.CreateModel(
                    name="AdvowareCache",
                    fields=[
                        ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                        ("value", models.TextField()),
                        ("expires", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": TABLE},
                )
            ]
        )
    ]
