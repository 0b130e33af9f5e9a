"""What the two groups may do with calendars: both see employees and appointments, one sets addresses and switches."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

STAFF = "Kanzlei-Mitarbeiter"
CARE = "Hub-Betreuung"
STAFF_MAY = ("view_calendaremployee", "view_calendarlink")
CARE_MAY = (*STAFF_MAY, "manage_calendaremployee")


def widen_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, codenames in ((STAFF, STAFF_MAY), (CARE, CARE_MAY)):
        group, _made = groups.get_or_create(name=name)
        group.permissions.add(*permissions.filter(content_type__app_label="syncapp", codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0011_push_channels")]

    operations = [migrations.RunPython(widen_groups, migrations.RunPython.noop)]
