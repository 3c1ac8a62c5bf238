"""Products and the history of their definitions."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0007_name_aliases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=512)),
                ('about', models.TextField(blank=True, db_default='', default='')),
                ('text', models.TextField()),
                ('created', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('deleted', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'results_product',
            },
        ),
        migrations.CreateModel(
            name='ProductChange',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('what', models.SmallIntegerField(choices=[(1, 'created'), (2, 'changed'), (3, 'deleted'), (4, 'restored')])),
                ('text', models.TextField(db_default='', default='')),
                ('why', models.CharField(db_default='', default='', max_length=512)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='results.product')),
                ('who', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'results_productchange',
            },
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(models.F('name'), models.F('id'), condition=models.Q(('deleted__isnull', True)), name='product_listing'),
        ),
        migrations.AddIndex(
            model_name='productchange',
            index=models.Index(models.F('product'), models.OrderBy(models.F('id'), descending=True), name='productchange_newest'),
        ),
    ]
