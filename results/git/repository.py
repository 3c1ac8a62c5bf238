"""A clone, read: its commits, tags and branches. Nothing is run and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from dulwich.errors import NotGitRepository
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from results.models.commits import HASH_BYTES

COMMIT, TAG = 1, 4
"""Types of objects."""
SUBJECT_LENGTH: Final = 1000
_LAST_SECOND: Final = 253_402_300_799
_TAGS: Final = b"refs/tags/"


class RepositoryError(Exception):
    """There is no repository that can be read."""


@dataclass(frozen=True, slots=True)
class ReadCommit:
    """A commit as it is in git. ``committed`` and ``authored`` are seconds since 1970."""

    parents: tuple[bytes, ...]
    committed: int
    authored: int
    author_name: str
    author_email: str
    subject: str


@dataclass(frozen=True, slots=True)
class ReadTag:
    """A tag, and the commit that it leads to."""

    name: str
    commit: bytes
    is_annotated: bool


class Repository:
    """A clone, bare or not; hashes are 20 bytes. To be closed, or used in a ``with``."""

    def __init__(self, path: Path) -> None:
        """Open a clone; RepositoryError says why it is none that can be read."""
        try:
            self._repo = Repo(str(path))
        except NotGitRepository as error:
            raise RepositoryError(f"There is no git repository in {path}.") from error
        except OSError as error:
            raise RepositoryError(f"{path} cannot be read: {error}.") from error
        if self._repo.object_format.oid_length != HASH_BYTES:
            self._repo.close()
            raise RepositoryError(f"The hashes of {path} are no SHA-1, as those of results are.")
        self._store = self._repo.object_store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._repo.close()

    @property
    def is_shallow(self) -> bool:
        """Whether the clone was made without all of the history."""
        return bool(self._repo.get_shallow())

    def commit(self, hash_: bytes) -> ReadCommit | None:
        """Return a commit; None when it is not there."""
        try:
            kind, raw = self._store.get_raw(ObjectID(hash_.hex().encode()))
        except KeyError:
            return None
        return _parsed(raw) if kind == COMMIT else None

    def heads(self, branch: str) -> set[bytes]:
        """Return the commits that a branch of this name leads to, here or in any remote."""
        found = set()
        for name in self._repo.refs.allkeys():
            remote = name.removeprefix(b"refs/remotes/")
            is_of_remote = remote != name and remote.partition(b"/")[2] == branch.encode()
            if is_of_remote or name == b"refs/heads/" + branch.encode():
                with suppress(KeyError):
                    found.add(bytes.fromhex(self._repo.refs[name].decode()))
        return found

    def tags(self) -> Iterator[ReadTag]:
        """Yield the tags that lead to a commit."""
        for name in self._repo.refs.allkeys():
            if not name.startswith(_TAGS):
                continue
            with suppress(KeyError):
                target, peeled = self._repo.refs[name], self._repo.get_peeled(Ref(name))
                is_annotated = target != peeled or self._store.get_raw(target)[0] == TAG
                text = name.removeprefix(_TAGS).decode(errors="replace")
                yield ReadTag(text, bytes.fromhex(peeled.decode()), is_annotated)


def moment(seconds: int) -> datetime:
    """Return a time of git as one that can be stored, whatever nonsense it is."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), UTC)


def _parsed(raw: bytes) -> ReadCommit:
    head, _, message = raw.partition(b"\n\n")
    parents, author, committed, encoding = [], ("", "", 0), 0, "utf-8"
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"parent":
            parents.append(bytes.fromhex(value.decode()))
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace")
        elif key == b"author":
            author = _person(value, encoding)
        elif key == b"committer":
            committed = _person(value, encoding)[2]
    lines = message.lstrip(b"\n").split(b"\n\n", 1)[0].split(b"\n")
    subject = _text(b" ".join(line.strip() for line in lines), encoding).strip()[:SUBJECT_LENGTH]
    name, email, authored = author
    return ReadCommit(tuple(parents), committed, authored, name, email, subject)


def _person(value: bytes, encoding: str) -> tuple[str, str, int]:
    """Return name, address and time of an author or committer."""
    who, _, when = value.rpartition(b">")
    name, _, email = who.partition(b"<")
    try:
        seconds = int(when.split()[0])
    except (ValueError, IndexError):
        seconds = 0
    return _text(name, encoding).strip(), _text(email, encoding).strip(), seconds


def _text(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except (LookupError, ValueError):  # any text can stand there as the name of an encoding
        text = raw.decode("utf-8", "replace")
    # Some encodings of Python make halves of pairs, which no database keeps.
    return text.encode(errors="replace").decode().replace("\0", "")
