"""Small repositories, made commit by commit; no git is run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dulwich.objects import Commit, Tag, Tree
from dulwich.repo import Repo

T0 = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Clone:
    """A bare repository; commits are named, ``hash`` is the hexadecimal hash of a name."""

    def __init__(self, path):
        self.path = path
        self.repo = Repo.init_bare(str(path), mkdir=True)
        self.hash = {}
        tree = Tree()
        self.repo.object_store.add_object(tree)
        self._tree = tree.id

    def commit(
        self,
        name,
        *parents,
        day=None,
        subject=None,
        author="A Person <a@example.org>",
        message=None,
        encoding=None,
    ):
        """Add a commit of a day after T0 (by default one more than there are commits); return its hash."""
        made = Commit()
        made.tree = self._tree
        made.parents = [self.hash[parent].encode() for parent in parents]
        made.author = author.encode()
        made.committer = b"C Person <c@example.org>"
        when = T0 + timedelta(days=len(self.hash) if day is None else day)
        made.author_time = made.commit_time = int(when.timestamp())
        made.author_timezone = made.commit_timezone = 3600
        made.message = message or (subject or f"subject of {name}").encode() + b"\n\nWhy.\n"
        if encoding:
            made.encoding = encoding
        self.repo.object_store.add_object(made)
        self.hash[name] = made.id.decode()
        return self.hash[name]

    def chain(self, *names, after=None, **about):
        """Add commits, one after the other."""
        for name in names:
            self.commit(name, *([after] if after else []), **about)
            after = name

    def branch(self, name, commit, remote=None):
        """Let a branch lead to a commit."""
        ref = f"refs/remotes/{remote}/{name}" if remote else f"refs/heads/{name}"
        self.repo.refs[ref.encode()] = self.hash[commit].encode()

    def tag(self, name, commit, annotated=True):
        """Tag a commit."""
        target = self.hash[commit].encode()
        if annotated:
            tag = Tag()
            tag.name, tag.object, tag.tagger = name.encode(), (Commit, target), b"T <t@example.org>"
            tag.tag_time, tag.tag_timezone, tag.message = int(T0.timestamp()), 0, b"tag\n"
            self.repo.object_store.add_object(tag)
            target = tag.id
        self.repo.refs[f"refs/tags/{name}".encode()] = target

    def cut(self, *names):
        """Make the clone shallow: the parents of these commits are not there."""
        self.repo.update_shallow([self.hash[name].encode() for name in names], [])

    def close(self):
        """Give back what is open."""
        self.repo.close()


def reachable(clone, start):
    """Return the hashes that a commit reaches, itself included: the plain way, to compare with."""
    found, todo = set(), [start.encode()]
    while todo:
        hash_ = todo.pop()
        if hash_ not in found:
            found.add(hash_)
            todo += clone.repo.object_store[hash_].parents
    return {hash_.decode() for hash_ in found}
