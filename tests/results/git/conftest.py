from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from results.models import Revision
from results.queries.records import TreeRef
from results.queries.revisions import revision_history
from tests.factories import URL, count, create_checkout, create_revision, create_tree
from tests.results.git.clones import T0, Clone


@pytest.fixture
def clone(tmp_path):
    made = Clone(tmp_path / "linux.git")
    yield made
    made.close()


@pytest.fixture
def tested(clone):
    """Store that commits were tested, so many days after T0; names not in the clone are other hashes."""

    def store(*names, day=0, tree=None, patchset="", **fields):
        for number, name in enumerate(names):
            at = T0 + timedelta(days=day + number)
            revision = Revision.objects.filter(
                tree=tree or create_tree(), commit=clone.hash.get(name, name), patchset=patchset
            ).first() or create_revision(clone.hash.get(name, name), tree=tree, started=at, patchset=patchset)
            create_checkout(revision=revision, start_time=at, **fields)
        count()

    return store


@pytest.fixture
def order(clone):
    """Return the names of the commits of a tree, as its page lists them but the oldest first."""
    names = {}

    def listed(name="mainline", branch="master", url=URL):
        names.update({hash_: text for text, hash_ in clone.hash.items()})
        rows = revision_history(TreeRef(name, branch, url)).rows
        return [names.get(row.revision.commit, row.revision.commit) for row in reversed(rows)]

    return listed


@pytest.fixture
def import_git(clone, capsys):
    """Run the command; return its exit code and what it said."""

    def run(*options, path=None):
        code, error = 0, ""
        try:
            call_command("import_git", str(path or clone.path), *options)
        except CommandError as failed:
            code, error = failed.returncode, str(failed)
        return code, capsys.readouterr().out + error

    return run
