"""Tokens of those who send results."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

import ingest.models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(help_text="Who uses it, and for what.", max_length=512, unique=True),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "origins",
                    ArrayField(
                        base_field=models.CharField(max_length=512),
                        help_text="Objects of other origins are refused; comma-separated.",
                        size=None,
                    ),
                ),
                (
                    "scopes",
                    ArrayField(
                        base_field=models.CharField(max_length=32),
                        default=ingest.models._submit_only,
                        size=None,
                    ),
                ),
                ("requests_per_minute", models.PositiveIntegerField(blank=True, null=True)),
                ("bytes_per_hour", models.BigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, help_text="To the minute.", null=True)),
            ],
            options={"db_table": "ingest_token", "ordering": ("name",)},
        ),
    ]
