"""What accounts and contacts are compared by to find duplicates, also for those that are there already."""

import django.db.migrations.state
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import opportune.storage.sorting
from opportune.customers.likeness import email_key, phone_key, website_key

KEYS = {
    "Account": {"email": email_key, "phone": phone_key, "website": website_key},
    "Contact": {"email": email_key, "phone": phone_key, "mobile": phone_key},
}
BATCH = 2000


def fill_keys(apps: django.db.migrations.state.StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, keys in KEYS.items():
        model = apps.get_model("customers", name)
        any_given = models.Q()
        for field in keys:
            any_given |= ~models.Q(**{field: ""})
        last = 0
        while rows := list(model.objects.filter(any_given, pk__gt=last).order_by("pk").only(*keys)[:BATCH]):
            for row in rows:
                for field, key in keys.items():
                    setattr(row, f"{field}_key", key(getattr(row, field)))
            model.objects.bulk_update(rows, [f"{field}_key" for field in keys], batch_size=200)
            last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_fields_and_connections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="email_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=254, null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="phone_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=9, null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="website_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=250, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="email_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=254, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="mobile_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=9, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="phone_key",
            field=opportune.storage.sorting.SortKeyField(editable=False, max_length=9, null=True),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                models.F("email_key"),
                condition=models.Q(("deleted_at__isnull", True), ("email_key__isnull", False)),
                name="account_alike_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                models.F("phone_key"),
                condition=models.Q(("deleted_at__isnull", True), ("phone_key__isnull", False)),
                name="account_alike_by_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                models.F("website_key"),
                condition=models.Q(("deleted_at__isnull", True), ("website_key__isnull", False)),
                name="account_alike_by_website",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("email_key"),
                condition=models.Q(("deleted_at__isnull", True), ("email_key__isnull", False)),
                name="contact_alike_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("phone_key"),
                condition=models.Q(("deleted_at__isnull", True), ("phone_key__isnull", False)),
                name="contact_alike_by_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("mobile_key"),
                condition=models.Q(("deleted_at__isnull", True), ("mobile_key__isnull", False)),
                name="contact_alike_by_mobile",
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
