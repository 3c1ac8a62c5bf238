"""Documents and excerpts are packed: compressed, most of them with a dictionary.

Each row is packed in its turn, and the tables are written anew at the end: that needs time (a minute
for two million tests), and room for both forms meanwhile. Interrupted, it goes on where it was.
It can be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import migrations, models

from results.compression import SHORT, PackedTextField, Packer, dictionary_of, plain, unpack

BATCH = 5_000
SAMPLE = 4_000

_OF_CHECKOUT = "EXISTS (SELECT FROM results_checkout o WHERE o.document_id = c.id)"

Convert = Callable[[Any, bool], Any]


def _pack(apps: Any, schema_editor: Any) -> None:
    # The summaries read the documents of checkouts by SQL.
    for kind, stays in (("document", _OF_CHECKOUT), ("excerpt", "false")):
        with schema_editor.connection.cursor() as cursor:
            pack = _packer(cursor, kind).pack
        _convert(schema_editor, kind, "bytea", stays, partial(_packed, pack))
    schema_editor.execute("ALTER TABLE results_excerpt ALTER body SET STORAGE EXTERNAL")


def _packed(pack: Callable[[str], bytes], text: str, stays: bool) -> bytes:
    return plain(text) if stays else pack(text)


def _unpack(apps: Any, schema_editor: Any) -> None:
    for kind in ("document", "excerpt"):
        _convert(schema_editor, kind, "text", "false", lambda body, _: unpack(bytes(body)))
    schema_editor.execute("UPDATE results_excerpt SET key = gen_random_uuid() WHERE key IS NULL")


def _packer(cursor: Any, kind: str) -> Packer:
    """Return a packer with a dictionary made of some of the rows, if there are many."""
    cursor.execute(f"SELECT body FROM results_{kind} ORDER BY key LIMIT %s", [SAMPLE])
    bodies = [body.encode() for (body,) in cursor.fetchall()]
    if len(bodies) < SAMPLE:
        return Packer()
    content = dictionary_of(bodies)
    cursor.execute(
        f"""
        INSERT INTO results_dictionary (kind, newest, created_at, body)
        SELECT %s, max(id), now(), %s FROM results_{kind} RETURNING id
        """,
        [kind, content],
    )
    return Packer(cursor.fetchone()[0], content)


def _convert(schema_editor: Any, kind: str, to: str, stays: str, convert: Convert) -> None:
    """Change the type of a column, row by row."""
    table = f"results_{kind}"
    forget = ", key = CASE WHEN NOT is_short THEN c.key END" if (kind, to) == ("excerpt", "bytea") else ""
    schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS made {to}")
    with schema_editor.connection.cursor() as cursor:
        after = 0
        while True:
            cursor.execute(
                f"""
                SELECT c.id, c.body, {stays} FROM {table} c WHERE c.id > %s AND c.made IS NULL
                ORDER BY c.id LIMIT %s
                """,
                [after, BATCH],
            )
            if not (rows := cursor.fetchall()):
                break
            after = rows[-1][0]
            cursor.execute(
                f"""
                UPDATE {table} c SET made = n.made{forget}
                FROM unnest(%s::int[], %s::{to}[], %s::bool[]) AS n (id, made, is_short) WHERE c.id = n.id
                """,
                [
                    [row[0] for row in rows],
                    [convert(*row[1:]) for row in rows],
                    [len(row[1]) <= SHORT for row in rows],
                ],
            )
    schema_editor.execute(f"ALTER TABLE {table} DROP COLUMN body")
    schema_editor.execute(f"ALTER TABLE {table} RENAME made TO body")
    schema_editor.execute(f"ALTER TABLE {table} ALTER body SET NOT NULL")
    schema_editor.execute(f"VACUUM (FULL, ANALYZE) {table}")


class Migration(migrations.Migration):
    """Contents only; no table of tests is touched."""

    atomic = False
    dependencies = [
        ('results', '0011_commits_of_ranges'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dictionary',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('document', 'Document'), ('excerpt', 'Excerpt')], max_length=8)),
                ('newest', models.IntegerField()),
                ('created_at', models.DateTimeField()),
                ('body', models.BinaryField()),
            ],
            options={
                'verbose_name_plural': 'dictionaries',
                'db_table': 'results_dictionary',
            },
        ),
        migrations.AlterField(
            model_name='excerpt',
            name='key',
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_pack, _unpack)],
            state_operations=[
                migrations.AlterField(model_name=name, name='body', field=PackedTextField())
                for name in ('document', 'excerpt')
            ],
        ),
    ]
