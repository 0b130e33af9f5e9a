"""Seeds of second factors lie sealed in django-otp's table; those that are there are sealed now."""

from binascii import hexlify, unhexlify

from django.db import migrations

from syncapp.kit import sealing


def seal(apps, schema_editor):
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(schema_editor.connection.alias)
    for row in devices.exclude(key__startswith=sealing.MARK):
        try:
            sealed = sealing.seal_seed(unhexlify(row.key), row.user_id)
        except ValueError:
            continue  # no seed, so no code was ever right
        if len(sealed) <= 80:  # as the column; django-otp makes seeds of 20 bytes, by hand 40 are possible
            devices.filter(pk=row.pk).update(key=sealed)


def open_again(apps, schema_editor):
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(schema_editor.connection.alias)
    for row in devices.filter(key__startswith=sealing.MARK):
        seed = sealing.opened_seed(row.key, row.user_id)
        if seed is not None:
            devices.filter(pk=row.pk).update(key=hexlify(seed).decode())


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0034_scheduled_jobs"), ("otp_totp", "0003_add_timestamps")]

    loses = {"otp_totp.totpdevice.key"}  # sealed it says the same
    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[],
            options={
                "verbose_name": "second factor",
                "verbose_name_plural": "second factors",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal, open_again),
    ]
