"""Two groups with least rights: the firm's staff, and those who look after the hub."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

STAFF = "Kanzlei-Mitarbeiter"
CARE = "Hub-Betreuung"

SEEN = (
    "attempt",
    "inboxitem",
    "inboxmessage",
    "journalentry",
    "lock",
    "orphan",
    "record",
    "reference",
    "scanrun",
    "staffaction",
    "stepswitch",
    "system",
    "worker",
)
STAFF_MAY = (*(f"view_{model}" for model in SEEN), "retry_record", "discard_record", "reprocess_inboxmessage")
CARE_MAY = (*STAFF_MAY, "delete_remote_orphan", "pause_system", "pause_step", "release_lock", "confirm_scanrun")


def make_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    # On a new database permissions are made only after the last migration; the groups need them now.
    create_permissions(installed.get_app_config("syncapp"), verbosity=0, interactive=False, using=alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, codenames in ((STAFF, STAFF_MAY), (CARE, CARE_MAY)):
        group, _made = groups.get_or_create(name=name)
        found = permissions.filter(content_type__app_label="syncapp", codename__in=codenames)
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("syncapp", "0002_journal_cleared"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    # Going back leaves the groups: users are in them.
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
