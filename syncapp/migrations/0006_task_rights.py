"""What the two groups may do with tasks, conflicts, undo and the proxy's keys."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

STAFF = "Kanzlei-Mitarbeiter"
CARE = "Hub-Betreuung"
STAFF_MAY = ("view_task", "view_conflict", "view_undo", "close_task", "decide_conflict", "request_undo")
CARE_MAY = (*STAFF_MAY, "view_proxykey", "view_proxycall", "manage_proxykey")


def widen_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, codenames in ((STAFF, STAFF_MAY), (CARE, CARE_MAY)):
        group, _made = groups.get_or_create(name=name)
        group.permissions.add(*permissions.filter(content_type__app_label="syncapp", codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0005_tasks")]

    operations = [migrations.RunPython(widen_groups, migrations.RunPython.noop)]
