"""Well-known kernel repositories: the usual names of their trees, and the mirrors that hold the same."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from results.topology import DEFAULTS, read_topology, tree_aliases


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the aliases that an operator has not made differently."""
    alias = apps.get_model("results", "TreeAlias")
    aliases = tree_aliases(read_topology(DEFAULTS.read_text()))
    alias.objects.using(editor.connection.alias).bulk_create(
        [alias(url=url, name=name, canonical_url=canonical) for url, (name, canonical) in aliases.items()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Default tree aliases."""

    dependencies = [("results", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
