"""What revisions showed is kept, measurements of builds, and which revision is due."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """No table of tests is touched."""

    dependencies = [
        ('results', '0009_commits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='results.revision')),
                ('body', models.BinaryField()),
            ],
            options={
                'db_table': 'results_reading',
            },
        ),
        migrations.CreateModel(
            name='Remembered',
            fields=[
                ('tree', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='results.tree')),
                ('body', models.BinaryField()),
            ],
            options={
                'db_table': 'results_remembered',
            },
        ),
        migrations.RemoveConstraint(
            model_name='metricchange',
            name='metricchange_identity',
        ),
        migrations.AddField(
            model_name='metricchange',
            name='variant',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.seriesverdict'),
        ),
        migrations.AddField(
            model_name='treedue',
            name='revision',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='results.revision'),
        ),
        migrations.AlterField(
            model_name='metricchange',
            name='series',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.series'),
        ),
        migrations.AddConstraint(
            model_name='metricchange',
            constraint=models.UniqueConstraint(fields=('series', 'variant', 'metric', 'revision'), name='metricchange_whose', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='metricchange',
            constraint=models.CheckConstraint(condition=models.Q(('series__isnull', True), ('variant__isnull', True), _connector='XOR'), name='metricchange_has_one'),
        ),
    ]
