from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syncapp", "0010_task_mirror"),
    ]

    operations = [
        migrations.AddField(
            model_name="pushchannel",
            name="calendar_id",
            field=models.CharField(default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pushchannel",
            name="address",
            field=models.CharField(default="", max_length=300),
            preserve_default=False,
        ),
    ]
