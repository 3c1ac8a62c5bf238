"""Only long excerpts have a key, and only they are in its index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The index is made anew; a moment for a million tests."""

    dependencies = [
        ('results', '0015_dismissed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='excerpt',
            name='key',
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name='excerpt',
            constraint=models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='excerpt_key'),
        ),
    ]
