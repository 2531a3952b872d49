from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_columns_of_deals"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(default=True),
        ),
    ]
