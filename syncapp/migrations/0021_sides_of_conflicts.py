from django.db import migrations, models

SYSTEMS = [('espocrm', 'EspoCRM'), ('xai', 'xAI'), ('advoware', 'Advoware'), ('google', 'Google Calendar')]


class Migration(migrations.Migration):

    dependencies = [
        ('syncapp', '0020_events_anew'),
    ]

    operations = [
        migrations.RenameField(model_name='conflict', old_name='espocrm', new_name='here'),
        migrations.RenameField(model_name='conflict', old_name='advoware', new_name='there'),
        migrations.AlterField(
            model_name='conflict',
            name='here',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='conflict',
            name='there',
            field=models.TextField(blank=True, default=''),
        ),
        # Until now there were no others.
        migrations.AddField(
            model_name='conflict',
            name='here_system',
            field=models.CharField(choices=SYSTEMS, default='espocrm', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='conflict',
            name='there_system',
            field=models.CharField(choices=SYSTEMS, default='advoware', max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='conflict',
            name='choice',
            field=models.CharField(blank=True, choices=SYSTEMS, default='', max_length=20, verbose_name='decision'),
        ),
    ]
