"""What git knows, and the one order of revisions. Only small tables are touched."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("results", "0008_products")]

    operations = [
        migrations.CreateModel(
            name="Commit",
            fields=[
                ("hash", models.BinaryField(max_length=20, primary_key=True, serialize=False)),
                ("generation", models.BigIntegerField()),
                ("authored_at", models.DateTimeField()),
                ("committed_at", models.DateTimeField()),
                ("parents", models.BinaryField()),
                ("author_name", models.TextField()),
                ("author_email", models.TextField()),
                ("subject", models.TextField()),
                ("describe", models.CharField(db_default="", default="", max_length=512)),
            ],
            options={
                "db_table": "results_commit",
                "indexes": [models.Index("generation", "hash", name="commit_order")],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=512, unique=True)),
                ("commit", models.BinaryField(max_length=20)),
                ("is_annotated", models.BooleanField()),
            ],
            options={
                "db_table": "results_tag",
                "indexes": [models.Index("commit", name="tag_commit")],
            },
        ),
        migrations.CreateModel(
            name="CommitRange",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("old", models.CharField(max_length=40)),
                ("new", models.CharField(max_length=40)),
                ("commits", models.IntegerField()),
                ("is_exact", models.BooleanField()),
            ],
            options={
                "db_table": "results_commitrange",
                "constraints": [models.UniqueConstraint(fields=("old", "new"), name="commitrange_identity")],
            },
        ),
        migrations.AlterField(
            model_name="due",
            name="kind",
            field=models.SmallIntegerField(
                choices=[(1, "checkout"), (2, "build"), (3, "issue"), (4, "tree")]
            ),
        ),
        migrations.AlterField(
            model_name="due",
            name="ref",
            field=models.UUIDField(
                help_text="The key of the checkout, build or issue; of a tree its number."
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="place",
            field=models.DateTimeField(db_default=Now(), help_text="The order of history."),
        ),
        # As it was; each tree gets its final order with the next refresh, for it is made due.
        migrations.RunSQL(
            """
            UPDATE results_revision SET place = started;
            INSERT INTO results_due (kind, ref)
            SELECT 4, lpad(to_hex(id), 32, '0')::uuid FROM results_tree;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(model_name="revision", name="revision_history"),
        migrations.RemoveIndex(model_name="revision", name="revision_newest"),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index("tree", F("place").desc(), F("id").desc(), name="revision_history"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(F("place").desc(), F("id").desc(), name="revision_newest"),
        ),
    ]
