"""Where things live: the folders of this checkout, and the addresses of the embedded services.

Everything follows from the state folder alone, so that any command started in any terminal finds
the services of the same checkout without asking.
"""

from __future__ import annotations

import os
import secrets
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

DATABASE_NAME = "treewatch"
"""Name of the embedded database and of its owner."""


def run_folder(state: Path) -> Path:
    """Return the folder of sockets and locks that belongs to a state folder.

    It is short wherever the checkout is: a socket's path must stay below 100 bytes.
    """
    digest = blake2b(os.fsencode(state.resolve()), digest_size=5).hexdigest()
    return Path(f"/tmp/treewatch-{os.getuid()}-{digest}")


def embedded_database(state: Path) -> dict[str, Any]:
    """Return Django's settings of the embedded PostgreSQL."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(run_folder(state)),
        "NAME": DATABASE_NAME,
        "USER": DATABASE_NAME,
    }


def embedded_redis(state: Path) -> str:
    """Return the REDIS_URL of the embedded Redis."""
    return f"unix://{run_folder(state)}/redis.sock"


def broker_url(redis_url: str) -> str:
    """Return the URL by which Celery reaches the database that REDIS_URL names (default 0)."""
    return _redis_url(redis_url, offset=0, socket_scheme="redis+socket", parameter="virtual_host")


def cache_url(redis_url: str) -> str:
    """Return the URL of the cache: the database after the broker's."""
    return _redis_url(redis_url, offset=1, socket_scheme="unix", parameter="db")


def _redis_url(redis_url: str, *, offset: int, socket_scheme: str, parameter: str) -> str:
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0]) + offset
        return f"{socket_scheme}://{parts.netloc}{parts.path}?{parameter}={number}"
    if parts.scheme in ("redis", "rediss"):
        number = int(parts.path.strip("/") or 0) + offset
        return parts._replace(path=f"/{number}").geturl()
    raise ImproperlyConfigured(
        f"REDIS_URL must begin with redis://, rediss:// or unix://, not {parts.scheme}://"
    )


def secret_key(state: Path) -> str:
    """Return the secret key kept in the state folder; the first caller makes it (mode 600)."""
    path = state / "secret_key"
    try:
        if not path.exists():
            _make_secret_key(path)
        return path.read_text()
    except PermissionError as error:
        raise ImproperlyConfigured(
            f"{error.filename}: {error.strerror}. Set SECRET_KEY, or STATE_DIR to a folder of your own."
        ) from None


def _make_secret_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix="secret_key.") as draft:  # mode 600
        draft.write(secrets.token_urlsafe(60))
        draft.flush()
        try:
            # Of several first callers one wins, and no reader ever sees half a key.
            os.link(draft.name, path)
        except FileExistsError:
            pass
