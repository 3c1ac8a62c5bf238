"""What the analysis finds."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Events, verdicts, outages and metric changes."""

    dependencies = [
        ('results', '0002_tree_aliases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExcerptSignature',
            fields=[
                ('excerpt', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='results.excerpt')),
                ('text', models.CharField(max_length=512)),
            ],
            options={
                'db_table': 'results_excerptsignature',
            },
        ),
        migrations.CreateModel(
            name='Judged',
            fields=[
                ('tree', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='results.tree')),
                ('at', models.DateTimeField()),
                ('seconds', models.FloatField()),
                ('revisions', models.IntegerField()),
                ('series', models.IntegerField()),
            ],
            options={
                'db_table': 'results_judged',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(choices=[(1, 'regression'), (2, 'new flake')])),
                ('subject', models.SmallIntegerField(choices=[(1, 'build'), (2, 'boot'), (3, 'test')])),
                ('state', models.SmallIntegerField(choices=[(1, 'suspected'), (2, 'confirmed'), (3, 'flaky'), (4, 'fixed'), (5, 'infra'), (6, 'closed')])),
                ('triage', models.SmallIntegerField(choices=[(1, 'new'), (2, 'acknowledged'), (3, 'assigned'), (4, 'reported'), (5, 'duplicate'), (6, 'invalid')], db_default=1, default=1)),
                ('title', models.CharField(max_length=512)),
                ('scope', models.CharField(db_default='', default='', max_length=512)),
                ('signature', models.CharField(db_default='', default='', max_length=512)),
                ('commits', models.IntegerField(help_text='Tested revisions in which the cause may lie.')),
                ('rate', models.FloatField()),
                ('confidence', models.FloatField()),
                ('lab_specific', models.BooleanField(default=False)),
                ('n_series', models.IntegerField()),
                ('n_platforms', models.IntegerField()),
                ('n_labs', models.IntegerField()),
                ('impact', models.IntegerField()),
                ('issues', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('began', models.DateTimeField(help_text='When the first bad revision was first tested.')),
                ('opened', models.DateTimeField()),
                ('changed', models.DateTimeField()),
                ('first_bad', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('fix_bad', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('fix_good', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('high', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('last_good', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('low', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('tree', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.tree')),
            ],
            options={
                'db_table': 'results_event',
            },
        ),
        migrations.CreateModel(
            name='EventChange',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=512)),
                ('why', models.TextField(db_default='', default='')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='results.event')),
                ('who', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'results_eventchange',
            },
        ),
        migrations.CreateModel(
            name='MetricChange',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('metric', models.CharField(max_length=512)),
                ('unit', models.CharField(db_default='', default='', max_length=512)),
                ('at', models.DateTimeField()),
                ('direction', models.SmallIntegerField(choices=[(1, 'regression'), (2, 'improvement'), (3, 'changed')])),
                ('confirmed', models.BooleanField()),
                ('before', models.FloatField()),
                ('after', models.FloatField()),
                ('shift', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('confidence', models.FloatField()),
                ('revision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('series', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.series')),
                ('tree', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.tree')),
            ],
            options={
                'db_table': 'results_metricchange',
            },
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('began', models.DateTimeField()),
                ('ended', models.DateTimeField(help_text='When the last bad revision was first tested.')),
                ('results', models.IntegerField()),
                ('failures', models.IntegerField()),
                ('p_value', models.FloatField()),
                ('confirmed', models.BooleanField()),
                ('released', models.BooleanField()),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('lab', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.lab')),
                ('last', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('platform', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.platform')),
                ('tree', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.tree')),
            ],
            options={
                'db_table': 'results_outage',
            },
        ),
        migrations.CreateModel(
            name='SeriesVerdict',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('verdict', models.SmallIntegerField(choices=[(0, 'unknown'), (1, 'passing'), (2, 'regression'), (3, 'suspected regression'), (4, 'fixed'), (5, 'new flake'), (6, 'flaky'), (7, 'perhaps flaky'), (8, 'always failing'), (9, 'infrastructure')])),
                ('score', models.FloatField()),
                ('low', models.FloatField()),
                ('high', models.FloatField()),
                ('tries', models.IntegerField()),
                ('failures', models.IntegerField()),
                ('per_day', models.FloatField()),
                ('missing', models.CharField(db_default='', default='', max_length=32)),
                ('architecture', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.architecture')),
                ('compiler', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.compiler')),
                ('config', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.config')),
                ('event', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='results.event')),
                ('origin', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.origin')),
                ('series', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.series')),
                ('since', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('tree', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.tree')),
            ],
            options={
                'db_table': 'results_seriesverdict',
            },
        ),
        migrations.CreateModel(
            name='EventSeries',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('tries_before', models.IntegerField()),
                ('failures_before', models.IntegerField()),
                ('tries_after', models.IntegerField()),
                ('failures_after', models.IntegerField()),
                ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='series', to='results.event')),
                ('first_bad', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('fixed', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('last_bad', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('last_good', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.revision')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='results.seriesverdict')),
            ],
            options={
                'db_table': 'results_eventseries',
            },
        ),
        migrations.CreateModel(
            name='TreeDue',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tree', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='results.tree')),
            ],
            options={
                'verbose_name_plural': 'trees due',
                'db_table': 'results_treedue',
            },
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('state'), models.OrderBy(models.F('impact'), descending=True), models.OrderBy(models.F('id'), descending=True), name='event_impact'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('state'), models.OrderBy(models.F('began'), descending=True), models.OrderBy(models.F('id'), descending=True), name='event_newest'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('state'), models.OrderBy(models.F('confidence'), descending=True), models.OrderBy(models.F('id'), descending=True), name='event_confidence'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('tree'), models.OrderBy(models.F('began'), descending=True), name='event_tree'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__gte', 0), ('confidence__lte', 1)), name='event_confidence_is_probability'),
        ),
        migrations.AddIndex(
            model_name='metricchange',
            index=models.Index(models.F('direction'), models.OrderBy(models.F('at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='metricchange_newest'),
        ),
        migrations.AddIndex(
            model_name='metricchange',
            index=models.Index(models.F('tree'), name='metricchange_tree'),
        ),
        migrations.AddConstraint(
            model_name='metricchange',
            constraint=models.UniqueConstraint(fields=('series', 'metric', 'revision'), name='metricchange_identity'),
        ),
        migrations.AddIndex(
            model_name='outage',
            index=models.Index(models.F('lab'), models.OrderBy(models.F('ended'), descending=True), name='outage_lab'),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.UniqueConstraint(fields=('tree', 'lab', 'platform', 'first'), name='outage_identity', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='seriesverdict',
            index=models.Index(models.F('verdict'), models.OrderBy(models.F('per_day'), descending=True), models.OrderBy(models.F('id'), descending=True), name='seriesverdict_ranking'),
        ),
        migrations.AddIndex(
            model_name='seriesverdict',
            index=models.Index(models.F('tree'), models.F('verdict'), name='seriesverdict_tree'),
        ),
        migrations.AddConstraint(
            model_name='seriesverdict',
            constraint=models.UniqueConstraint(condition=models.Q(('series__isnull', True)), fields=('tree', 'origin', 'architecture', 'config', 'compiler'), name='seriesverdict_variant', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='eventseries',
            constraint=models.UniqueConstraint(fields=('event', 'subject'), name='eventseries_identity'),
        ),
    ]
