from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_second_factor_of_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(default=True),
        ),
    ]
