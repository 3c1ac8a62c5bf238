"""Tree aliases that were changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """URLs whose checkouts have to be filed anew."""

    dependencies = [
        ('ingest', '0002_token'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rehoming',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=512)),
            ],
            options={
                'db_table': 'ingest_rehoming',
            },
        ),
    ]
