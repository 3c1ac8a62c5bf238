"""Deleting tests for their age."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was pruned, and indexes that find what nobody names any more."""

    dependencies = [
        ('results', '0003_analysis'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pruning',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('before', models.DateTimeField()),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(null=True)),
                ('builds', models.IntegerField(db_default=0, default=0, help_text='Builds that lost their tests.')),
                ('tests', models.BigIntegerField(db_default=0, default=0)),
                ('contents', models.BigIntegerField(db_default=0, default=0)),
                ('submissions', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'db_table': 'results_pruning',
            },
        ),
        migrations.AddField(
            model_name='build',
            name='pruned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='build',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.document'),
        ),
        migrations.AlterField(
            model_name='build',
            name='excerpt',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.excerpt'),
        ),
        migrations.AlterField(
            model_name='checkout',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.document'),
        ),
        migrations.AlterField(
            model_name='checkout',
            name='excerpt',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.excerpt'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.document'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.document'),
        ),
        migrations.AddIndex(
            model_name='build',
            index=models.Index(models.F('id'), condition=models.Q(('pruned_at__isnull', False)), name='build_pruned'),
        ),
    ]
