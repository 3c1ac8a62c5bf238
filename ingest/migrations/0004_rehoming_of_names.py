"""Aliases of labs, platforms and origins move results, as those of trees do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What is filed anew has a kind and a name."""

    dependencies = [
        ('ingest', '0003_rehoming'),
    ]

    operations = [
        migrations.RenameField(model_name='rehoming', old_name='url', new_name='name'),
        migrations.AddField(
            model_name='rehoming',
            name='kind',
            field=models.CharField(db_default='tree', default='tree', max_length=8),
        ),
    ]
