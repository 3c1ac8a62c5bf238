"""Platforms that an operator has the last word on."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Compatibles that submissions do not change."""

    dependencies = [
        ('results', '0004_pruning'),
    ]

    operations = [
        migrations.AddField(
            model_name='platform',
            name='is_fixed',
            field=models.BooleanField(db_default=False, default=False, help_text='Submissions do not change the compatibles.'),
        ),
        migrations.AlterField(
            model_name='platform',
            name='compatibles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=512), blank=True, default=list, size=None),
        ),
        migrations.AlterField(
            model_name='platform',
            name='compatibles_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='platform',
            name='vendor',
            field=models.CharField(blank=True, db_default='', default='', max_length=512),
        ),
    ]
