"""The list of the journal says "3 journal entries"; the database knows nothing of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0043_reference_container")]

    operations = [
        migrations.AlterModelOptions(
            name="journalentry",
            options={"verbose_name": "journal entry", "verbose_name_plural": "journal entries"},
        )
    ]
