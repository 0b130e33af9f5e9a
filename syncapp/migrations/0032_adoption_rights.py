"""Who looks after the hub may look at an existing installation and take it over."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CARE = "Hub-Betreuung"
CARE_MAY = ("view_adoption", "run_adoption")


def widen_group(apps, schema_editor):
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group, _made = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=CARE)
    group.permissions.add(*permissions.filter(content_type__app_label="syncapp", codename__in=CARE_MAY))


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0031_adoption")]

    operations = [migrations.RunPython(widen_group, migrations.RunPython.noop)]
