"""The embedded services as one thing: start them, or find that another command of ours runs them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from dashboard.stack import postgres
from dashboard.stack.addresses import cache_url, embedded_redis, run_folder
from dashboard.stack.places import Places, ServiceError, prepare
from dashboard.stack.processes import Child, Children, Program


class AlreadyRunning(Exception):
    """Another command holds the lock of this state folder."""


@contextmanager
def sole_owner(state: Path, purpose: str) -> Iterator[None]:
    """Hold the lock of a state folder; AlreadyRunning, with the holder's words, if it is taken.

    The kernel drops the lock with its process, however that ends.
    """
    state.mkdir(parents=True, exist_ok=True)
    with open(state / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        file.write(f"{purpose} (process {os.getpid()})\n")
        file.flush()
        yield


def start_services(
    children: Children,
    state: Path,
    *,
    database: bool = True,
    redis: bool = True,
    options: Mapping[str, str] | None = None,
) -> None:
    """Start the wanted services as children and return once they answer and the database exists.

    ``options`` override PostgreSQL's settings. ServiceError says why a start failed.
    """
    if not (database or redis):
        return
    places = prepare(state)
    redis_child = children.start(_redis_program(places)) if redis else None
    if database:
        postgres.wait_until_ready(children.start(postgres.program(places, options or {})), str(places.run))
        postgres.make_database(str(places.run))
    if redis_child:
        _wait_until_redis_answers(redis_child, state)


def wait_for_services(state: Path, *, database: bool, redis: bool) -> None:
    """Wait until the services that another command started answer."""
    if database:
        postgres.wait_until_ready(None, str(run_folder(state)))
    if redis:
        _wait_until_redis_answers(None, state)


def _redis_program(places: Places) -> Program:
    socket = places.run / "redis.sock"
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(places.run),
        "databases": "64",
        # Nothing in Redis must survive: what is due is in PostgreSQL, the cache fills again.
        "save": "",
        "appendonly": "no",
        "loglevel": "warning",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        name="Redis",
        command=[str(places.redis), *arguments],
        user=places.user,
        log=places.logs / "redis.log",
    )


def _wait_until_redis_answers(child: Child | None, state: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with Redis.from_url(cache_url(embedded_redis(state))) as client:
                client.ping()
        except RedisError as error:
            if child and child.exit_code() is not None:
                raise ServiceError(child.obituary()) from error
            if time.monotonic() > deadline:
                raise ServiceError(f"Redis does not answer: {error}") from error
            time.sleep(0.05)
        else:
            return
