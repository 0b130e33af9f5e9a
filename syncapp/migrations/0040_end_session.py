"""Who looks after the hub may see and end sessions of others."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CARE = "Hub-Betreuung"


def widen_group(apps, schema_editor):
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group, _made = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=CARE)
    group.permissions.add(*permissions.filter(content_type__app_label="syncapp", codename="end_session"))


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0039_notices")]

    operations = [
        migrations.AlterModelOptions(
            name="staffaction",
            options={
                "permissions": (("end_session", "Can see and end sessions of others"),),
                "verbose_name": "staff action",
                "verbose_name_plural": "staff actions",
            },
        ),
        migrations.RunPython(widen_group, migrations.RunPython.noop),
    ]
