from django.db import migrations


def tell_events_anew(apps, schema_editor):
    """Links keep of an event what Google says, no more what was made of it: Google is asked for the whole calendar."""
    apps.get_model("syncapp", "CalendarEmployee").objects.using(schema_editor.connection.alias).update(sync_token="")


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0019_accounts_and_values")]
    loses = {"calendaremployee.sync_token"}
    operations = [migrations.RunPython(tell_events_anew, migrations.RunPython.noop)]
