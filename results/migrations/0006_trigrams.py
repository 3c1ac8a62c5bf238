"""Names of tests are found by any part of them."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """The extension comes with PostgreSQL; the owner of a database may create it."""

    dependencies = [
        ('results', '0005_platform_fixed'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name='testpath',
            index=GinIndex(fields=['name'], name='testpath_trigrams', opclasses=['gin_trgm_ops']),
        ),
    ]
