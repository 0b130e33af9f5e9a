"""One word for one thing: wishes are sync requests. Renames only, so rows keep what they hold."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("syncapp", "0012_calendar_rights")]

    # A constraint names its columns, so each goes before its column is renamed and comes back after.
    operations = [
        migrations.RemoveConstraint(model_name="record", name="record_served_le_wished"),
        migrations.RemoveConstraint(model_name="record", name="record_claim_iff_running"),
        migrations.RemoveConstraint(model_name="record", name="record_in_sync_is_served"),
        migrations.RenameField("record", "wished", "requested"),
        migrations.RenameField("record", "thorough_wish", "full_request"),
        migrations.RenameField("record", "claimed_wish", "claimed_request"),
        migrations.RenameField("attempt", "wish", "request_number"),
        migrations.RenameField("inboxitem", "wish", "request_number"),
        migrations.RenameField("scanrun", "wished", "requested"),
        migrations.AlterField(
            model_name="record",
            name="requested",
            field=models.PositiveBigIntegerField(db_default=1, default=1, verbose_name="sync requests"),
        ),
        migrations.AlterField(
            model_name="record",
            name="served",
            field=models.PositiveBigIntegerField(db_default=0, default=0, verbose_name="sync requests served"),
        ),
        migrations.AlterField(
            model_name="record",
            name="full_request",
            field=models.PositiveBigIntegerField(db_default=0, default=0, verbose_name="last request for a full look"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="request_number",
            field=models.PositiveBigIntegerField(verbose_name="serves sync requests up to"),
        ),
        migrations.AlterField(
            model_name="inboxitem",
            name="request_number",
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name="sync request"),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(name="record_served_le_requested", condition=Q(served__lte=F("requested"))),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                name="record_claim_iff_running",
                condition=Q(
                    status="running", claim__isnull=False, leased_until__isnull=False, claimed_request__isnull=False
                )
                | (
                    ~Q(status="running")
                    & Q(claim__isnull=True, leased_until__isnull=True, claimed_request__isnull=True)
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                name="record_in_sync_is_served",
                condition=~Q(status="in_sync") | Q(reason="", due_at__isnull=True, served=F("requested")),
            ),
        ),
    ]
