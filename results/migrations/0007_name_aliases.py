"""Other names of labs, platforms and origins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Name aliases: a small table."""

    dependencies = [
        ('results', '0006_trigrams'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameAlias',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('lab', 'Lab'), ('platform', 'Platform'), ('origin', 'Origin')], max_length=8)),
                ('alias', models.CharField(help_text='As it is submitted.', max_length=512)),
                ('name', models.CharField(help_text='As it is called here.', max_length=512)),
            ],
            options={
                'verbose_name_plural': 'name aliases',
                'db_table': 'results_namealias',
                'ordering': ('kind', 'name', 'alias'),
                'constraints': [models.UniqueConstraint(fields=('kind', 'alias'), name='namealias_identity')],
            },
        ),
    ]
