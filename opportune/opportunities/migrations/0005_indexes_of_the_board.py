from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        ("customers", "0002_fields_and_connections"),
        ("ledger", "0001_initial"),
        ("opportunities", "0004_forms_sent_once"),
        ("process", "0003_replaced_by"),
        ("reference", "0002_lists_in_the_bin_and_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="opportunity",
            name="deal_totals",
        ),
        migrations.RemoveIndex(
            model_name="opportunity",
            name="deal_board",
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=[
                    "process",
                    "stage",
                    "at",
                    "ended_at",
                    "estimated_close_on",
                    "opportunity",
                    "value_base",
                    "expected_base",
                    "closed_on",
                ],
                name="entry_board",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["process", "stage", "status", "owner", "value_base", "expected_base", "deleted_at"],
                name="deal_totals",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("closed_on__isnull", True)),
                fields=[
                    "process",
                    "stage",
                    "owner",
                    "value_base",
                    "expected_base",
                    "deleted_at",
                    "closed_on",
                ],
                name="deal_open",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("closed_on__isnull", True)),
                fields=["process", "stage", "estimated_close_on", "id"],
                name="deal_board",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["deleted_at"], name="deal_in_bin"
            ),
        ),
    ]
