"""A group of its own for those who answer for the firm when a person asks for their data."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUP = "Datenschutz"


def make_group(apps, schema_editor):
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group, _made = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=GROUP)
    group.permissions.add(*permissions.filter(content_type__app_label="syncapp", codename="disclose_person"))


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0029_undo_not_held")]

    operations = [
        migrations.AlterModelOptions(
            name="record",
            options={
                "permissions": [
                    ("retry_record", "Can retry, sync and preview records"),
                    ("discard_record", "Can give records up"),
                    ("release_lock", "Can release locks"),
                    ("disclose_person", "Can tell and erase what the hub holds about a person"),
                ],
                "verbose_name": "record",
                "verbose_name_plural": "records",
            },
        ),
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
