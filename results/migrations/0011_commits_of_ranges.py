"""A range remembers its newest commits; what was counted before is counted again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("results", "0010_readings")]

    operations = [
        migrations.RunSQL("DELETE FROM results_commitrange", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="commitrange",
            name="newest",
            field=models.BinaryField(db_default=b""),
        ),
    ]
