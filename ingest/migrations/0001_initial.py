"""Cursors and suite rules."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(
                        help_text="The address of an API or the name of a database.", max_length=512
                    ),
                ),
                (
                    "feed",
                    models.CharField(
                        help_text="What is read there: a table, a kind of events, a tree.", max_length=512
                    ),
                ),
                ("position", models.DateTimeField(null=True)),
                ("seen", models.JSONField(default=dict)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "ingest_cursor",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "feed"), name="cursor_identity")
                ],
            },
        ),
        migrations.CreateModel(
            name="SuiteRule",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("job", models.CharField(max_length=512, unique=True)),
                (
                    "suite",
                    models.CharField(
                        blank=True,
                        help_text="Empty: results of such jobs are not kept.",
                        max_length=512,
                    ),
                ),
            ],
            options={"db_table": "ingest_suiterule", "ordering": ("job",)},
        ),
    ]
