from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0006_task_rights")]

    operations = [
        migrations.CreateModel(
            name="ProxyWindow",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("minute", models.BigIntegerField(db_index=True)),
                ("calls", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "proxy window", "verbose_name_plural": "proxy windows"},
        ),
    ]
